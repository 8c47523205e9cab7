/**
 * `node benches/webgpu.mjs SIDE PHOTO...`: holds WebGPU against the wasm, bit for bit, on Chromium's
 * software adapter, with both networks; says what a picture is made of. The times are no GPU's.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { buildLab, buildPlans, launch, openPage } from "../tools/lab.mjs";
import { WEBGPU_ARGS } from "../tools/setup.mjs";
import { fail, ROOT } from "../tools/step.mjs";

/** Runs in the page, as what follows. */
async function start(model) {
  const lab = await import("/lab/cleancut.js");
  await lab.default({ module_or_path: "/lab/cleancut_bg.wasm" });
  const [{ Device, dots }, { Network }] = await Promise.all(
    ["device", "network"].map((name) => import(`/js/gpu/${name}.js`)),
  );
  const plan = new Uint8Array(await (await fetch(`/plan/${model}.plan`)).arrayBuffer());
  const remover = new lab.Remover(plan);
  const words = remover.layOut(plan);
  const adapter = await navigator.gpu.requestAdapter();
  const device = await Device.open(await adapter.requestDevice(), dots()[0]);
  Object.assign(window, { lab, plan, remover, network: new Network(device, words) });
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
  const found = remover.saliency(
    new Int32Array(data),
    Uint32Array.from(sizes, ([h]) => h),
  );
  const bits = ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length);
  const right = bits(expected);
  const differing = bits(found).filter((value, at) => value !== right[at]).length;
  return { differing, ms, bytes: network.bytes, values: right.length };
}

const [side, ...photos] = process.argv.slice(2);
if (photos.length === 0) fail("there are no photos", "node benches/webgpu.mjs 160 PHOTO...");
const folders = { lab: buildLab("relaxed"), plan: buildPlans(), js: join(ROOT, "build", "js") };
const browser = await launch([], WEBGPU_ARGS);
try {
  for (const model of ["base", "small"]) {
    const page = await openPage(browser, folders);
    const { dispatches, dataBytes } = await page.evaluate(start, model);
    const all = [];
    for (const path of photos) {
      const photo = [...readFileSync(path)];
      all.push(await page.evaluate(compare, { photo, side: Number(side) }));
    }
    const differing = all.filter(({ differing }) => differing > 0).length;
    const [{ bytes, values }] = all;
    console.log(
      `${model} at ${side} px: ${photos.length - differing} of ${photos.length} equal in all ` +
        `${values} values; ${dispatches} dispatches, ${dataBytes} bytes of data, ${bytes} on the ` +
        `GPU; ${all
          .map(({ ms }) => ms)
          .sort((a, b) => a - b)
          [all.length >> 1].toFixed(0)} ms (median)`,
    );
    await page.close();
  }
} finally {
  await browser.close();
}
