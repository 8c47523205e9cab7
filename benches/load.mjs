/**
 * `node benches/load.mjs TREE`: how long the engine takes to be ready in Chromium, and a first photo, beside
 * another built tree of this project; both models, a fresh browser context each time, in turns.
 */

import { join, resolve } from "node:path";

import { launch } from "../tools/lab.mjs";
import { fail, ROOT } from "../tools/step.mjs";
import { median } from "./median.mjs";
import { serve } from "./serve.mjs";

const ROUNDS = 15;
/** A tree, and what its photos are asked for. */
const SIDES = {
  other: ["other", {}],
  base: ["now", { model: "base" }],
  small: ["now", { model: "small" }],
};

/** Runs in a page: milliseconds until the engine is ready, or until a photo is cut out. */
async function time([[tree, options], assets, withPhoto]) {
  const { createRemover } = await import(`/${tree}/core.js`);
  const photo = await (await fetch("/fixtures/mug.jpg")).arrayBuffer();
  const began = performance.now();
  const remover = await createRemover(assets);
  await (withPhoto ? remover.remove(photo, options) : remover.preload(options));
  return performance.now() - began;
}

const WAYS = {
  "ready, and kept in the cache": [{}, false],
  'ready, with `cache: "none"`': [{ cache: "none" }, false],
  "first cut-out, 720 x 540 px": [{}, true],
};

const tree = process.argv[2] ?? fail("no tree", "See the head of this file.");
const folders = {
  other: join(resolve(tree), "dist"),
  now: join(ROOT, "dist"),
  fixtures: join(ROOT, "tests", "fixtures"),
};
const server = await serve(folders);
const browser = await launch();
const names = Object.keys(SIDES);
console.log(`| ms | ${names.join(" | ")} |\n|---|${"---:|".repeat(names.length)}`);
for (const [way, given] of Object.entries(WAYS)) {
  const ms = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`http://localhost:${server.address().port}/`);
      ms[name].push(await page.evaluate(time, [SIDES[name], ...given]));
      await context.close();
    }
  }
  const ratio = (name) => (median(ms[name]) / median(ms.other)).toFixed(2);
  const cells = names.map((name) => `${median(ms[name]).toFixed(0)} (${ratio(name)})`);
  console.log(`| ${way} | ${cells.join(" | ")} |`);
}
await browser.close();
server.close();
