/**
 * `node benches/onnx.mjs NETWORK.onnx PHOTO [NAME=VALUE...]`: a photo cut out twice with somebody's network
 * in the wasm that is loaded for it, under Node: seconds of wall and CPU, and what the process holds at most. The first time loads it, too.
 */

import { readFileSync } from "node:fs";
import { resourceUsage } from "node:process";

import { createRemover } from "../dist/index.js";
import { onnx } from "../dist/onnx.js";

const [network, photo, ...words] = process.argv.slice(2);
const spec = Object.fromEntries(words.map((word) => word.split("=")));
const model = onnx(readFileSync(network), spec);
const bytes = readFileSync(photo);

async function timed(what, work) {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const answer = await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = [(performance.now() - began) / 1e3, (user + system) / 1e6];
  const [wall, cpu] = seconds.map((value) => value.toFixed(1));
  const held = Math.round(resourceUsage().maxRSS / 1024);
  console.log(`${what.padEnd(8)} ${wall} s, ${cpu} s of CPU, at most ${held} MB`);
  return answer;
}

const remover = await createRemover({ model, worker: false });
for (const what of ["first", "second"]) {
  const cutout = await timed(what, () => remover.segment(bytes, { method: "network" }));
  console.log(`         confidence ${cutout.confidence.toFixed(3)}, backend ${cutout.backend}`);
}
await remover.dispose();
