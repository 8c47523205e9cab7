/**
 * `node benches/build.mjs start` or `test`: the seconds of a first `npm start`, to the served page, or
 * of a first `npm test`, split by step. A clone of HEAD in a folder of its own, whose name has spaces
 * and letters beyond ASCII, with no crate, no
 * package and nothing compiled; Rust's toolchain and wasm target stay. `--in FOLDER` says where, and
 * keeps what was built there. Ends with whether the artefacts are those of this folder's dist/, to the
 * byte.
 */

import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, homedir, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { ROOT } from "../tools/step.mjs";

const SERVED = /Local:\s+http/;
const STEP = /\[cleancut\]\S*\s(.*)/;

/** The environment with empty caches in `folder`, and the caller's registries. */
function emptyCaches(folder) {
  const cargo = join(folder, "cargo");
  mkdirSync(cargo, { recursive: true });
  const home = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  for (const file of ["config.toml", "config", "credentials.toml"]) {
    if (existsSync(join(home, file))) copyFileSync(join(home, file), join(cargo, file));
  }
  const env = { ...process.env, CARGO_HOME: cargo, npm_config_cache: join(folder, "npm") };
  delete env.CARGO_TARGET_DIR;
  return env;
}

/** Runs `npm ...args` in `clone`; prints each of its lines; returns `[seconds, title]` of each step. */
async function time(clone, env, args, isEnd) {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const child = spawn("npm", args, {
    cwd: clone,
    env,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const steps = [];
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    const title = line.match(STEP)?.[1];
    if (title && !/^\s*[\d.]+ s$/.test(title)) steps.push([seconds(), title]);
    if (isEnd?.(line)) break;
  }
  steps.push([seconds(), "the end"]);
  if (isEnd) process.kill(-child.pid);
  const status = await ended;
  if (!isEnd && status !== 0) steps.push([seconds(), `failed with status ${status}`]);
  return steps;
}

const [what, flag, given] = process.argv.slice(2);
if (!["start", "test"].includes(what)) {
  console.error("usage: node benches/build.mjs start|test [--in FOLDER]");
  process.exit(2);
}
const folder = flag === "--in" ? resolve(given) : mkdtempSync(join(tmpdir(), "cleancut-first-"));
/** A path that a careless tool trips over. */
const clone = join(folder, "cleancut mit Ä und 空白");
execFileSync("git", ["clone", "--quiet", ROOT, clone]);
const before = loadavg()[0].toFixed(1);
const isServed = what === "start" ? (line) => SERVED.test(line) : undefined;
const steps = await time(clone, emptyCaches(folder), [what], isServed);
console.log(`\n${cpus()[0].model}, ${cpus().length} cores; load ${before} before\n`);
console.log("| begins at, s | step |\n|---:|---|");
for (const [seconds, title] of steps) console.log(`| ${seconds.toFixed(0)} | ${title} |`);
const [here, there] = [ROOT, clone].map((root) => join(root, "dist", "assets.json"));
if (existsSync(here) && existsSync(there)) {
  const isSame = readFileSync(here).equals(readFileSync(there));
  console.log(`\n${isSame ? "The same bytes as" : "Other bytes than"} dist/ of ${ROOT}`);
}
if (!flag) rmSync(folder, { recursive: true, force: true });
