/** What is in the wasms, whatever they do. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { ROOT } from "../../tools/step.mjs";

const pathOf = (name) => join(ROOT, "dist", "wasm", `${name}.wasm`);
const paths = ["simd", "relaxed"].map(pathOf);

test("relaxed SIMD is in the relaxed artefact alone", () => {
  const args = ["run", "--quiet", "--locked", "--package=bindgen", "--bin=relaxed", "--", ...paths];
  const output = execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8" });
  const [simd, relaxed] = output.trim().split("\n").map(Number);
  assert.equal(simd, 0);
  assert.ok(relaxed > 0, `${relaxed} functions`);
});

// Two builds in two places are compared by `node benches/build.mjs start`, which takes minutes.
test("no path of this machine is in them", () => {
  for (const path of [...paths, ...["webgpu", "onnx"].map(pathOf)]) {
    const wasm = readFileSync(path).toString("latin1");
    for (const folder of [ROOT, homedir(), process.env.CARGO_HOME ?? ".cargo"]) {
      assert.ok(!wasm.includes(folder), `${path} holds ${folder}`);
    }
    if (path === pathOf("webgpu")) continue;
    assert.match(wasm, /crates\/[a-z-]+-\d/, "panics name files of the registry like this");
  }
});
