/**
 * `node benches/growth.mjs`: milliseconds and the wasm's memory in Chromium, one thread, for one photo
 * enlarged from .4 to 48 megapixels, and over the network's input size. Writes benches/record/growth.md
 * and growth.svg.
 */

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

import { build } from "../tools/build.mjs";
import { launch, openPage } from "../tools/lab.mjs";
import { ROOT, say } from "../tools/step.mjs";
import { medianOfEach } from "./median.mjs";
import { enlarge } from "./mug.mjs";

const ROUNDS = 5;
/** 4:3, from .4 to 48 megapixels. */
const WIDTHS = [720, 2000, 2828, 4000, 5656, 6928, 8000];
const SIDES = [160, 224, 320, 448, 640];
/** By hand, of a cut-out that is there: in the middle of the subject. */
const STROKES = ["stroke", "stroke that learns"];
const STEPS = ["decode", "preprocess", "inference", "matte", "compose and encode"];
const COLOURS = ["#7c3aed", "#15803d", "#be123c", "#1d4ed8", "#c2410c", "#111"];
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 300, 44, 130, 20, 36];
const MOST_MEGAPIXELS = 50;

/** Runs in the page: loads the engine, leaves `once`, keeps an eye on its memory. */
async function load() {
  let memory;
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(...words) {
      super(...words);
      memory ??= this.exports.memory;
    }
  };
  const { createRemover } = await import("/dist/core.js");
  const remover = await createRemover();
  globalThis.once = async (options) => {
    const began = performance.now();
    const cutout = await remover.segment(globalThis.photo.slice(), options);
    const segmented = performance.now();
    await cutout.toBlob();
    const end = performance.now();
    const held = memory.buffer.byteLength;
    const { timings, width, height } = cutout;
    const points = [{ x: width / 2, y: height / 2 }];
    const edit = async (learn) => {
      const began = performance.now();
      const stroke = { mode: "erase", points, radius: width / 60 };
      const edited = await cutout.edit([stroke], { learn });
      const took = performance.now() - began;
      edited.dispose();
      return took;
    };
    const strokes = [await edit(false), await edit(true)];
    cutout.dispose();
    return {
      ...timings,
      "compose and encode": end - segmented,
      whole: end - began,
      "memory, MB": held / 2 ** 20,
      stroke: strokes[0],
      "stroke that learns": strokes[1],
    };
  };
}

/** Medians of a fresh engine on a photo `width` px wide; the first round warms up. */
async function time(browser, width, options) {
  const page = await openPage(browser, { dist: join(ROOT, "dist"), tests: join(ROOT, "tests") });
  await page.evaluate(load);
  await page.evaluate(`globalThis.enlarge = ${enlarge}`);
  await page.evaluate(
    async (size) => {
      globalThis.photo = new Uint8Array(await globalThis.enlarge(size));
    },
    [width, width * 0.75],
  );
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round++) {
    rounds.push(await page.evaluate((options) => globalThis.once(options), options));
  }
  await page.close();
  return medianOfEach(rounds.slice(1));
}

/** `series`: points of megapixels and a value for each name, drawn over one another. */
function panel(title, series, top) {
  const values = Object.values(series).flat();
  const most = Math.ceil(Math.max(...values.map(([, value]) => value)) / 100) * 100;
  const x = (megapixels) => LEFT + ((WIDTH - LEFT - RIGHT) * megapixels) / MOST_MEGAPIXELS;
  const y = (value) => top + TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most);
  const at = (point) => `${x(point[0]).toFixed(1)} ${y(point[1]).toFixed(1)}`;
  const ticks = Array.from({ length: 6 }, (_, tick) => (tick * most) / 5);
  const labels = Object.entries(series).toSorted((a, b) => b[1].at(-1)[1] - a[1].at(-1)[1]);
  let lowest = -Infinity;
  return [
    `<text x="6" y="${top + 12}">${title}</text>`,
    ...ticks.map(
      (value) =>
        `<path d="M${LEFT} ${y(value)}H${x(MOST_MEGAPIXELS)}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    ),
    ...[0, 10, 20, 30, 40, 50].map(
      (tick) => `<text x="${x(tick)}" y="${top + HEIGHT - 18}" text-anchor="middle">${tick}</text>`,
    ),
    ...labels.map(([name, points], index) => {
      const colour = COLOURS[index % COLOURS.length];
      lowest = Math.max(lowest + 13, y(points.at(-1)[1]) + 4);
      return `<path d="M${points.map(at).join("L")}" fill="none" stroke="${colour}" stroke-width="1.6"/><text x="${x(MOST_MEGAPIXELS) + 4}" y="${lowest}" fill="${colour}">${name}</text>`;
    }),
  ];
}

function draw(rows) {
  const series = (names) =>
    Object.fromEntries(names.map((name) => [name, rows.map(([x, row]) => [x, row[name]])]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${2 * HEIGHT}" font-family="sans-serif" font-size="12"><title>Milliseconds and megabytes over megapixels</title>`,
    `<rect width="${WIDTH}" height="${2 * HEIGHT}" fill="white"/>`,
    ...panel("ms", series([...STEPS, "whole"]), 0),
    ...panel("MB of the wasm's memory", series(["memory, MB"]), HEIGHT),
    `<text x="${LEFT}" y="${2 * HEIGHT - 4}">megapixels</text>`,
    "</svg>\n",
  ].join("\n");
}

function table(title, rows) {
  const names = [...STEPS, "whole", "memory, MB", ...STROKES];
  return [
    `| ${title} | ${names.join(" | ")} |`,
    `|---:${names.map(() => "|---:").join("")}|`,
    ...rows.map(
      ([x, row]) => `| ${x} | ${names.map((name) => row[name].toFixed(0)).join(" | ")} |`,
    ),
    "",
  ];
}

async function main() {
  await build();
  const browser = await launch();
  const photos = [];
  const sides = [];
  for (const width of WIDTHS) {
    say(`${width} px wide`);
    const megapixels = Number(((width * width * 0.75) / 1e6).toFixed(1));
    photos.push([megapixels, await time(browser, width, {})]);
  }
  for (const side of SIDES) {
    say(`${side} px for the network`);
    sides.push([side, await time(browser, WIDTHS[0], { inputSize: side })]);
  }
  const text = [
    "# Milliseconds and memory over size",
    "",
    `${cpus()[0].model}, ${cpus().length} cores; Chromium ${browser.version()}, one thread, model base; JPEG to PNG, medians of ${ROUNDS} after a first one, a fresh page each. Memory is the wasm's, whose pages only grow.`,
    "Made by `node benches/growth.mjs`; [drawn](growth.svg).",
    "",
    ...table("megapixels", photos),
    ...table("`inputSize`, px, .4 megapixels", sides),
  ].join("\n");
  await browser.close();
  const record = join(ROOT, "benches", "record");
  writeFileSync(join(record, "growth.md"), text);
  writeFileSync(join(record, "growth.svg"), draw(photos));
  console.log(text);
}

await main();
