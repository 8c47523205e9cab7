/** The npm tarball, packed and installed as a user would have it, under Node. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { decode } from "fast-png";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const fixture = (name) => readFileSync(join(ROOT, "tests", "fixtures", name));

const TARGET = JSON.parse(
  execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps"], {
    cwd: ROOT,
    encoding: "utf8",
  }),
).target_directory;

let app;
let cleancut;

const dist = (name) => join(app, "node_modules/cleancut/dist", name);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

before(async () => {
  app = mkdtempSync(join(tmpdir(), "cleancut-app-"));
  const npm = (...args) =>
    execFileSync("npm", [...args, "--silent"], { cwd: app, encoding: "utf8" }).trim();
  const tarball = npm("pack", ROOT, "--ignore-scripts", "--pack-destination", app);
  writeFileSync(join(app, "package.json"), '{ "private": true, "type": "module" }');
  npm("install", "--no-audit", "--no-fund", "--offline", `./${tarball.split("\n").at(-1)}`);
  cleancut = await import(pathToFileURL(join(app, "node_modules/cleancut/dist/index.js")));
});

after(() => rmSync(app, { recursive: true, force: true }));

async function cutOut(input, options) {
  const blob = await cleancut.removeBackground(input, options);
  assert.equal(blob.type, "image/png");
  return decode(new Uint8Array(await blob.arrayBuffer()));
}

test("the tarball holds what it needs and nothing else", () => {
  const installed = join(app, "node_modules/cleancut");
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.equal(manifest.license, "MIT OR Apache-2.0");
  assert.equal(manifest.dependencies, undefined);
  const files = execFileSync("npm", ["pack", ROOT, "--dry-run", "--json", "--ignore-scripts"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const paths = Object.values(JSON.parse(files))[0].files.map(({ path }) => path);
  const wanted = [
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "README.md",
    "dist/index.d.ts",
    "dist/worker.js",
  ];
  for (const path of wanted) {
    assert.ok(paths.includes(path), `${path} is packed`);
  }
  const strangers = paths.filter(
    (path) => !/^(dist\/.+|LICENSE-\w+|[A-Z]+\.md|package\.json)$/.test(path),
  );
  assert.deepEqual(strangers, []);
});

test("a photo comes out at its size, its progress goes forward", async () => {
  const seen = [];
  const picture = await cutOut(fixture("mug.jpg"), { onProgress: (p) => seen.push(p) });
  assert.deepEqual([picture.width, picture.height, picture.channels], [720, 540, 4]);
  const alphaAt = (x, y) => picture.data[(y * 720 + x) * 4 + 3];
  assert.equal(alphaAt(330, 200), 255);
  assert.ok(alphaAt(330, 470) < 20);

  assert.equal(seen.at(-1).phase, "done");
  assert.equal(seen.at(-1).fraction, 1);
  for (const [index, { fraction }] of seen.entries()) {
    assert.ok(index === 0 || fraction >= seen[index - 1].fraction, JSON.stringify(seen));
  }
});

test("every kind of input gives the same pixels", async () => {
  const bytes = fixture("rgba.png");
  const padded = new Uint8Array(bytes.length + 7);
  padded.set(bytes, 5);
  const inputs = {
    Blob: new Blob([bytes]),
    ArrayBuffer: new Uint8Array(bytes).buffer,
    "view with an offset": padded.subarray(5, 5 + bytes.length),
    DataView: new DataView(padded.buffer, 5, bytes.length),
  };
  const expected = await cutOut(bytes);
  for (const [name, input] of Object.entries(inputs)) {
    assert.deepEqual((await cutOut(input)).data, expected.data, name);
  }
  assert.deepEqual(padded.subarray(5, 5 + bytes.length), new Uint8Array(bytes), "left as it was");
});

test("bad input is a typed error, and the next call works", async () => {
  const cases = [
    ["unsupported-format", Buffer.alloc(0), /an empty file is not supported/],
    ["unsupported-format", Buffer.from("a text file"), /a text file is not supported/],
    ["decode", fixture("rgb.jpg").subarray(0, 500), /truncated/],
    ["decode", fixture("rgb.png").subarray(0, 60), /PNG/],
    ["decode", fixture("lossy.webp").subarray(0, 60), /WebP/],
    ["input", "photo.jpg", /"photo.jpg" is not a URL/],
    ["input", { some: "object" }, /the argument \(Object\)/],
    ["input", null, /the argument \(object\)/],
  ];
  for (const [code, input, message] of cases) {
    await assert.rejects(cleancut.removeBackground(input), (error) => {
      assert.ok(error instanceof cleancut.CleancutError, `${error}`);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.hint.length > 0);
      return true;
    });
  }
  await assert.rejects(cleancut.removeBackground(fixture("1x1.png")), { code: "no-subject" });
  assert.equal((await cleancut.segment(fixture("1x1.png"))).box, null);
  assert.equal((await cutOut(fixture("rgb.png"))).width, 64);
});

test("options are checked and kept", async () => {
  const remove = (options) => cleancut.removeBackground(fixture("rgb.png"), options);
  await assert.rejects(remove({ maxPixels: 100 }), { code: "too-large" });
  await assert.rejects(remove({ maxPixels: 0 }), { code: "option" });
  await assert.rejects(remove({ inputSize: 321 }), { code: "option", message: /input-size is/ });
  await assert.rejects(remove({ margin: { top: 1 } }), { code: "option", message: /margin is/ });
  for (const name of ["colour", "input-size", "Margin"]) {
    await assert.rejects(remove({ [name]: 1 }), {
      code: "option",
      message: new RegExp(`unknown option "${name}"; known are align, .*maxPixels, .*signal`),
    });
  }
  const reason = new Error("no longer wanted");
  await assert.rejects(remove({ signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(cleancut.createRemover({ device: "cpu" }), {
    code: "option",
    message: /unknown option "device"; known are assets, cache/,
  });
});

test("a cut-out gives its numbers, and pictures as often as asked", async () => {
  const cutout = await cleancut.segment(fixture("mug.jpg"));
  const { width, height, box, coverage, confidence, touches, timings, backend } = cutout;
  assert.deepEqual([width, height, backend], [720, 540, "simd"]);
  assert.ok(box.width > 0 && box.x + box.width <= 720 && box.y + box.height <= 540);
  assert.ok(coverage > 0.05 && coverage < 1 && confidence > 0 && confidence <= 1);
  assert.deepEqual(Object.keys(touches), ["top", "right", "bottom", "left"]);
  assert.ok(timings.inference > 0 && timings.decode > 0);

  const pixels = await cutout.toPixels();
  const png = decode(new Uint8Array(await (await cutout.toBlob()).arrayBuffer()));
  assert.deepEqual(new Uint8Array(pixels.data), new Uint8Array(png.data));
  const mask = await cutout.toMask();
  assert.equal(mask.data.length, 720 * 540);
  const file = await cutout.toFile("mug");
  assert.deepEqual([file.name, file.type], ["mug.png", "image/png"]);

  cutout.dispose();
  cutout.dispose();
  assert.equal(cutout.width, 720);
  await assert.rejects(cutout.toBlob(), { code: "disposed" });
});

test("an edit makes another cut-out, by hand", async () => {
  const cutout = await cleancut.segment(fixture("rgb.png"));
  const points = [{ x: 32, y: 24 }];
  const all = await cutout.edit([{ mode: "keep", points, radius: 100, hardness: 1 }]);
  const none = await all.edit([{ mode: "erase", points, radius: 100, hardness: 1 }]);
  assert.ok((await all.toMask()).data.every((value) => value === 255));
  assert.deepEqual(all.touches, { top: true, right: true, bottom: true, left: true });
  assert.equal(none.box, null);
  assert.notDeepEqual((await cutout.toMask()).data, (await all.toMask()).data);
  await assert.rejects(cutout.edit([{ mode: "paint", points, radius: 1 }]), { code: "option" });
  await assert.rejects(cutout.edit([{ mode: "keep", points, radius: 0 }]), { code: "option" });
  for (const each of [cutout, all, none]) each.dispose();
});

test("a mask goes to another size of the same picture alone", async () => {
  const cutout = await cleancut.segment(fixture("rgb.png"));
  const double = { data: new Uint8Array(128 * 96 * 4).fill(200), width: 128, height: 96 };
  const large = await cutout.apply(double);
  assert.deepEqual([large.width, large.height], [128, 96]);
  const difference = Math.abs(large.coverage - cutout.coverage);
  assert.ok(difference < 0.02, `coverage differs by ${difference}`);
  const other = { data: new Uint8Array(50 * 90 * 4), width: 50, height: 90 };
  await assert.rejects(cutout.apply(other), { code: "other-shape" });
  cutout.dispose();
  large.dispose();
});

test("pixels are checked before they reach the engine", async () => {
  const data = new Uint8Array(64);
  for (const size of [
    { width: 4, height: 3 },
    { width: -4, height: -4 },
    { width: 0, height: 4 },
    { width: 4.5, height: 4 },
  ]) {
    await assert.rejects(cleancut.segment({ data, ...size }), { code: "input" });
  }
  const remover = await cleancut.createRemover();
  await assert.rejects(remover.segment({ data, width: 4, height: 4 }, { maxPixels: 15 }), {
    code: "too-large",
    message: /4x4 px/,
  });
  await remover.dispose();
  await assert.rejects(remover.segment({ data, width: 4, height: 4 }), { code: "disposed" });
});

test("a batch keeps its order, goes past bad files and reads no further than it must", async () => {
  const names = ["rgb.png", "rgba.png", "rgb.jpg"];
  let taken = 0;
  function* inputs() {
    for (let index = 0; index < 12; index++) {
      taken += 1;
      yield index % 4 === 2 ? Buffer.from("no photo") : fixture(names[index % 3]);
    }
  }
  const remover = await cleancut.createRemover();
  const seen = [];
  for await (const item of remover.batch(inputs(), { concurrency: 3 })) {
    seen.push(item);
    assert.ok(taken <= item.index + 3, `${taken} were taken at item ${item.index}`);
  }
  assert.deepEqual(
    seen.map(({ index, ok }) => [index, ok]),
    Array.from({ length: 12 }, (_, index) => [index, index % 4 !== 2]),
  );
  assert.equal(seen[2].error.code, "unsupported-format");
  const expected = await cutOut(fixture("rgba.png"));
  const found = decode(new Uint8Array(await seen[1].blob.arrayBuffer()));
  assert.deepEqual(found.data, expected.data);
  assert.ok(seen[1].subject.box.width > 0);

  const controller = new AbortController();
  const reason = new Error("enough");
  const aborted = async () => {
    for await (const { index } of remover.batch(inputs(), { signal: controller.signal })) {
      if (index === 1) controller.abort(reason);
    }
  };
  await assert.rejects(aborted, reason);
  await assert.rejects(remover.batch([], { concurrency: 0 }).next(), { code: "option" });
  await remover.dispose();
});

test("assets may come from elsewhere, but must be the published ones", async () => {
  const [simd, relaxed, plan] = ["simd.wasm", "relaxed.wasm", "cleancut.plan"].map((name) =>
    readFileSync(dist(`wasm/${name}`)),
  );
  const { assets, version } = JSON.parse(readFileSync(dist("assets.json"), "utf8"));
  assert.equal(version, JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version);
  for (const [index, bytes] of [simd, relaxed, plan].entries()) {
    assert.equal(assets[index].sha256, sha256(bytes));
    assert.equal(assets[index].bytes, bytes.length);
  }

  const expected = sha256(await bytesOf(cleancut, fixture("rgb.png")));
  const sources = {
    bytes: { wasm: simd, model: plan },
    "a view with an offset": { model: Buffer.concat([Buffer.alloc(3), plan]).subarray(3) },
    module: { wasm: await WebAssembly.compile(simd) },
    "a folder": pathToFileURL(dist("wasm")),
    URLs: { wasm: pathToFileURL(dist("wasm/simd.wasm")).href },
  };
  for (const [name, source] of Object.entries(sources)) {
    const remover = await cleancut.createRemover({ assets: source });
    const blob = await remover.remove(fixture("rgb.png"));
    assert.equal(sha256(new Uint8Array(await blob.arrayBuffer())), expected, name);
    await remover.dispose();
  }

  const bad = Buffer.from(plan);
  bad[1000] ^= 1;
  const cases = [
    [{ model: bad }, { code: "integrity", message: /\d+ bytes\) is not cleancut\.plan/ }],
    [{ model: Buffer.from("<!doctype html>") }, { code: "asset", message: /is a web page/ }],
    [{ wasm: plan }, { code: "integrity" }],
    [pathToFileURL(app), { code: "asset", url: /(simd\.wasm|cleancut\.plan)$/ }],
    [{ model: "no url" }, { code: "option", message: /"no url" is not a URL/ }],
  ];
  for (const [source, { url, ...expected }] of cases) {
    const attempt = (async () => {
      const remover = await cleancut.createRemover({ assets: source });
      await remover.preload();
    })();
    await assert.rejects(attempt, (error) => {
      for (const [key, value] of Object.entries(expected)) {
        if (value instanceof RegExp) assert.match(error[key], value);
        else assert.equal(error[key], value);
      }
      if (url) assert.match(error.url, url);
      return true;
    });
  }
});

test("the method studio needs no model; what does loads it then", async () => {
  const { assets } = JSON.parse(readFileSync(dist("assets.json"), "utf8"));
  const sizeOf = (file) => assets.find((asset) => asset.file === `wasm/${file}`).bytes;
  const studio = { method: "studio" };
  const missing = pathToFileURL(join(app, "missing.plan")).href;
  const withoutModel = await cleancut.createRemover({ assets: { model: missing } });
  const photos = ["ball.jpg", "mug.jpg", "ball.jpg"].map(fixture);
  const seen = [];
  for await (const item of withoutModel.batch(photos, studio)) {
    seen.push(item.ok ? item.blob.size : item.error.code);
  }
  assert.deepEqual([seen[1], seen[2]], ["busy-ground", seen[0]]);
  const cutout = await withoutModel.segment(photos[0], studio);
  assert.equal(cutout.timings.inference, undefined);
  assert.deepEqual([cutout.box.x, cutout.box.width], [90, 140]);
  cutout.dispose();
  await assert.rejects(withoutModel.remove(photos[0]), { code: "asset", url: missing });
  await withoutModel.dispose();

  const remover = await cleancut.createRemover();
  const loads = async (options) => {
    const totals = new Set();
    const onProgress = ({ totalBytes }) => totalBytes > 0 && totals.add(totalBytes);
    await remover.remove(photos[0], { ...options, onProgress });
    return [...totals];
  };
  assert.deepEqual(await loads(studio), [sizeOf("simd.wasm")]);
  assert.deepEqual(await loads(studio), []);
  assert.deepEqual(await loads({ method: "network" }), [sizeOf("cleancut.plan")]);
  assert.deepEqual(await loads(), []);
  await remover.dispose();

  const expected = await bytesOf(cleancut, photos[0], studio);
  for (const name of ["core", "inline"]) {
    const entry = await import(pathToFileURL(dist(`${name}.js`)));
    assert.deepEqual(await bytesOf(entry, photos[0], studio), expected, name);
  }
});

test("a preset stands for what is not said, and the file's type is its own", async () => {
  const cutout = await cleancut.segment(fixture("ball.jpg"), { size: "40x40" });
  const typeOf = async (options) => {
    const { name, type } = await cutout.toFile("ball", options);
    return `${name} ${type}`;
  };
  assert.equal(await typeOf({}), "ball.png image/png");
  assert.equal(await typeOf({ format: "raw" }), "ball.rgba application/octet-stream");
  assert.equal(await typeOf({ preset: "ebay" }), "ball.jpg image/jpeg");
  assert.equal(await typeOf({ format: "webp", preset: "ebay" }), "ball.webp image/webp");
  const { width, height } = await cutout.toPixels({ preset: "ebay" });
  assert.deepEqual([width, height], [40, 40]);
  cutout.dispose();
  const removed = await cleancut.removeBackground(fixture("ball.jpg"), { preset: "amazon" });
  assert.equal(removed.type, "image/jpeg");
});

async function bytesOf(entry, input, options) {
  return new Uint8Array(await (await entry.removeBackground(input, options)).arrayBuffer());
}

test("every entry point imports without a page, and core and inline give the same", async () => {
  const entries = ["index", "core", "inline", "element", "attach"];
  const names = entries.map((name) => (name === "index" ? "cleancut" : `cleancut/${name}`));
  const script = `
    const before = Object.keys(globalThis).sort().join();
    for (const name of ${JSON.stringify(names)}) await import(name);
    if (Object.keys(globalThis).sort().join() !== before) throw new Error("globals changed");
    const { define } = await import("cleancut/element");
    define();
    const { default: assets } = await import("cleancut/assets.json", { with: { type: "json" } });
    if (assets.assets.length !== 3) throw new Error("assets.json");
  `;
  const { status, stderr } = spawnSync("node", ["--input-type=module", "-e", script], {
    cwd: app,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);

  const expected = await bytesOf(cleancut, fixture("rgba.png"));
  for (const name of ["core", "inline"]) {
    const entry = await import(pathToFileURL(dist(`${name}.js`)));
    assert.deepEqual(await bytesOf(entry, fixture("rgba.png")), expected, name);
  }
});

test("what can be done here is told", async () => {
  const capabilities = await cleancut.capabilities();
  assert.equal(capabilities.simd, true);
  assert.equal(capabilities.worker, false);
  assert.equal(capabilities.cached, false);
  assert.ok(capabilities.bytesToDownload > 3e6);
  assert.equal(await cleancut.isCached(), false);
  await cleancut.clearCache();
});

test("npx cleancut does what the Rust command line does, to the byte", () => {
  const native = join(TARGET, "debug", "cleancut");
  execFileSync("cargo", ["build", "--locked", "--bin=cleancut"]);
  const node = (...args) =>
    spawnSync(join(app, "node_modules/.bin/cleancut"), args, { cwd: app, encoding: "utf8" });
  const rust = (...args) => spawnSync(native, args, { cwd: app, encoding: "utf8" });
  const photo = (name) => join(ROOT, "tests/fixtures", name);
  for (const [name, ...options] of [
    ["mug.jpg"],
    ["orientation-6.jpg"],
    ["rgba.png", "--max-megapixels", "1"],
    ["ball.jpg", "--method", "studio"],
    ["mug.jpg", "--background", "white", "--margin=5%", "--preset", "ebay", "--size=300x"],
    ["mug.jpg", "--background-image", photo("rgb.png"), "--background-fit=contain"],
    ["mug.jpg", "--format", "jpeg", "--quality", "70", "--shadow", "soft"],
  ]) {
    const [ours, theirs] = [join(app, "node.png"), join(app, "rust.png")];
    const made = node(photo(name), "-o", ours, ...options);
    assert.equal(made.status, 0, made.stderr);
    assert.equal(rust(photo(name), "-o", theirs, ...options).status, 0);
    assert.ok(readFileSync(ours).equals(readFileSync(theirs)), `${name} ${options} differs`);
  }

  for (const command of [node, rust]) {
    const folder = join(app, command === node ? "by-node" : "by-rust");
    const made = command(photo("ball.jpg"), photo("mug.jpg"), "-o", folder, "--preset", "ebay");
    assert.equal(made.status, 0, made.stderr);
    assert.deepEqual(
      readdirSync(folder),
      ["ball.jpg", "mug.jpg"],
      "as the preset's JPEGs are named",
    );
  }

  writeFileSync(join(app, "bad.jpg"), "no photo");
  const cases = [
    [2],
    [2, "--colour", "red", "x.jpg"],
    [2, "x.jpg", "--margin"],
    [1, "bad.jpg"],
    [1, "bad.jpg", "missing.jpg"],
    [2, photo("mug.jpg"), "--margin", "wide"],
    [0, "--help"],
  ];
  for (const [status, ...args] of cases) {
    const made = node(...args);
    assert.equal(made.status, status, `${args}: ${made.stderr}`);
    if (status > 0) assert.match(made.stderr, /^cleancut: /);
  }
  assert.equal(node("--version").stdout, rust("--version").stdout);

  const folder = join(app, "public");
  assert.equal(node("--copy-assets", folder).status, 0);
  assert.deepEqual(readdirSync(folder).sort(), ["wasm", "worker.js"]);
  assert.equal(readdirSync(join(folder, "wasm")).length, 3);
});

test("the JavaScript stays small", () => {
  const size = (...names) =>
    names.reduce((sum, name) => sum + brotliCompressSync(readFileSync(dist(name))).length, 0);
  const cleancutSize = size(...importedBy("index.js"), "worker.js");
  const elementSize = size(
    ...importedBy("element.js").filter((n) => !importedBy("index.js").includes(n)),
  );
  assert.ok(cleancutSize <= 12 * 1024, `cleancut is ${cleancutSize} bytes of brotli`);
  assert.ok(elementSize <= 6 * 1024, `the element adds ${elementSize}`);
});

/** The files that a browser loads for an entry point. */
function importedBy(name, found = []) {
  if (found.includes(name)) return found;
  found.push(name);
  const source = readFileSync(dist(name), "utf8");
  for (const [, other] of source.matchAll(/from"\.\/([\w-]+\.js)"/g)) importedBy(other, found);
  return found;
}
