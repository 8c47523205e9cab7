/**
 * `node tests/browser/kernels.mjs`: the wasm kernels as wasm, in Chromium. Every kernel of both
 * artefacts equals the scalar one, and both artefacts give the same saliency, with and without the
 * instructions that V8 has for the relaxed dot product. Node 20 swaps the operands of that product.
 */

import assert from "node:assert/strict";
import { arch } from "node:process";

import { buildLab, buildPlans, launch, openPage } from "../../tools/lab.mjs";
import { say } from "../../tools/step.mjs";

const RUNS = [
  { artefact: "simd", flags: [], kernel: "simd128 wide", kernels: 3 },
  { artefact: "relaxed", flags: [], kernel: /^relaxed/, kernels: 5 },
];
if (arch === "x64") {
  const flags = ["--no-enable-avx-vnni", "--no-enable-avx-vnni-int8"];
  RUNS.push({ artefact: "relaxed", flags, kernel: "relaxed pairs", kernels: 5 });
}

/** Runs in the page. */
async function examine() {
  const lab = await import("/lab/cleancut.js");
  await lab.default({ module_or_path: "/lab/cleancut_bg.wasm" });
  const plan = new Uint8Array(await (await fetch("/plan/base.plan")).arrayBuffer());
  const side = 160;
  const rgba = new Uint8Array(4 * side * side).map((_, i) => (i % 4 === 3 ? 255 : (i * i) >> 9));
  const saliency = new lab.Lab(plan, rgba, side, side, side).run();
  const bits = new Uint32Array(saliency.buffer, saliency.byteOffset, saliency.length);
  return {
    differences: lab.kernelDifferences(),
    kernels: lab.kernelNames(),
    saliency: [...bits],
  };
}

const plan = buildPlans();
let first;
for (const { artefact, flags, kernel, kernels } of RUNS) {
  const lab = buildLab(artefact);
  const browser = await launch(flags);
  try {
    const page = await openPage(browser, { lab, plan });
    const found = await page.evaluate(examine);
    say(`${artefact} ${flags.join(" ")}: ${found.kernels.join(", ")}`);
    assert.deepEqual(found.differences, []);
    assert.equal(found.kernels.length, kernels);
    assert.match(found.kernels[0], new RegExp(kernel));
    first ??= found.saliency;
    assert.deepEqual(found.saliency, first, "the artefacts differ");
  } finally {
    await browser.close();
  }
}
say("Every wasm kernel equals the scalar one");
