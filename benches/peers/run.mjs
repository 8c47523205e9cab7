/**
 * `npm run bench:peers -- --json out.json`: inference of one 320 px picture by cleancut's two
 * artefacts, by onnxruntime-web (wasm backend) and by stock tract in fp32, one thread each, and by
 * onnxruntime-web on two, in one Chromium and one run: every round times each engine once, in an isolated
 * page. Beside them, what the machine can do.
 * `--net small` instead of base; `--no-tract` leaves stock tract out, which takes minutes to build;
 * `--model FILE.onnx` times one more file in onnxruntime-web, such as the one that `python -m
 * ship.quantise --no-clip` writes in `training/`; `--rounds N` more or fewer rounds.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, dirname, join } from "node:path";

import { ARTEFACTS, buildLab, buildPlans, launch, openPage } from "../../tools/lab.mjs";
import { ROOT, say, step } from "../../tools/step.mjs";
import { bind, targetFolder } from "../../tools/wasm.mjs";
import { median } from "../median.mjs";

const HERE = join(ROOT, "benches", "peers");
const SIDE = 320;
/** Of the convolutions, as the file counts them. */
const GMAC = { base: 1.551, small: 1.33 };

/** Runs in the page: loads cleancut and leaves `engine.run`. */
async function loadCleancut({ artefact, net, side }) {
  const lab = await import(`/${artefact}/cleancut.js`);
  const plan = new Uint8Array(await (await fetch(`/plan/${net}.plan`)).arrayBuffer());
  const module = await (await fetch(`/${artefact}/cleancut_bg.wasm`)).arrayBuffer();
  const began = performance.now();
  const { memory } = await lab.default({ module_or_path: module });
  const engine = new lab.Lab(plan, picture(side), side, side, side);
  const load = performance.now() - began;
  globalThis.engine = { run: () => engine.run() };
  globalThis.memory = () => memory.buffer.byteLength;
  globalThis.input = engine.input();
  /** Units per second: the best of five. */
  const rate = (work, repeat) => {
    work(2);
    const rates = Array.from({ length: 5 }, () => {
      const start = performance.now();
      const units = work(repeat);
      return units / (performance.now() - start) / 1e6;
    });
    return Math.max(...rates);
  };
  const kernel = lab.kernelNames()[0];
  return {
    load,
    kernel,
    products: rate((n) => lab.products(n), 5e6),
    rows: rate((n) => lab.kernelRows(kernel, n), 30),
    copy: rate((n) => lab.copies(n), 5),
  };
}

/** Runs in the page: loads onnxruntime-web and leaves `engine.run`. */
async function loadOnnxRuntime({ model, side, threads = 1 }) {
  const ort = await import("/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = "/ort/";
  const bytes = new Uint8Array(await (await fetch(`/models/${model}`)).arrayBuffer());
  const began = performance.now();
  const options = { executionProviders: ["wasm"] };
  const session = await ort.InferenceSession.create(bytes, options);
  const load = performance.now() - began;
  const image = new ort.Tensor("float32", planes(picture(side)), [1, 3, side, side]);
  globalThis.engine = { run: async () => (await session.run({ image })).saliency.data };
  return { load };
}

/** Runs in the page: loads stock tract with the fp32 model and leaves `engine.run`. */
async function loadTract({ model, side }) {
  const tract = await import("/tract/cleancut.js");
  const bytes = new Uint8Array(await (await fetch(`/models/${model}`)).arrayBuffer());
  const module = await (await fetch("/tract/cleancut_bg.wasm")).arrayBuffer();
  const began = performance.now();
  const { memory } = await tract.default({ module_or_path: module });
  const engine = new tract.Tract(bytes, side);
  const load = performance.now() - began;
  const image = planes(picture(side));
  globalThis.engine = { run: () => engine.run(image) };
  globalThis.memory = () => memory.buffer.byteLength;
  return { load };
}

/** Runs in the page: RGBA as the fp32 network takes it, [3, side, side]. */
function planes(rgba) {
  const [mean, std] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const pixels = rgba.length / 4;
  return Float32Array.from({ length: 3 * pixels }, (_, i) => {
    const c = Math.floor(i / pixels);
    return (rgba[4 * (i % pixels) + c] / 255 - mean[c]) / std[c];
  });
}

/** Runs in the page: a disc on a gradient, whose brightest value is 255. */
function picture(side) {
  const rgba = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    const inside = (x - side / 2) ** 2 + (y - side / 2) ** 2 < side ** 2 / 12;
    rgba.set(
      inside ? [200, 60, 40, 255] : [(x * 255) / (side - 1), (y * 255) / side, 120, 255],
      4 * i,
    );
  }
  return rgba;
}

/** Runs in the page: ms of one inference, and its saliency when asked. */
async function time(withSaliency) {
  const began = performance.now();
  const saliency = await globalThis.engine.run();
  const ms = performance.now() - began;
  return { ms, saliency: withSaliency ? [...saliency] : undefined };
}

