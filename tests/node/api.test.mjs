/** What callers give and get, in Node's own thread. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { decode } from "fast-png";

import { cleancut, fixture, printedWithin, ROOT } from "./installed.mjs";

async function cutOut(input, options) {
  const blob = await cleancut.removeBackground(input, options);
  assert.equal(blob.type, "image/png");
  return decode(new Uint8Array(await blob.arrayBuffer()));
}

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

test("a photo that memory runs out over says so, and the next one is cut out", () => {
  const work = `
    import { readFileSync } from "node:fs";
    import { removeBackground } from "cleancut";
    const large = { data: new Uint8ClampedArray(48e6), width: 4000, height: 3000 };
    const mug = readFileSync(${JSON.stringify(join(ROOT, "tests/fixtures/mug.jpg"))});
    for (const photo of [large, mug]) {
      const made = removeBackground(photo);
      console.log(await made.then(({ type }) => type, ({ code, message }) => code + ": " + message));
    }`;
  assert.equal(printedWithin(640, work), "crashed: the engine ran out of memory\nimage/png\n");
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
  await assert.rejects(cleancut.createRemover({ gpu: true }), {
    code: "option",
    message: /unknown option "gpu"; known are assets, cache, device/,
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

test("strokes that learn take more with them, and only where they are told to", async () => {
  const cutout = await cleancut.segment(fixture("mug.jpg"));
  const strokes = [{ mode: "erase", points: [{ x: 360, y: 270 }], radius: 15, hardness: 1 }];
  const masks = [];
  for (const learn of [undefined, false, true]) {
    const edited = await cutout.edit(strokes, { learn });
    masks.push((await edited.toMask()).data);
    edited.dispose();
  }
  const [unsaid, painted, learned] = masks;
  assert.deepEqual(unsaid, painted);
  const erased = learned.filter((value, at) => value + 64 < painted[at]).length;
  assert.ok(erased > 1000, `${erased} px follow the stroke`);
  await assert.rejects(cutout.edit(strokes, { learn: "yes" }), { code: "option" });
  cutout.dispose();
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

test("bytes, files and URLs of another realm are taken", async () => {
  const expected = await cleancut.removeBackground(fixture("rgb.png"));
  const hex = fixture("rgb.png").toString("hex");
  const bytes = runInNewContext(`Uint8Array.from("${hex}".match(/../g), (b) => parseInt(b, 16))`);
  for (const input of [
    bytes,
    bytes.buffer,
    { data: runInNewContext("new Uint8Array(64)"), width: 4, height: 4 },
  ]) {
    const cutout = await cleancut.segment(input);
    assert.equal(cutout.width, input.width ?? 64);
    cutout.dispose();
  }
  const { size } = await cleancut.removeBackground(bytes.buffer);
  assert.equal(size, expected.size);
});

test("what is gone is an input error, and nothing else is lost", async () => {
  const held = await cleancut.segment(fixture("rgb.png"));
  const view = new Uint8Array(fixture("rgb.png"));
  const used = new Response(fixture("rgb.png"));
  await used.arrayBuffer();
  structuredClone(view.buffer, { transfer: [view.buffer] });
  for (const [input, hint] of [
    [view, /transferred/],
    [view.buffer, /transferred/],
    [used, /clone/],
    [{ data: view, width: 1, height: 1 }, /./],
  ]) {
    await assert.rejects(cleancut.removeBackground(input), (error) => {
      assert.ok(error instanceof cleancut.CleancutError, `${error}`);
      assert.equal(error.code, "input");
      assert.match(error.hint, hint);
      return true;
    });
  }
  await assert.rejects(held.toImageBitmap(), { code: "encode", message: /no bitmap/ });
  assert.equal((await held.toBlob()).type, "image/png");
  held.dispose();
});

test("data: URLs are read, base64 alone is no URL, messages stay short", async () => {
  const base64 = fixture("rgb.png").toString("base64");
  const { type } = await cleancut.removeBackground(`data:image/png;base64,${base64}`);
  assert.equal(type, "image/png");
  const long = "x".repeat(5000);
  for (const [code, input, options] of [
    ["input", base64],
    ["input", fixture("mug.jpg").toString("base64")],
    ["input", `${long}.jpg`],
    ["fetch", `file:///${long}.jpg`],
    ["option", fixture("rgb.png"), { align: long }],
    ["option", fixture("rgb.png"), { margin: Array(900).fill(1) }],
  ]) {
    await assert.rejects(cleancut.removeBackground(input, options), (error) => {
      assert.equal(error.code, code);
      assert.ok(error.message.length < 200, error.message);
      return true;
    });
  }
});
