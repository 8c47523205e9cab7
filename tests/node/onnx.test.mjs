/** Networks of other people's, in the wasm that is loaded for them: the table of `tests/rust/onnx.rs`. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { app, cleancut, dist, entry, fixture, printedWithin, ROOT } from "./installed.mjs";

const { onnx } = await entry("onnx");
const { agreement, refused } = JSON.parse(readFileSync(join(ROOT, "tests", "onnx.json"), "utf8"));
const network = (name) => fixture(`onnx/${name}.onnx`);
const RED = { preset: "isnet", side: 160, mean: 0 };
const SIDE = 64;
const FILES = ["tests/fixtures/ball.jpg", "models/base.onnx", "tests/fixtures/onnx/red.onnx"].map(
  (path) => join(ROOT, path),
);

/** As `training/ship/families.py` draws it. */
function picture() {
  const values = Array.from({ length: SIDE * SIDE }, (_, pixel) => {
    const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
    const isIn = (x - 30) ** 2 + (y - 34) ** 2 < 400;
    const ground = [(x * 3 + y) % 200, (y * 5) % 180, (x * y) % 150];
    return ground.map((value) => (isIn ? 255 - Math.floor(value / 2) : value));
  });
  return Uint8Array.from(values.flat());
}

async function cutOut(model, input = fixture("ball.jpg"), options = { method: "network" }) {
  const remover = await cleancut.createRemover({ model, worker: false });
  try {
    const cutout = await remover.segment(input, options);
    const { data } = await cutout.toMask();
    return { backend: cutout.backend, data };
  } finally {
    await remover.dispose();
  }
}

test("families of networks run as in onnxruntime, and as natively", async () => {
  const { initSync, Onnx } = await import(
    pathToFileURL(join(ROOT, "build", "js", "wasm", "onnx-glue.js"))
  );
  initSync({ module: readFileSync(dist("wasm/onnx.wasm")) });
  for (const [name, preset, least] of agreement) {
    const words = ["preset", preset, "side", `${SIDE}`, "classes", "1"];
    const found = new Onnx(network(name), words.join("\0"));
    const saliency = found.look(picture());
    found.free();
    const bytes = fixture(`onnx/${name}.u16`);
    const near = saliency.filter((value, at) => {
      return Math.abs(value - bytes.readUInt16LE(2 * at) / 65535) <= 1 / 255;
    });
    assert.equal(saliency.length, bytes.length / 2, name);
    const share = near.length / saliency.length;
    assert.ok(share >= least, `${name}: ${share} within 1/255, expected ${least}`);
  }
});

test("a file, its bytes, a view of them or its URL; a spec or a preset's name", async () => {
  const bytes = network("red");
  const padded = new Uint8Array([...new Uint8Array(9), ...bytes]);
  const expected = await cutOut(onnx(bytes, RED));
  assert.equal(expected.backend, "onnx");
  assert.deepEqual(
    [160 + 120 * 320, 5 + 5 * 320, 310 + 230 * 320].map((at) => expected.data[at]),
    [255, 0, 0],
  );
  for (const file of [
    new Blob([bytes]),
    padded.subarray(9),
    Uint8Array.from(bytes).buffer,
    pathToFileURL(join(ROOT, "tests/fixtures/onnx/red.onnx")),
    pathToFileURL(join(ROOT, "tests/fixtures/onnx/red.onnx")).href,
  ]) {
    assert.deepEqual(await cutOut(onnx(file, RED)), expected);
  }
  const softmax = { ...RED, output: "classes", saliency: "softmax", classes: [1] };
  assert.deepEqual(await cutOut(onnx(bytes, softmax)), expected);
  assert.deepEqual(onnx(bytes, "isnet").words, ["preset", "isnet"]);
});

