/**
 * `npm run bench:page`: the built demo page under Lighthouse's phone profile, its weight, and the
 * time from dropping a photo to seeing the result, against the inference inside it.
 * `-- --record` also writes benches/record/page.md.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { build } from "../../tools/build.mjs";
import { launch, preview } from "../../tools/lab.mjs";
import { CHROMIUM_ARGS, setUpChromium } from "../../tools/setup.mjs";
import { ROOT, say, step } from "../../tools/step.mjs";
import { median } from "../median.mjs";

const HERE = join(ROOT, "benches", "page");
const BUILT = join(ROOT, "www-dist");
const PORT = 4182;
const URL = `http://localhost:${PORT}/`;
const ROUNDS = 9;
/** 2 and 12 megapixels. */
const SIZES = [
  [1632, 1224],
  [4000, 3000],
];
const CATEGORIES = ["performance", "accessibility", "best-practices"];

/** Runs in the page: ms from dropping a photo to the frame that shows it cut out, and of the network. */
async function timeDrops({ bytes, width, height, rounds }) {
  const mug = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").drawImage(mug, 0, 0, width, height);
  const photo = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  const stage = document.querySelector("#stage");
  const shown = () =>
    new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (stage.ariaBusy !== "false") return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
      });
      observer.observe(stage, { attributes: true, attributeFilter: ["aria-busy"] });
    });
  const results = [];
  for (let round = 0; round <= rounds; round++) {
    const files = new DataTransfer();
    files.items.add(new File([photo], "photo.jpg", { type: "image/jpeg" }));
    const seen = shown();
    const began = performance.now();
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: files }));
    const ms = (await seen) - began;
    const facts = document.querySelector("#facts").textContent;
    results.push({
      ms,
      inference: Number(facts.match(/Network\s*([\d,]+) ms/)[1].replace(",", "")),
    });
  }
  return results.slice(1);
}

async function timePage() {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(URL);
  await page.getByText("works without any network").waitFor();
  const bytes = [...readFileSync(join(ROOT, "tests", "fixtures", "mug.jpg"))];
  const rows = [];
  for (const [width, height] of SIZES) {
    const rounds = await page.evaluate(timeDrops, { bytes, width, height, rounds: ROUNDS });
    const ms = median(rounds.map((round) => round.ms));
    const inference = median(rounds.map((round) => round.inference));
    const ratio = median(rounds.map((round) => round.ms / round.inference));
    rows.push({ size: `${width} x ${height}`, ms, inference, ratio });
  }
  await browser.close();
  return rows;
}

function judge() {
  step("Installing Lighthouse", "npm", ["ci", "--prefix", HERE, "--no-fund", "--no-audit"]);
  const report = join(mkdtempSync(join(tmpdir(), "cleancut-")), "report.json");
  const lighthouse = join(HERE, "node_modules", ".bin", "lighthouse");
  const flags = ["--headless", ...CHROMIUM_ARGS].join(" ");
  execFileSync(
    lighthouse,
    [
      URL,
      "--quiet",
      "--output=json",
      `--output-path=${report}`,
      `--only-categories=${CATEGORIES}`,
      `--chrome-flags=${flags}`,
    ],
    { env: { ...process.env, CHROME_PATH: setUpChromium() } },
  );
  const { categories, audits, lighthouseVersion } = JSON.parse(readFileSync(report, "utf8"));
  return {
    version: lighthouseVersion,
    scores: CATEGORIES.map((name) => Math.round(categories[name].score * 100)),
    paint: audits["largest-contentful-paint"].displayValue,
    blocking: audits["total-blocking-time"].displayValue,
  };
}

/** Bytes, brotli, of what a first visit loads beside wasm and model: nothing that drives a GPU or another network. */
function weigh() {
  const files = readdirSync(BUILT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(wasm|plan|jpg)$|^(webgpu|onnx)-/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return files.reduce((sum, file) => sum + brotliCompressSync(file).length, 0);
}

await build();
step("Building the demo page", "npx", ["vite", "build", "www", "--logLevel=warn"]);
const server = await preview(PORT);
try {
  const times = await timePage();
  const { version, scores, paint, blocking } = judge();
  const lines = [
    "# The demo page",
    "",
    "Written by `npm run bench:page -- --record`.",
    "",
    `* Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores; headless Chromium, one thread`,
    `* Weight without wasm, model and full-size samples: ${weigh().toLocaleString("en")} bytes brotli`,
    `* Lighthouse ${version}, phone profile: ${CATEGORIES.map((name, index) => `${name} ${scores[index]}`).join(", ")};`,
    `  largest paint ${paint}, blocked ${blocking}`,
    "",
    `From dropping a photo to the frame that shows it cut out, warm, medians of ${ROUNDS}:`,
    "",
    "| photo, px | ms | inference, ms | ratio |",
    "|---|---:|---:|---:|",
    ...times.map(
      ({ size, ms, inference, ratio }) =>
        `| ${size} | ${ms.toFixed(0)} | ${inference.toFixed(0)} | ${ratio.toFixed(2)} |`,
    ),
    "",
  ];
  say(lines.join("\n"));
  if (process.argv.includes("--record")) {
    writeFileSync(join(ROOT, "benches", "record", "page.md"), lines.join("\n"));
  }
} finally {
  server.kill();
}
