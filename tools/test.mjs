/** `npm test`: every check and test there is; `npm test -- rust node` picks some. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { setUpChromium } from "./setup.mjs";
import { fail, ROOT, say, step } from "./step.mjs";

const PARTS = {
  check,
  rust: testRust,
  node: testNode,
  kernels: testKernels,
  browser: testBrowser,
  consumers: testConsumers,
};

function testRust() {
  step("Testing the Rust", "cargo", ["test", "--locked"]);
}

function testNode() {
  const files = readdirSync(join(ROOT, "tests", "node"))
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => join("tests", "node", name));
  step("Testing the packed tarball under Node", "node", ["--test", ...files]);
}

function testKernels() {
  setUpChromium();
  step("Testing the wasm kernels in Chromium", "node", ["tests/browser/kernels.mjs"]);
}

function testBrowser() {
  const chromium = setUpChromium();
  step("Building the cleancut binary", "cargo", ["build", "--locked", "--bin=cleancut"]);
  step("Building the demo page", "npx", ["vite", "build", "www", "--logLevel=warn"]);
  step("Testing the page in Chromium", "npx", ["playwright", "test"], {
    env: { CLEANCUT_CHROMIUM: chromium },
  });
}

function testConsumers() {
  setUpChromium();
  step("Installing the tarball into fresh apps", "node", ["tools/consumers.mjs"]);
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
if (unknown) fail(`there is no part "${unknown}"`, `Parts: ${Object.keys(PARTS).join(", ")}`);
await build();
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(name)) part();
}
say("Every test passed");
