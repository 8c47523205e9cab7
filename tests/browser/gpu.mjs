/**
 * `node tests/browser/gpu.mjs`: what runs on a GPU, in Chromium's software adapter. Every layer equals the
 * scalar kernels, and both networks the wasm, bit for bit, with both dot products; a GPU that becomes
 * wrong is caught. `js/gpu/` comes as `tsc` left it.
 */

import assert from "node:assert/strict";
import { join } from "node:path";

import { buildLab, buildPlans, launch, openPage } from "../../tools/lab.mjs";
import { WEBGPU_ARGS } from "../../tools/setup.mjs";
import { ROOT, say } from "../../tools/step.mjs";

const NETWORKS = [
  { model: "base", dot: "packed", side: 160 },
  { model: "base", dot: "f32", side: 160 },
  { model: "base", dot: "packed", side: 320 },
  { model: "small", dot: "packed", side: 160 },
];

/** Runs in the page, as what follows. */
async function start() {
  const lab = await import("/lab/cleancut.js");
  await lab.default({ module_or_path: "/lab/cleancut_bg.wasm" });
  const [{ Device, dots }, { Network }, webgpu] = await Promise.all(
    ["device", "network", "webgpu"].map((name) => import(`/js/gpu/${name}.js`)),
  );
  const adapter = await navigator.gpu.requestAdapter();
  const gpu = await adapter.requestDevice();
  const devices = {};
  for (const dot of dots()) devices[dot] = await Device.open(gpu, dot);
  const planOf = async (model) =>
    new Uint8Array(await (await fetch(`/plan/${model}.plan`)).arrayBuffer());
  Object.assign(window, { lab, Network, webgpu, devices, planOf });
  return Object.keys(devices);
}

async function tryLayers(dot) {
  const wrong = [];
  const cases = lab.cases();
  for (const { name, words, input, size, expected } of cases) {
    const network = new Network(devices[dot], words);
    const found = new Uint8Array((await network.run(input, [...size])).data);
    network.free();
    const differing = expected.filter((value, at) => value !== found[at]).length;
    if (differing > 0) wrong.push(`${name}: ${differing} of ${expected.length} bytes`);
  }
  return { wrong, count: cases.length };
}

async function tryNetwork({ model, dot, side }) {
  const plan = await planOf(model);
  const rgba = new Uint8Array(4 * side * side).map((_, i) => (i % 4 === 3 ? 255 : (i * i) >> 9));
  const cpu = new lab.Lab(plan, rgba, side, side, side);
  const outline = new lab.Outline(plan);
  const network = new Network(devices[dot], outline.takeWords());
  const bits = ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length);
  const expected = bits(cpu.run());
  const differing = [];
  for (const _ of ["first", "second"]) {
    const { data, sizes } = await network.run(cpu.input(), [side, side]);
    const sides = Uint32Array.from(sizes, ([h]) => h);
    const found = bits(outline.saliency(new Int32Array(data), sides));
    differing.push(found.filter((value, at) => value !== expected[at]).length);
  }
  const levels = new Set(expected).size;
  const { bytes } = network;
  network.free();
  return { differing, levels, bytes };
}

/** A GPU whose weights are damaged after its check, and that is checked after every two pictures. */
async function tryDamage() {
  const plan = await planOf("base");
  const remover = new lab.Remover(plan);
  const host = {
    read: async ({ file }) => new Uint8Array(await (await fetch(`/wasm/${file}`)).arrayBuffer()),
    plan: async () => plan,
    look: (_, picture, side) => remover.look(picture, side),
  };
  const words = new lab.Outline(plan).takeWords().length;
  let weights;
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function (buffer, at, data) {
    if (data.length === words) weights = { queue: this, buffer };
    return writeBuffer.call(this, buffer, at, data);
  };
  let caught = "nothing";
  const onFailure = async ({ message }) => {
    caught = message;
  };
  const adapter = await navigator.gpu.requestAdapter();
  const gpu = await webgpu.open(adapter, host, "base", {
    isFaster: false,
    checkEvery: 2,
    onFailure,
  });
  const side = 160;
  const picture = new Uint8Array(3 * side * side).map((_, i) => i % 251);
  const right = remover.look(picture, side).join();
  const answers = [];
  const look = async () => {
    answers.push(`${gpu.backend}, ${(await gpu.look(picture)).join() === right}`);
  };
  for (const _ of ["first", "second", "checked before"]) await look();
  weights.queue.writeBuffer(
    weights.buffer,
    4 * (words >> 1),
    new Uint32Array(9999).fill(0x7f7f7f7f),
  );
  for (const _ of ["wrong", "checked before, on the CPU", "on the CPU"]) await look();
  gpu.dispose();
  return { answers, caught };
}

const folders = {
  lab: buildLab("relaxed"),
  plan: buildPlans(),
  js: join(ROOT, "build", "js"),
  wasm: join(ROOT, "dist", "wasm"),
};
const browser = await launch([], WEBGPU_ARGS);
try {
  const page = await openPage(browser, folders);
  const dots = await page.evaluate(start);
  assert.deepEqual(dots, ["packed", "f32"]);
  for (const dot of dots) {
    const { wrong, count } = await page.evaluate(tryLayers, dot);
    assert.deepEqual(wrong, [], dot);
    say(`${count} layers equal the scalar kernels, ${dot}`);
  }
  for (const network of NETWORKS) {
    const { differing, levels, bytes } = await page.evaluate(tryNetwork, network);
    assert.deepEqual(differing, [0, 0], JSON.stringify(network));
    assert.ok(levels > 100, `a flat saliency of ${levels} values`);
    const { model, dot, side } = network;
    say(`${model} at ${side} px equals the wasm, twice, ${dot}; ${bytes} bytes`);
  }
  const { answers, caught } = await page.evaluate(tryDamage);
  assert.equal(caught, "it gave wrong numbers");
  const [wrong, ...others] = answers.splice(3);
  assert.deepEqual(answers, Array(3).fill("webgpu, true"));
  assert.match(wrong, /^webgpu/);
  assert.deepEqual(others, ["webgpu, true", "undefined, true"]);
  say("A GPU that becomes wrong is caught");
} finally {
  await browser.close();
}