/** Stock tract with its ONNX reader, whose every function may use relaxed SIMD. */
function buildTract() {
  const target = join(targetFolder(), "peers");
  const args = [
    "build",
    "--locked",
    "--lib",
    "--profile=wasm",
    "--target=wasm32-unknown-unknown",
    `--manifest-path=${join(HERE, "tract", "Cargo.toml")}`,
    `--target-dir=${target}`,
    "--features=onnx",
  ];
  const env = { CARGO_ENCODED_RUSTFLAGS: "-Ctarget-feature=+simd128,+relaxed-simd" };
  step("Building stock tract (some minutes the first time)", "cargo", args, { env });
  const built = join(target, "wasm32-unknown-unknown", "wasm", "tract_peer.wasm");
  return bind(built, "stock-tract");
}

function difference(a, b) {
  const differences = a.map((value, i) => Math.abs(value - b[i])).toSorted((x, y) => x - y);
  return {
    largest: differences.at(-1),
    at999PerMille: differences[Math.floor(differences.length * 0.999)],
  };
}

async function main() {
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(name);
    return at > 0 ? process.argv[at + 1] : otherwise;
  };
  const rounds = Number(option("--rounds", "7"));
  step("Installing the peers", "npm", ["ci", "--prefix", HERE, "--no-fund", "--no-audit"]);
  const net = option("--net", "base");
  const withTract = !process.argv.includes("--no-tract");
  const manifest = JSON.parse(readFileSync(join(ROOT, "models", "manifest.json"), "utf8"));
  const int8 = manifest.shipped[net];
  const fp32 = int8.replace("-int8", "");
  const folders = {
    plan: buildPlans(),
    models: join(ROOT, "models"),
    tract: withTract && buildTract(),
    ort: join(HERE, "node_modules", "onnxruntime-web", "dist"),
  };
  for (const artefact of Object.keys(ARTEFACTS)) folders[artefact] = buildLab(artefact);
  const browser = await launch();
  const load = async (name, loader, options) => {
    const page = await openPage(browser, folders);
    await page.evaluate(`globalThis.picture = ${picture}; globalThis.planes = ${planes}`);
    const facts = await page.evaluate(loader, { ...options, side: SIDE });
    const { saliency } = await page.evaluate(time, true);
    return { name, page, facts, saliency, ms: [] };
  };
  const engines = [
    await load("cleancut relaxed", loadCleancut, { artefact: "relaxed", net }),
    await load("cleancut simd", loadCleancut, { artefact: "simd", net }),
    await load("onnxruntime-web fp32", loadOnnxRuntime, { model: fp32 }),
    await load("onnxruntime-web int8", loadOnnxRuntime, { model: int8 }),
    await load("two threads, onnxruntime-web fp32", loadOnnxRuntime, { model: fp32, threads: 2 }),
    await load("two threads, onnxruntime-web int8", loadOnnxRuntime, { model: int8, threads: 2 }),
  ];
  if (withTract) engines.push(await load("tract fp32", loadTract, { model: fp32 }));
  const more = option("--model");
  if (more) {
    folders.more = dirname(more);
    const model = `../more/${basename(more)}`;
    engines.push(await load(`onnxruntime-web ${basename(more)}`, loadOnnxRuntime, { model }));
  }
  for (let round = 0; round < rounds; round++) {
    say(`Round ${round + 1} of ${rounds}`);
    for (const engine of engines) engine.ms.push((await engine.page.evaluate(time, false)).ms);
  }
  const { version } = JSON.parse(
    readFileSync(join(HERE, "node_modules", "onnxruntime-web", "package.json"), "utf8"),
  );
  const [relaxed, , , onnxRuntimeInt8] = engines;
  const result = {
    machine: `${cpus()[0].model}, ${cpus().length} cores`,
    chromium: browser.version(),
    onnxruntimeWeb: version,
    models: { fp32, int8 },
    side: SIDE,
    rounds,
    engines: [],
    againstOnnxRuntimeInt8: difference(relaxed.saliency, onnxRuntimeInt8.saliency),
  };
  for (const { name, page, facts, ms } of engines) {
    const memory = await page.evaluate(() => globalThis.memory?.());
    const [medianMs, bestMs] = [median(ms), Math.min(...ms)];
    const gmacPerSecond = (GMAC[net] / medianMs) * 1e3;
    result.engines.push({ name, medianMs, bestMs, gmacPerSecond, memory, ...facts });
  }
  const fastest = (peer) =>
    Math.min(...result.engines.filter((e) => e.name.startsWith(peer)).map((e) => e.medianMs));
  for (const engine of result.engines) {
    engine.timesFasterThanOnnxRuntime = fastest("onnxruntime-web") / engine.medianMs;
    if (withTract) engine.timesFasterThanTract = fastest("tract") / engine.medianMs;
  }
  await browser.close();
  console.table(result.engines);
  const json = option("--json");
  if (json) writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
}

await main();
