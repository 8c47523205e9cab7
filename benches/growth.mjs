/**
 * `node benches/growth.mjs`: the milliseconds of everything but decode, inference and encode, natively,
 * for one photo enlarged from 3 to 48 megapixels. Writes benches/record/growth.svg and prints a table.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT, say, step } from "../tools/step.mjs";
import { targetFolder } from "../tools/wasm.mjs";
import { median } from "./median.mjs";

const ROUNDS = 5;
/** 4:3, from 3 to 48 megapixels. */
const WIDTHS = [2000, 2828, 4000, 5656, 6928, 8000];
const STEPS = ["preprocess", "matte", "compose"];
const COLOURS = { preprocess: "#15803d", matte: "#1d4ed8", compose: "#c2410c", together: "#111" };
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 320, 44, 110, 20, 36];

/** The fixture on its own ground, blurred, `width` px wide: a file in `folder`. */
function enlarge(binary, folder, width) {
  const photo = join(folder, `${width}.jpg`);
  const mug = join("tests", "fixtures", "mug.jpg");
  const size = `${width}x${Math.round(width * 0.75)}`;
  const ground = ["--background", "blur"];
  execFileSync(binary, [mug, "-o", photo, "--size", size, ...ground], { cwd: ROOT });
  return photo;
}

/** Medians of the steps' ms; the first round warms up. */
function time(binary, photo) {
  const command = ["-c", '"$0" "$1" -o "$2" --timings 2>&1', binary, photo, `${photo}.png`];
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    const line = execFileSync("sh", command, { encoding: "utf8" });
    const ms = STEPS.map((name) => Number(line.match(`${name} ([\\d.]+) ms`)[1]));
    return [...ms, ms.reduce((sum, value) => sum + value)];
  }).slice(1);
  return rounds[0].map((_, at) => median(rounds.map((round) => round[at])));
}

/** Least squares: the value at 0 and the slope. */
function line(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  const slope = mean((p) => (p[0] - x) * (p[1] - y)) / mean((p) => (p[0] - x) ** 2);
  return [y - slope * x, slope];
}

/** `series`: points of megapixels and ms for each name. */
function draw(series, [fixed, slope]) {
  const most =
    Math.ceil(
      Math.max(
        ...Object.values(series)
          .flat()
          .map((p) => p[1]),
      ) / 100,
    ) * 100;
  const x = (megapixels) => (LEFT + ((WIDTH - LEFT - RIGHT) * megapixels) / 50).toFixed(1);
  const y = (ms) => (TOP + (HEIGHT - TOP - BOTTOM) * (1 - ms / most)).toFixed(1);
  const ticks = Array.from({ length: most / 100 + 1 }, (_, at) => at * 100);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12"><title>Milliseconds over megapixels</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    ...ticks.map(
      (ms) =>
        `<path d="M${LEFT} ${y(ms)}H${x(50)}" stroke="#ddd"/><text x="${LEFT - 6}" y="${Number(y(ms)) + 4}" text-anchor="end">${ms}</text>`,
    ),
    ...[0, 10, 20, 30, 40, 50].map(
      (at) => `<text x="${x(at)}" y="${HEIGHT - 20}" text-anchor="middle">${at}</text>`,
    ),
    `<text x="${x(25)}" y="${HEIGHT - 4}" text-anchor="middle">megapixels</text><text x="6" y="${TOP - 8}">ms</text>`,
    `<path d="M${x(0)} ${y(fixed)}L${x(50)} ${y(fixed + 50 * slope)}" stroke="#999" stroke-dasharray="4 3"/>`,
    `<text x="${x(27)}" y="${y(fixed + 27 * slope - 0.08 * most)}" fill="#666">${fixed.toFixed(0)} ms + ${slope.toFixed(1)} ms per megapixel</text>`,
    ...Object.entries(series).flatMap(([name, points]) => [
      `<path d="M${points.map((p) => `${x(p[0])} ${y(p[1])}`).join("L")}" fill="none" stroke="${COLOURS[name]}" stroke-width="1.6"/>`,
      ...points.map(
        (p) => `<circle cx="${x(p[0])}" cy="${y(p[1])}" r="3" fill="${COLOURS[name]}"/>`,
      ),
      `<text x="${Number(x(points.at(-1)[0])) + 8}" y="${Number(y(points.at(-1)[1])) + 4}" fill="${COLOURS[name]}">${name}</text>`,
    ]),
    "</svg>\n",
  ].join("\n");
}

function main() {
  const cargo = ["build", "--locked", "--release", "--bin=cleancut"];
  step("Building the release binary", "cargo", cargo);
  const binary = join(targetFolder(), "release", "cleancut");
  const folder = mkdtempSync(join(tmpdir(), "cleancut-"));
  const names = [...STEPS, "together"];
  const series = Object.fromEntries(names.map((name) => [name, []]));
  console.log(`| megapixels | ${names.join(" | ")} |\n|---:${"|---:".repeat(names.length)}|`);
  try {
    for (const width of WIDTHS) {
      const photo = enlarge(binary, folder, width);
      const megapixels = (width * Math.round(width * 0.75)) / 1e6;
      const ms = time(binary, photo);
      names.forEach((name, at) => {
        series[name].push([megapixels, ms[at]]);
      });
      const cells = ms.map((value) => value.toFixed(0)).join(" | ");
      console.log(`| ${megapixels.toFixed(0)} | ${cells} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const together = line(series.together);
  const plot = join(ROOT, "benches", "record", "growth.svg");
  writeFileSync(plot, draw(series, together));
  say(`${together[0].toFixed(0)} ms + ${together[1].toFixed(2)} ms per megapixel; see ${plot}`);
}

main();
