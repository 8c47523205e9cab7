/**
 * `node benches/webgpu.mjs SIDE PHOTO...`: holds WebGPU against the wasm, bit for bit, on Chromium's
 * software adapter, with both networks; says what a picture is made of. Beside it onnxruntime-web's WebGPU
 * backend on the same network, int8 and fp32, and how far it is from the wasm. The times are no GPU's.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { buildLab, buildPlans, launch, openPage } from "../tools/lab.mjs";
import { WEBGPU_ARGS } from "../tools/setup.mjs";
import { fail, ROOT, step } from "../tools/step.mjs";
import { median } from "./median.mjs";

const PEERS = join(ROOT, "benches", "peers");

/** Runs in the page, as what follows. */
async function start(model) {
  const lab = await import("/lab/cleancut.js");
  await lab.default({ module_or_path: "/lab/cleancut_bg.wasm" });
  const [{ Device, dots }, { Network }] = await Promise.all(
    ["device", "network"].map((name) => import(`/js/gpu/${name}.js`)),
  );
  const plan = new Uint8Array(await (await fetch(`/plan/${model}.plan`)).arrayBuffer());
  const outline = new lab.Outline(plan);
  const words = outline.takeWords();
  const adapter = await navigator.gpu.requestAdapter();
  const device = await Device.open(await adapter.requestDevice(), dots()[0]);
  Object.assign(window, { lab, plan, outline, network: new Network(device, words) });
  return { dispatches: words[0], dataBytes: words.byteLength };
}

async function compare({ photo, side }) {
  const picture = lab.Picture.decode(new Uint8Array(photo), "");
  const { width, height } = picture;
  const looking = new lab.Lab(plan, picture.intoPixels(), width, height, side);
  const input = looking.input();
  const expected = looking.run();
  looking.free();
  const began = performance.now();
  const { data, sizes } = await network.run(input, [side, side]);
  const ms = performance.now() - began;
  const found = outline.saliency(
    new Int32Array(data),
    Uint32Array.from(sizes, ([h]) => h),
  );
  const bits = ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length);
  const right = bits(expected);
  const differing = bits(found).filter((value, at) => value !== right[at]).length;
  const all = { input: [...input], expected: [...expected] };
  return { differing, ms, bytes: network.bytes, values: right.length, all };
}

/** onnxruntime-web on WebGPU, and a count of what it asks of the GPU. */
async function startPeer(model) {
  const counts = { submits: 0, dispatches: 0, buffers: 0 };
  const counted = (prototype, method, name) => {
    const { [method]: original } = prototype;
    prototype[method] = function (...args) {
      counts[name] += name === "buffers" ? args[0].size : 1;
      return original.apply(this, args);
    };
  };
  counted(GPUQueue.prototype, "submit", "submits");
  counted(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
  counted(GPUDevice.prototype, "createBuffer", "buffers");
  const ort = await import("/ort/ort.webgpu.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.logLevel = "error";
  const bytes = new Uint8Array(await (await fetch(`/models/${model}`)).arrayBuffer());
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["webgpu"] });
  Object.assign(window, { ort, session, counts });
}

async function comparePeer({ input, expected, side }) {
  const brightest = Math.max(...input);
  const [mean, deviation] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const pixels = side * side;
  const values = Float32Array.from({ length: 3 * pixels }, (_, i) => {
    const c = Math.floor(i / pixels);
    return (input[3 * (i % pixels) + c] / brightest - mean[c]) / deviation[c];
  });
  const image = new ort.Tensor("float32", values, [1, 3, side, side]);
  await session.run({ image });
  const before = { ...counts };
  const began = performance.now();
  const { data } = (await session.run({ image })).saliency;
  const ms = performance.now() - began;
  const far = Array.from(data, (value, at) => Math.abs(value - expected[at])).sort((a, b) => a - b);
  return {
    ms,
    equal: far.filter((distance) => distance === 0).length,
    farthest: far.at(-1),
    submits: counts.submits - before.submits,
    dispatches: counts.dispatches - before.dispatches,
    bytes: counts.buffers,
  };
}

const [side, ...photos] = process.argv.slice(2);
if (photos.length === 0) fail("there are no photos", "node benches/webgpu.mjs 160 PHOTO...");
step("Installing the peers", "npm", ["ci", "--prefix", PEERS, "--no-fund", "--no-audit"]);
const folders = {
  lab: buildLab("relaxed"),
  plan: buildPlans(),
  js: join(ROOT, "build", "js"),
  models: join(ROOT, "models"),
  ort: join(PEERS, "node_modules", "onnxruntime-web", "dist"),
};
const { shipped } = JSON.parse(readFileSync(join(folders.models, "manifest.json"), "utf8"));
const browser = await launch([], WEBGPU_ARGS);
try {
  for (const [model, int8] of Object.entries(shipped)) {
    const page = await openPage(browser, folders);
    const { dispatches, dataBytes } = await page.evaluate(start, model);
    const found = [];
    for (const path of photos) {
      const photo = [...readFileSync(path)];
      found.push(await page.evaluate(compare, { photo, side: Number(side) }));
    }
    await page.close();
    const differing = found.filter(({ differing }) => differing > 0).length;
    const [{ bytes, values, all }] = found;
    const ms = median(found.map(({ ms }) => ms)).toFixed(0);
    console.log(
      `${model} at ${side} px: ${photos.length - differing} of ${photos.length} equal in all ` +
        `${values} values; ${dispatches} dispatches, 1 submit, ${dataBytes} bytes of data, ${bytes} on ` +
        `the GPU; ${ms} ms (median)`,
    );
    for (const file of [int8, int8.replace("-int8", "")]) {
      const page = await openPage(browser, folders);
      try {
        await page.evaluate(startPeer, file);
        const peer = await page.evaluate(comparePeer, { ...all, side: Number(side) });
        console.log(
          `  onnxruntime-web, ${file}: ${peer.equal} values equal, the farthest ${peer.farthest}; ` +
            `${peer.dispatches} dispatches, ${peer.submits} submits, ${peer.bytes} bytes of buffers; ` +
            `${peer.ms.toFixed(0)} ms (second run)`,
        );
      } catch ({ message }) {
        console.log(`  onnxruntime-web, ${file}: ${message.split("\n")[0]}`);
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
}
