/** Where wasm and model come from, and when they are loaded. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { app, bytesOf, cleancut, dist, entry, fixture, ROOT } from "./installed.mjs";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("assets may come from elsewhere, but must be the published ones", async () => {
  const [simd, relaxed, plan] = ["simd.wasm", "relaxed.wasm", "base.plan"].map((name) =>
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
    [{ model: bad }, { code: "integrity", message: /\d+ bytes\) is not base\.plan/ }],
    [{ model: Buffer.from("<!doctype html>") }, { code: "asset", message: /is a web page/ }],
    [{ wasm: plan }, { code: "integrity" }],
    [pathToFileURL(app), { code: "asset", url: /(simd\.wasm|base\.plan)$/ }],
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
  assert.deepEqual(await loads({ method: "network" }), [sizeOf("base.plan")]);
  assert.deepEqual(await loads(), []);
  await remover.dispose();

  const expected = await bytesOf(cleancut, photos[0], studio);
  for (const name of ["core", "inline"]) {
    assert.deepEqual(await bytesOf(await entry(name), photos[0], studio), expected, name);
  }
});

test("one model is loaded, the one that is asked for; a picture that is cut out needs none", async () => {
  const { assets } = JSON.parse(readFileSync(dist("assets.json"), "utf8"));
  const sizeOf = (file) => assets.find((asset) => asset.file === `wasm/${file}`).bytes;
  const remover = await cleancut.createRemover();
  const loads = async (photo, options) => {
    const totals = new Set();
    const onProgress = ({ totalBytes }) => totalBytes > 0 && totals.add(totalBytes);
    await remover.segment(photo, { ...options, onProgress }).then((cutout) => cutout.dispose());
    return [...totals];
  };
  const cutOut = await bytesOf(cleancut, fixture("mug.jpg"));
  assert.deepEqual(await loads(cutOut), [sizeOf("simd.wasm")]);
  assert.deepEqual(await loads(fixture("mug.jpg"), { model: "small" }), [sizeOf("small.plan")]);
  assert.deepEqual(await loads(fixture("rgb.png")), [sizeOf("base.plan")]);
  assert.deepEqual(await loads(fixture("rgb.png"), { model: "small" }), []);
  await remover.preload({ model: "small" });
  await remover.dispose();

  const bytes = async (model) => (await cleancut.capabilities({ model })).bytesToDownload;
  assert.equal(await bytes("base"), sizeOf("simd.wasm") + sizeOf("base.plan"));
  assert.equal(await bytes("small"), sizeOf("simd.wasm") + sizeOf("small.plan"));
  const wrong = { code: "option", message: /model is "?large"?; it takes base or small/ };
  const large = { model: "large" };
  await assert.rejects(cleancut.preload(large), wrong);
  await assert.rejects(cleancut.capabilities(large), wrong);
  await assert.rejects(cleancut.removeBackground(fixture("mug.jpg"), large), wrong);

  const model = readFileSync(dist("wasm/small.plan"));
  const small = await cleancut.createRemover({ assets: { model } });
  assert.deepEqual(
    new Uint8Array(await (await small.remove(fixture("mug.jpg"))).arrayBuffer()),
    await bytesOf(cleancut, fixture("mug.jpg"), { model: "small" }),
  );
  await assert.rejects(small.remove(fixture("mug.jpg"), { model: "base" }), { code: "model" });
  await small.dispose();
});

test("what can be done here is told", async () => {
  const capabilities = await cleancut.capabilities();
  assert.equal(capabilities.simd, true);
  assert.equal(capabilities.worker, false);
  assert.equal(capabilities.cached, false);
  assert.ok(capabilities.bytesToDownload > 2e6);
  assert.equal(await cleancut.isCached(), false);
  await cleancut.clearCache();
});