test("what cannot run is an error that names it, and the next network runs", async () => {
  for (const { file, spec, code, words } of refused) {
    const remover = await cleancut.createRemover({
      model: onnx(network(file), spec),
      worker: false,
    });
    await assert.rejects(remover.remove(fixture("mug.jpg")), (error) => {
      assert.equal(error.code, code, `${JSON.stringify(spec)}: ${error.message}`);
      assert.ok(error.message.includes(words), error.message);
      assert.ok(error.hint.length > 10);
      return true;
    });
    await remover.dispose();
  }
  const whole = network("modnet-11");
  const page = new Blob(["<!doctype html>"]);
  const large = Object.defineProperty(new Blob([]), "size", { value: 500e6 });
  for (const [file, code, words] of [
    [whole.subarray(0, whole.length / 2), "model", /no ONNX file, or a damaged one/],
    [page, "model", /no ONNX file, or a damaged one/],
    [large, "model", /it is 500 MB; the limit is 400 MB/],
    [5, "option", /the network could not be read/],
    ["no url", "option", /the network's "no url" is not a URL/],
    [pathToFileURL(join(app, "missing.onnx")), "asset", /missing\.onnx could not be read/],
  ]) {
    await assert.rejects(cutOut(onnx(file)), { code, message: words });
  }
  const { backend } = await cutOut(onnx(network("red"), RED));
  assert.equal(backend, "onnx");
});

test("a damaged network is an error, and no more than that", async () => {
  const whole = network("modnet-11");
  for (let at = 0; at < whole.length; at += Math.floor(whole.length / 60)) {
    const bytes = Uint8Array.from(whole);
    bytes[at] ^= 0x55;
    await cutOut(onnx(bytes, { side: 64 }), fixture("rgb.png")).catch((error) => {
      assert.match(error.code, /^(model|inference)$/, `byte ${at}: ${error.stack}`);
    });
  }
  const { backend } = await cutOut(onnx(network("red"), RED));
  assert.equal(backend, "onnx");
});

test("a network that memory runs out over says so, and the next one runs", () => {
  const work = `
    import { readFileSync } from "node:fs";
    import { createRemover } from "cleancut";
    import { onnx } from "cleancut/onnx";
    const [ball, base, red] = ${JSON.stringify(FILES)}.map((file) => readFileSync(file));
    for (const model of [onnx(base, "u2net"), onnx(red, ${JSON.stringify(RED)})]) {
      const remover = await createRemover({ model, worker: false });
      const made = remover.remove(ball, { method: "network" });
      console.log(await made.then(({ type }) => type, ({ code, message }) => code + ": " + message));
      await remover.dispose();
    }`;
  const out = "model: cannot load the model: tract gave up: the engine ran out of memory";
  assert.equal(printedWithin(450, work), `${out}\nimage/png\n`);
});

test("it takes the place of the package's networks, not of what needs none", async () => {
  const model = onnx(network("red"), RED);
  const mug = fixture("mug.jpg");
  await assert.rejects(cutOut(model, mug, { model: "small" }), {
    code: "model",
    message: /small is wanted, a network of your own is loaded/,
  });
  await assert.rejects(cutOut(model, mug, { device: "webgpu" }), { code: "device" });
  await assert.rejects(cleancut.createRemover({ model: "small" }), {
    code: "option",
    message: /model is small/,
    hint: /onnx\(\)/,
  });
  const studio = await cutOut(model, fixture("ball.jpg"), { method: "studio" });
  assert.match(studio.backend, /relaxed|simd/);
});

test("npx cleancut --model FILE.onnx, with a spec beside it", async () => {
  const { spawnSync } = await import("node:child_process");
  const run = (...args) =>
    spawnSync(join(app, "node_modules/.bin/cleancut"), args, { cwd: app, encoding: "utf8" });
  const photo = join(ROOT, "tests/fixtures/ball.jpg");
  const net = join(app, "net.onnx");
  writeFileSync(net, network("red"));
  const common = ["-o", "net.png", "--method", "network", "--channels", "alpha", "--model", net];
  const words = ["--spec", "isnet", "--spec", "side=160", "--spec=mean=0"];
  const made = run(photo, ...common, ...words);
  assert.equal(made.status, 0, made.stderr);
  const expected = readFileSync(join(app, "net.png"));
  writeFileSync(join(app, "net.json"), JSON.stringify({ ...RED, mean: [0, 0, 0] }));
  assert.equal(run(photo, ...common).status, 0);
  assert.ok(readFileSync(join(app, "net.png")).equals(expected));
  for (const [json, more, wished] of [
    ["{}", ["--spec", "divide=7"], /^cleancut: spec: divide is "7"; it takes 255, or max/],
    ["[]", [], /net\.json: it is no object/],
    ["{", [], /net\.json: /],
    ['{ "output": "mask" }', [], /net\.onnx: cannot load the model: there is no output "mask"/],
  ]) {
    writeFileSync(join(app, "net.json"), json);
    const { status, stderr } = run(photo, ...common, ...more);
    assert.equal(status, 2, stderr);
    assert.match(stderr, wished);
  }
  assert.match(run(photo, "--spec", "isnet").stderr, /give --model FILE\.onnx/);
  const missing = run(photo, "--model", "missing.onnx");
  assert.match(missing.stderr, /missing\.onnx: No such file/);
});
