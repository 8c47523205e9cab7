/** `npm test`: every check and test; `npm test -- rust node` picks some. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { setUpChromium, setUpFirefox, setUpWebKit } from "./setup.mjs";
import { beside, fail, ROOT, say, step } from "./step.mjs";

/** These wait for registries and single pages, or for cargo, so they run beside what compiles. */
const ASIDE = { consumers: testConsumers, python: testPython };
const PARTS = { check, rust: testRust, node: testNode };
/** These wait for pages in a Chromium that has the machine to itself. */
const LAST = {
  kernels: testKernels,
  gpu: testGpu,
  browser: testBrowser,
  engines: testEngines,
};

/** Only where they are asked for. */
const ASKED = { cluster: testCluster };

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

function testGpu() {
  setUpChromium();
  step("Testing the GPU's layers in Chromium", "node", ["tests/browser/gpu.mjs"]);
}

/** What pages are held against, and the page itself. */
function buildForPages() {
  step("Building the cleancut binary", "cargo", ["build", "--locked", "--bin=cleancut"]);
  step("Building the demo page", "npx", ["vite", "build", "www", "--logLevel=warn"]);
}

function testBrowser() {
  const chromium = setUpChromium();
  buildForPages();
  step("Testing the page in Chromium", "npx", ["playwright", "test"], {
    env: { CLEANCUT_CHROMIUM: chromium },
  });
}

/** In two more browsers: those that can be had, or both when they are asked for. */
function testEngines() {
  const isNeeded = wanted.includes("engines");
  const paths = {
    CLEANCUT_FIREFOX: setUpFirefox(isNeeded),
    CLEANCUT_WEBKIT: setUpWebKit(isNeeded),
  };
  const env = Object.fromEntries(Object.entries(paths).filter(([, path]) => path));
  if (Object.keys(env).length === 0) return;
  if (isNeeded) buildForPages();
  const args = ["--test", "tests/engines/engines.test.mjs"];
  step("Testing package and page in Firefox and WebKitGTK", "node", args, { env });
}

function testConsumers() {
  setUpChromium();
  const args = ["tools/consumers.mjs"];
  return beside("Installing the tarball into fresh apps", "node", args, { isShown: true });
}

function testPython() {
  return beside("Testing the wheel", "node", ["tools/python.mjs"], { isShown: true });
}

function testCluster() {
  step("Testing the wheel on clusters", "node", ["tools/python.mjs", "cluster"]);
}

const wanted = process.argv.slice(2);
const names = Object.keys({ ...PARTS, ...LAST, ...ASIDE, ...ASKED });
const unknown = wanted.find((name) => !names.includes(name));
if (unknown) fail(`there is no part "${unknown}"`, `Parts: ${names.join(", ")}`);

function begin(parts) {
  const picked = Object.keys(parts).filter((name) => wanted.length === 0 || wanted.includes(name));
  return picked.map((name) => parts[name]());
}

await build();
const aside = begin(ASIDE);
begin(PARTS);
await Promise.all(aside);
begin(LAST);
if (wanted.length > 0) begin(ASKED);
say("Every test passed");
