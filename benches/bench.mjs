/**
 * `npm run bench`: the milliseconds of each step, natively and in Chromium, one thread each, and
 * the sizes of what is shipped. `-- --record NAME` also writes benches/record/NAME.md.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import { build } from "../tools/build.mjs";
import { launch } from "../tools/lab.mjs";
import { ask, ROOT, say, step } from "../tools/step.mjs";
import { targetFolder } from "../tools/wasm.mjs";
import { medianOfEach } from "./median.mjs";
import { enlarge, SIZES, STEPS, timeNatively } from "./mug.mjs";

const ROUNDS = 15;
const PORT = 4181;

/** The steps' ms of one photo by the release binary; the first round warms up. */
function timeRounds(photo) {
  const binary = join(targetFolder(), "release", "cleancut");
  const output = join(mkdtempSync(join(tmpdir(), "cleancut-")), "cutout.png");
  const round = () => timeNatively(binary, [photo, "-o", output]);
  return medianOfEach(Array.from({ length: ROUNDS + 1 }, round).slice(1));
}

/**
 * Runs in the page: the steps' ms of one photo by the wasm, without a worker between. `compose` is
 * rendering with a copy of the photo; `encode` is what a file takes beyond that.
 */
async function timeInPage({ bytes, rounds }) {
  const { createRemover } = await import(new URL("/dist/core.js", location.href).href);
  const remover = await createRemover();
  const results = [];
  for (let round = 0; round <= rounds; round++) {
    const cutout = await remover.segment(new Uint8Array(bytes));
    const segmented = performance.now();
    await cutout.toPixels();
    const rendered = performance.now();
    await cutout.toBlob();
    const compose = rendered - segmented;
    const encode = performance.now() - rendered - compose;
    results.push({ ...cutout.timings, compose, encode });
    cutout.dispose();
  }
  const { load } = results[0];
  return { load, rounds: results.slice(1).map(({ load: _, ...steps }) => steps) };
}

function sizes() {
  const brotli = (bytes) =>
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  const rows = [];
  const js = ["index.js", "js.js", "worker.js"].map((name) => join("dist", name));
  const groups = {
    "wasm, relaxed": ["dist/wasm/relaxed.wasm"],
    "wasm, simd": ["dist/wasm/simd.wasm"],
    "JavaScript of `cleancut`, worker included": js,
    "model's plan": ["dist/wasm/base.plan"],
  };
  for (const [name, files] of Object.entries(groups)) {
    const contents = files.map((file) => readFileSync(join(ROOT, file)));
    const raw = contents.reduce((sum, bytes) => sum + bytes.length, 0);
    const packed = contents.reduce((sum, bytes) => sum + brotli(bytes), 0);
    rows.push(`| ${name} | ${raw.toLocaleString("en")} | ${packed.toLocaleString("en")} |`);
  }
  return rows;
}

async function main() {
  const at = process.argv.indexOf("--record");
  const record = at > 0 ? process.argv[at + 1] : undefined;
  await build();
  step("Building the release binary", "cargo", [
    "build",
    "--locked",
    "--release",
    "--bin=cleancut",
  ]);
  const server = spawn("node", ["tests/browser/serve.mjs", String(PORT)], { cwd: ROOT });
  const browser = await launch();
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const folder = mkdtempSync(join(tmpdir(), "cleancut-"));
  const tables = [];
  try {
    await page.goto(`http://localhost:${PORT}/`);
    for (const size of SIZES) {
      say(`Timing ${size.join(" x ")} px, ${ROUNDS} rounds each`);
      const bytes = await page.evaluate(enlarge, size);
      const photo = join(folder, `${size[0]}.jpg`);
      writeFileSync(photo, new Uint8Array(bytes));
      const native = timeRounds(photo);
      await page.reload();
      const { load, rounds } = await page.evaluate(timeInPage, { bytes, rounds: ROUNDS });
      const inPage = medianOfEach(rounds);
      const total = (steps) => STEPS.reduce((sum, name) => sum + steps[name], 0);
      const row = (name, a, b) => `| ${name} | ${a.toFixed(1)} | ${b.toFixed(1)} |`;
      tables.push(
        `## ${size.join(" x ")} px JPEG to PNG, ms`,
        "",
        "| step | native | Chromium |",
        "|---|---:|---:|",
        ...STEPS.map((name) => row(name, native[name], inPage[name])),
        row("total", total(native), total(inPage)),
        "",
        `Load in Chromium, wasm compiled and model ready, from a warm server: ${load.toFixed(0)} ms.`,
        "",
      );
    }
  } finally {
    await browser.close();
    server.kill();
  }
  const text = [
    "# The steps of one cut-out",
    "",
    `${cpus()[0].model}, ${cpus().length} cores; ${ask("rustc", ["--version"])}; Node ${process.version}; ` +
      `Chromium ${browser.version()}. One thread; medians of ${ROUNDS} rounds after a first one.`,
    `Made by \`npm run bench -- --record ${record ?? "NAME"}\`.`,
    "",
    ...tables,
    "## Sizes, bytes",
    "",
    "| what | raw | brotli 11 |",
    "|---|---:|---:|",
    ...sizes(),
    "",
  ].join("\n");
  console.log(text);
  if (record) writeFileSync(join(ROOT, "benches", "record", `${record}.md`), text);
}

await main();
