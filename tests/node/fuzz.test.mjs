/** Arguments of every kind, the same at every run: each call ends in an answer or a `CleancutError`. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { cleancut, fixture } from "./installed.mjs";

const CALLS = 3000;

/** xorshift32 (Marsaglia 2003). */
let state = 0x9e3779b9;
function below(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
const oneOf = (values) => values[below(values.length)];

const png = fixture("rgb.png");
const pixels = { data: new Uint8Array(6 * 4 * 4).fill(200), width: 6, height: 4 };
const cyclic = {};
cyclic.self = cyclic;
const ODD = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  0.5,
  7,
  1e9,
  2 ** 32,
  NaN,
  -Infinity,
  12n,
  Symbol("odd"),
  "",
  " ",
  "5%",
  "png",
  "true",
  "\0",
  "\0crop\0true",
  "#fff",
  "\ud800",
  "💥".repeat(60),
  "x".repeat(3000),
  [],
  [1, "2%"],
  [Symbol("odd")],
  {},
  cyclic,
  Object.create(null),
  { width: 8 },
  { width: Symbol("odd"), height: {} },
  { blur: 0.05 },
  { blur: Symbol("odd") },
  { image: png, fit: Symbol("odd") },
  { image: null },
  { length: 4 },
  { toString: () => "odd" },
  new Date(0),
  new Map([["a", 1]]),
  /odd/,
  () => {},
  new Uint8Array(3),
  new Float64Array(4),
  new Proxy({}, {}),
];
const INPUTS = [
  png,
  png,
  pixels,
  pixels,
  png.subarray(0, 70),
  fixture("rgb.jpg"),
  new Blob([png]),
  { ...pixels, width: 3 },
  { ...pixels, width: 2 ** 31, height: 2 ** 31 },
  { ...pixels, data: new Uint8Array(0), width: 0 },
];
const STROKE = { mode: "keep", points: [{ x: 2, y: 2 }], radius: 2, hardness: 0.5 };
const STROKES = ["mode", "points", "radius", "hardness"];
const OPTIONS = [
  ...[
    "align",
    "aspect",
    "background",
    "backgroundFit",
    "channels",
    "crop",
    "decontaminate",
    "fill",
  ],
  ...[
    "at",
    "roi",
    "format",
    "holes",
    "inputSize",
    "margin",
    "maxPixels",
    "method",
    "model",
    "onProgress",
  ],
  ...[
    "keep",
    "outline",
    "preset",
    "quality",
    "refine",
    "shadow",
    "signal",
    "size",
    "snap",
    "subjects",
    "toString",
  ],
];

/** Some options, most of them odd; a plain ground needs no network, which keeps it quick. */
function options() {
  if (below(12) === 0) return oneOf(ODD);
  const count = below(3) + 1;
  const odd = Array.from({ length: count }, () => [oneOf(OPTIONS), oneOf(ODD)]);
  return { method: "studio", ...Object.fromEntries(odd) };
}

function strokes() {
  if (below(4) === 0) return oneOf(ODD);
  const points = [{ x: oneOf(ODD), y: oneOf(ODD) }];
  return oneOf([
    [STROKE],
    [oneOf(ODD)],
    [{ ...STROKE, points }],
    [{ ...STROKE, [oneOf(STROKES)]: oneOf(ODD) }],
  ]);
}

const input = () => (below(3) === 0 ? oneOf(ODD) : oneOf(INPUTS));

test("arguments of every kind end in an answer or a typed error", async () => {
  const cutout = await cleancut
    .segment(png, { method: "studio" })
    .catch(() => cleancut.segment(png));
  const expected = await cutout.toMask();
  const calls = {
    removeBackground: () => [input(), options()],
    segment: () => [input(), options()],
    createRemover: () => [
      below(2) === 0
        ? oneOf(ODD)
        : { [oneOf(["assets", "cache", "worker", "workers", "model", "integrity"])]: oneOf(ODD) },
    ],
  };
  const methods = {
    toBlob: () => [options()],
    toFile: () => [oneOf(ODD), options()],
    toPixels: () => [options()],
    toMask: () => [options()],
    apply: () => [input(), options()],
    edit: () => [strokes(), oneOf([undefined, options(), { learn: oneOf([true, ...ODD]) }])],
  };
  const wrong = [];
  for (let at = 0; at < CALLS; at++) {
    const [target, makers] = below(2) === 0 ? [cleancut, calls] : [cutout, methods];
    const name = oneOf(Object.keys(makers));
    const args = makers[name]();
    try {
      const answer = await target[name](...args);
      await answer?.dispose?.();
    } catch (error) {
      const isAbort = error?.name === "AbortError";
      if (isAbort || (error instanceof cleancut.CleancutError && error.code !== "crashed"))
        continue;
      wrong.push({ at, name, args, error });
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(await cutout.toMask(), expected, "the cut-out was left as it was");
});
