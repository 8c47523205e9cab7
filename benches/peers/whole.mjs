/**
 * `node benches/peers/whole.mjs DIR`: JPEG to PNG, whole, by cleancut's two models and by
 * @imgly/background-removal's two, one thread each, in one Chromium and one run: every round times
 * each once. DIR is where `npm install @imgly/background-removal@1.4.5
 * @imgly/background-removal-data@1.4.5` ran: 330 MB, hence not among the locked peers. `--rounds N` (5).
 */

import { mkdtempSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";

import { build } from "../../tools/build.mjs";
import { launch, openPage } from "../../tools/lab.mjs";
import { ROOT, say } from "../../tools/step.mjs";
import { median } from "../median.mjs";
import { enlarge, SIZES } from "../mug.mjs";

const ROUNDS = 5;

/** Runs in the page: leaves `once`, ms of a whole cut-out. */
async function loadCleancut(model) {
  const { createRemover } = await import("/dist/core.js");
  const remover = await createRemover();
  globalThis.once = (photo) => remover.remove(photo, { model });
}

/** Runs in the page: leaves `once`. */
async function loadImgly(model) {
  const { removeBackground } = await import("/imgly/imgly.js");
  const config = { publicPath: `${location.origin}/data/`, model, device: "cpu" };
  globalThis.once = (photo) => removeBackground(new Blob([photo], { type: "image/jpeg" }), config);
}

/** Runs in the page. */
async function time() {
  const photo = globalThis.photo.slice();
  const began = performance.now();
  const file = await globalThis.once(photo);
  return { ms: performance.now() - began, bytes: file.size };
}

/** The package and what it imports, in one file: its folder. */
async function bundle(packages) {
  const folder = mkdtempSync(join(tmpdir(), "cleancut-"));
  const input = join(packages, "node_modules/@imgly/background-removal/dist/index.mjs");
  const bundled = await rolldown({ input, platform: "browser", logLevel: "silent" });
  await bundled.write({ file: join(folder, "imgly.js"), codeSplitting: false });
  return folder;
}

async function main() {
  const [packages] = process.argv.slice(2);
  const at = process.argv.indexOf("--rounds");
  const rounds = at > 0 ? Number(process.argv[at + 1]) : ROUNDS;
  await build();
  const folders = {
    dist: join(ROOT, "dist"),
    tests: join(ROOT, "tests"),
    imgly: await bundle(resolve(packages)),
    data: join(resolve(packages), "node_modules/@imgly/background-removal-data/dist"),
  };
  const browser = await launch();
  const engines = [
    ["cleancut base", loadCleancut, "base"],
    ["cleancut small", loadCleancut, "small"],
    ["imgly small", loadImgly, "small"],
    ["imgly medium", loadImgly, "medium"],
  ];
  console.log(`${cpus()[0].model}, ${cpus().length} cores; Chromium ${browser.version()}\n`);
  for (const size of SIZES) {
    const runs = [];
    for (const [name, load, model] of engines) {
      const page = await openPage(browser, folders);
      await page.evaluate(`globalThis.enlarge = ${enlarge}`);
      await page.evaluate(async (size) => {
        globalThis.photo = new Uint8Array(await globalThis.enlarge(size));
      }, size);
      await page.evaluate(load, model);
      const first = await page.evaluate(time);
      runs.push({ name, page, first: first.ms, bytes: first.bytes, ms: [] });
    }
    for (let round = 0; round < rounds; round++) {
      say(`${size.join(" x ")} px, round ${round + 1} of ${rounds}`);
      for (const run of runs) run.ms.push((await run.page.evaluate(time)).ms);
    }
    console.log(`| ${size.join(" x ")} px | first, ms | median, ms | best, ms | PNG, bytes |`);
    console.log("|---|---:|---:|---:|---:|");
    for (const { name, page, first, bytes, ms } of runs) {
      const cells = [first, median(ms), Math.min(...ms), bytes].map((value) => value.toFixed(0));
      console.log(`| ${name} | ${cells.join(" | ")} |`);
      await page.close();
    }
    console.log();
  }
  await browser.close();
}

await main();
