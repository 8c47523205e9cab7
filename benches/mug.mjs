/** The photo that every timing of a whole cut-out is of, its sizes, and the command line's own times. */

import { execFileSync } from "node:child_process";

export const STEPS = ["decode", "preprocess", "inference", "matte", "compose", "encode"];
/** The mug as it is, and as a 12-megapixel phone would have taken it. */
export const SIZES = [
  [720, 540],
  [4000, 3000],
];

/** Runs in a page that finds the tests: the mug, enlarged, as the bytes of a JPEG file. */
export async function enlarge([width, height]) {
  const mug = await createImageBitmap(await (await fetch("/tests/fixtures/mug.jpg")).blob());
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(mug, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  return [...new Uint8Array(await blob.arrayBuffer())];
}

/** The ms of each step of one run of a command line. */
export function timeNatively(binary, words) {
  const args = ["-c", '"$0" "$@" --timings 2>&1', binary, ...words];
  const line = execFileSync("sh", args, { encoding: "utf8" });
  return Object.fromEntries(
    STEPS.map((name) => [name, Number(line.match(`${name} ([\\d.]+) ms`)[1])]),
  );
}
