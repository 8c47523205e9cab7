// Ends with a sentence when Node is too old for the rest, whose syntax it may not even read.

const wanted = require("../package.json").engines.node.slice(2);
const [major, minor] = process.versions.node.split(".").map(Number);
const [wantedMajor, wantedMinor] = wanted.split(".").map(Number);
if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  console.error(
    `[cleancut] Node is ${process.versions.node}; cleancut needs ${wanted} or newer: https://nodejs.org`,
  );
  process.exit(1);
}
