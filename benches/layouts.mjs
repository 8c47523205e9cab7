/**
 * Every JPEG layout that `cjpeg` makes, decoded by this crate and by `djpeg` (libjpeg-turbo):
 * right, refused, or silently wrong, of which there must be none. Narrower pictures than 5 px are
 * left out: libjpeg does not smooth the colours of those.
 *
 * `node benches/layouts.mjs [--list] [--keep FOLDER]`; wants cjpeg and djpeg
 * (libjpeg-turbo-progs) and `cargo build --example pixels`.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, env, exit } from "node:process";

const PIXELS = join(env.CARGO_TARGET_DIR ?? "target", "debug", "examples", "pixels");
const SIZES = [
  [133, 91],
  [64, 48],
  [17, 1],
  [9, 33],
];
const SAMPLINGS = [
  "1x1",
  "2x1",
  "1x2",
  "2x2",
  "4x1",
  "1x4",
  "4x2",
  "2x4",
  "3x1",
  "1x3",
  "2x2,2x1,2x1",
  "2x2,1x2,1x2",
  "2x1,2x1,1x1",
  "1x1,2x2,2x2",
  "1x1,2x1,2x1",
  "2x1,1x2,1x1",
];
const GREY = ["1x1", "2x1", "1x2", "2x2", "4x1", "3x2"];
const RESTARTS = [[], ["-restart", "1"], ["-restart", "7B"]];
/** Scan scripts for `cjpeg -scans`. */
const SCANS = {
  apart: "0; 1; 2;",
  "y-then-both": "0; 1 2;",
  "both-then-last": "0 1; 2;",
  "cb-first": "1; 0; 2;",
  reversed: "2; 1; 0;",
};
const PROCESSES = {
  baseline: [],
  optimised: ["-optimize"],
  progressive: ["-progressive"],
  arithmetic: ["-arithmetic"],
  grey: ["-grayscale"],
  "grey-progressive": ["-grayscale", "-progressive"],
  rgb: ["-rgb"],
};
/** A mean difference above it, levels, is another picture. */
const NEAR = 1;

const folder = mkdtempSync(join(tmpdir(), "layouts-"));
const kept = argv.indexOf("--keep") < 0 ? undefined : argv[argv.indexOf("--keep") + 1];

/** Shapes and gradients, so that a shifted block or a swapped channel shows. */
function picture(width, height) {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2;
      const wave = Math.round(40 * Math.sin(x / 9) * Math.cos(y / 7));
      const colour = inside ? [200, 60, 40] : [90 + x / 2, 120 + y / 2, 200 - x / 3];
      colour.forEach((value, channel) => {
        pixels[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, value + wave));
      });
    }
  }
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), pixels]);
}

/** The pixels of a PPM or PGM, three a pixel. */
function rgb(file) {
  const [kind, width, height, , start] = header(file);
  const data = file.subarray(start, start + width * height * (kind === "P5" ? 1 : 3));
  if (kind !== "P5") return data;
  return Buffer.from(Array.from(data).flatMap((grey) => [grey, grey, grey]));
}

function header(file) {
  const text = file.subarray(0, 60).toString("latin1");
  const [all, kind, width, height, most] = /^(P[56])\s(\d+)\s(\d+)\s(\d+)\s/.exec(text) ?? [];
  if (!all) throw new Error(`no PPM: ${text}`);
  return [kind, Number(width), Number(height), Number(most), all.length];
}

function difference(one, other) {
  if (one.length !== other.length) return 255;
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += Math.abs(one[at] - other[at]);
  return sum / one.length;
}

function* layouts() {
  for (const [width, height] of SIZES) {
    for (const [process, words] of Object.entries(PROCESSES)) {
      for (const sampling of process.startsWith("grey") ? GREY : SAMPLINGS) {
        for (const restart of RESTARTS) {
          const name = [process, sampling, ...restart, `${width}x${height}`].join(" ");
          yield { name, size: [width, height], words: [...words, "-sample", sampling, ...restart] };
        }
      }
    }
    for (const [order, script] of Object.entries(SCANS)) {
      const file = join(folder, `${order}.txt`);
      writeFileSync(file, script);
      for (const sampling of SAMPLINGS) {
        for (const restart of RESTARTS.slice(0, 2)) {
          const name = [order, sampling, ...restart, `${width}x${height}`].join(" ");
          const words = ["-scans", file, "-sample", sampling, ...restart];
          yield { name, size: [width, height], words };
        }
      }
    }
  }
}

const counts = { right: 0, refused: 0, wrong: 0, "not made": 0 };
for (const { name, size, words } of layouts()) {
  const [source, jpeg] = [join(folder, `${size.join("x")}.ppm`), join(folder, "picture.jpg")];
  writeFileSync(source, picture(...size));
  const made = spawnSync("cjpeg", ["-quality", "85", ...words, "-outfile", jpeg, source]);
  if (made.status !== 0) {
    counts["not made"] += 1;
    continue;
  }
  const expected = rgb(execFileSync("djpeg", ["-dct", "int", jpeg], { maxBuffer: 1 << 26 }));
  const ours = spawnSync(PIXELS, [jpeg], { maxBuffer: 1 << 26 });
  const off = ours.status === 0 ? difference(rgb(ours.stdout), expected) : undefined;
  const verdict = off === undefined ? "refused" : off < NEAR ? "right" : "wrong";
  counts[verdict] += 1;
  const detail = off === undefined ? ours.stderr.toString().trim().slice(0, 120) : off.toFixed(2);
  if (verdict === "wrong" || argv.includes("--list")) console.log(`${verdict}: ${name}: ${detail}`);
  if (kept) {
    mkdirSync(kept, { recursive: true });
    copyFileSync(jpeg, join(kept, `${name.replace(/[ ,-]+/g, "-")}.jpg`));
  }
}
console.log(JSON.stringify(counts));
exit(counts.wrong > 0 ? 1 : 0);
