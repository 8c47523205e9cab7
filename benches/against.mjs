/**
 * `node benches/against.mjs TREE`: this tree, built, beside another one, built: the same JPEGs to PNG,
 * natively and in one Chromium, one thread, every round each side once. `--rounds N` (15);
 * `--record NAME` also writes benches/record/NAME.md.
 */

import { mkdtempSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { launch } from "../tools/lab.mjs";
import { ask, ROOT, say, step } from "../tools/step.mjs";
import { median, medianOfEach } from "./median.mjs";
import { enlarge, SIZES, STEPS, timeNatively } from "./mug.mjs";
import { serve } from "./serve.mjs";

const ROUNDS = 15;
/** What stands beside the other tree's default. */
const SIDES = { other: {}, base: { model: "base" }, small: { model: "small" } };

/** Runs in the page: leaves `once`, says how long the engine took to be ready. */
async function load([tree, options]) {
  const { createRemover } = await import(`/${tree}/core.js`);
  const began = performance.now();
  const remover = await createRemover();
  await remover.preload(options);
  const ms = performance.now() - began;
  globalThis.once = async () => {
    const start = performance.now();
    const cutout = await remover.segment(globalThis.photo.slice(), options);
    const segmented = performance.now();
    const file = await cutout.toBlob();
    const end = performance.now();
    const steps = { ...cutout.timings, "compose and encode": end - segmented, whole: end - start };
    cutout.dispose();
    return { ...steps, bytes: file.size };
  };
  return ms;
}

function table(title, names, results) {
  const sides = Object.keys(results);
  const ratio = (name, side) => (results[side][name] / results.other[name]).toFixed(2);
  const cell = (name, side) =>
    side === "other"
      ? results.other[name].toFixed(1)
      : `${results[side][name].toFixed(1)} (${ratio(name, side)})`;
  return [
    `## ${title}`,
    "",
    `| step | ${sides.join(" | ")} |`,
    `|---|${sides.map(() => "---:|").join("")}`,
    ...names.map((name) => `| ${name} | ${sides.map((side) => cell(name, side)).join(" | ")} |`),
    "",
  ];
}

/** A page for each side, its engine loaded; the median of how long that took is among its steps. */
async function open(browser, origin, rounds) {
  const pages = {};
  const loads = Object.fromEntries(Object.keys(SIDES).map((side) => [side, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [side, options] of Object.entries(SIDES)) {
      await pages[side]?.close();
      pages[side] = await browser.newPage();
      await pages[side].goto(origin);
      const tree = side === "other" ? "theirs" : "ours";
      loads[side].push(await pages[side].evaluate(load, [tree, options]));
    }
  }
  return { pages, loads };
}

/** The medians of every side's steps, natively and in its page; the first round warms up. */
async function time(pages, binaries, bytes, rounds) {
  const photo = join(mkdtempSync(join(tmpdir(), "cleancut-")), "photo.jpg");
  writeFileSync(photo, new Uint8Array(bytes));
  const sides = Object.keys(SIDES);
  const native = Object.fromEntries(sides.map((side) => [side, []]));
  const inPage = Object.fromEntries(sides.map((side) => [side, []]));
  for (const page of Object.values(pages)) {
    await page.evaluate((bytes) => {
      globalThis.photo = new Uint8Array(bytes);
    }, bytes);
  }
  for (let round = 0; round <= rounds; round++) {
    for (const side of sides) {
      const words = side === "other" ? [] : ["--model", side];
      const all = [photo, "-o", `${photo}.png`, ...words];
      const steps = timeNatively(binaries[side] ?? binaries.ours, all);
      const whole = Object.values(steps).reduce((sum, ms) => sum + ms, 0);
      native[side].push({ ...steps, whole });
      inPage[side].push(await pages[side].evaluate("once()"));
    }
  }
  const middle = (all) =>
    Object.fromEntries(sides.map((side) => [side, medianOfEach(all[side].slice(1))]));
  return { native: middle(native), inPage: middle(inPage) };
}

async function main() {
  const option = (name) => process.argv[process.argv.indexOf(name) + 1];
  const rounds = process.argv.includes("--rounds") ? Number(option("--rounds")) : ROUNDS;
  const other = resolve(process.argv[2]);
  const binary = (folder) => join(folder, "target", "release", "cleancut");
  for (const folder of [ROOT, other]) {
    const manifest = `--manifest-path=${join(folder, "Cargo.toml")}`;
    const args = ["build", "--locked", "--release", "--bin=cleancut", manifest];
    step(`Building ${folder}`, "cargo", args);
  }
  const server = await serve({
    ours: join(ROOT, "dist"),
    theirs: join(other, "dist"),
    tests: join(ROOT, "tests"),
  });
  const browser = await launch();
  const text = [];
  try {
    const origin = `http://localhost:${server.address().port}/`;
    const { pages, loads } = await open(browser, origin, rounds);
    for (const size of SIZES) {
      const title = `${size.join(" x ")} px`;
      say(`Timing ${title}, ${rounds} rounds each`);
      const bytes = await pages.base.evaluate(enlarge, size);
      const binaries = { ours: binary(ROOT), other: binary(other) };
      const { native, inPage } = await time(pages, binaries, bytes, rounds);
      for (const side of Object.keys(SIDES)) inPage[side].load = median(loads[side]);
      const names = [...STEPS.slice(0, 4), "compose and encode", "whole", "load"];
      text.push(...table(`Chromium, ${title}, ms`, names, inPage));
      text.push(...table(`Natively, ${title}, ms`, [...STEPS, "whole"], native));
    }
  } finally {
    await browser.close();
    server.close();
  }
  const record = [
    "# Before and after",
    "",
    `\`other\` is commit ${ask("git", ["-C", other, "rev-parse", "--short", "HEAD"])}. ` +
      `${cpus()[0].model}, ${cpus().length} cores; Chromium ${browser.version()}; ` +
      `${ask("rustc", ["--version"])}. One thread; medians of ${rounds} rounds after a first one, ` +
      "ratios to `other` in brackets. `load`: wasm compiled and model ready, from a server beside it.",
    "`node benches/against.mjs TREE` made it.",
    "",
    ...text,
  ].join("\n");
  console.log(record);
  if (process.argv.includes("--record")) {
    writeFileSync(join(ROOT, "benches", "record", `${option("--record")}.md`), record);
  }
}

await main();
