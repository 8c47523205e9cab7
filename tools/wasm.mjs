/**
 * Builds the wasms of tools/artefacts and their ES module glue. All are compiled with one profile and
 * the same flags, so that they share one build of everything but the crate itself.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { ask, beside, fail, OFFLINE, ROOT, step } from "./step.mjs";

/** The features of each artefact; `js/engine/probe.ts` picks one before anything is downloaded. */
export const ARTEFACTS = { simd: ["wasm"], relaxed: ["wasm", "relaxed"] };
/** Those that are loaded beside them when they are asked for, each driven by a file of its name. */
export const EXTRAS = { webgpu: ["gpu"], onnx: ["bind-onnx"] };
/** tract's own kernels run in one alone, where they are to be fast. */
const PROFILES = { onnx: "wasm-onnx" };

const TARGET = "wasm32-unknown-unknown";
const BOUND = join(ROOT, "build", "wasm");

let metadata;

/** Downloads the crates that the lock file names, unless they are there. */
export function fetchCrates() {
  if (readWorkspace()) return;
  const args = ["fetch", "--locked", `--target=${TARGET}`, "--target=host-tuple"];
  step("Downloading the crates of Cargo.lock", "cargo", args, { remedy: OFFLINE });
}

/** What cargo knows of the workspace, or undefined while crates are missing. */
function readWorkspace() {
  const args = ["--format-version=1", "--locked", "--offline", `--filter-platform=${TARGET}`];
  const text = ask("cargo", ["metadata", ...args]);
  return text && JSON.parse(text);
}

function workspace() {
  metadata ??= readWorkspace();
  return metadata ?? fail("cargo metadata failed", "Run it by hand to see why.");
}

/** The folder that cargo builds into. */
export function targetFolder() {
  return workspace().target_directory;
}

/**
 * Flags that no path of this machine gets through: panics name files of the registry and, where the
 * component rust-src is installed, of the standard library.
 */
function rustFlags() {
  const tract = workspace().packages.find(({ name }) => name === "tract-core");
  const registry = dirname(dirname(tract.manifest_path));
  const library = join(ask("rustc", ["--print=sysroot"]), "lib", "rustlib", "src", "rust");
  const commit = ask("rustc", ["-vV"]).match(/commit-hash: (\w+)/)?.[1];
  return [
    "-Ctarget-feature=+simd128",
    // In the order of the source: what LLVM does otherwise to save registers keeps all of a tile's input
    // alive at once, which costs V8 more of them than there are.
    "-Cllvm-args=-pre-RA-sched=source",
    `--remap-path-prefix=${registry}=crates`,
    `--remap-path-prefix=${library}=/rustc/${commit}`,
  ];
}

/** Runs cargo for the wasm, by `step` or `beside`, without what the caller's environment may add. */
export function cargoWasm(title, [command, ...args], { profile = "wasm", run = step } = {}) {
  const env = { CARGO_ENCODED_RUSTFLAGS: rustFlags().join("\x1f") };
  const all = [command, "--locked", `--profile=${profile}`, `--target=${TARGET}`, ...args];
  return run(title, "cargo", all, { remedy: OFFLINE, env });
}

/** Compiles artefacts; gives their names with the paths of their wasms. */
export async function compileWasms(names) {
  // A profile has a folder of its own, which no other cargo waits for.
  const apart = names.filter((name) => name in PROFILES);
  const waiting = apart.map((name) => compile(name, { run: beside }));
  for (const name of names.filter((name) => !apart.includes(name))) compile(name);
  await Promise.all(waiting);
  return names.map((name) => [name, wasmOf(name, PROFILES[name])]);
}

/** `run`: by `step` or `beside`. */
function compile(artefact, { name = artefact, more = [], run } = {}) {
  const features = [...{ ...ARTEFACTS, ...EXTRAS }[artefact], ...more];
  const args = ["build", `--example=${name}`, "--no-default-features", `--features=${features}`];
  return cargoWasm(`Compiling the ${name} wasm`, args, { profile: PROFILES[artefact], run });
}

function wasmOf(name, profile = "wasm") {
  return join(targetFolder(), TARGET, profile, "examples", `${name}.wasm`);
}

const BINDGEN = ["build", "--locked", "--package=bindgen", "--bin=bindgen"];

/** Compiles wasm-bindgen's generator while the caller goes on; the promise is for `bind`. */
export function compileBindgen() {
  return beside("Compiling wasm-bindgen's generator", "cargo", BINDGEN, { remedy: OFFLINE });
}

/** Makes the ES module glue of a wasm; returns the folder of both, named `name`. */
export function bind(built, name) {
  const folder = join(BOUND, name);
  const stamp = join(folder, "made-of");
  const sources = [built, join(ROOT, "Cargo.lock")].map((path) => readFileSync(path));
  const hash = createHash("sha256").update(Buffer.concat(sources)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return folder;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  step(`Binding the ${name} wasm to JavaScript`, "cargo", [
    "run",
    ...BINDGEN.slice(1),
    "--",
    built,
    fresh,
  ]);
  writeFileSync(join(fresh, "made-of"), hash);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return folder;
}

/** The folder of an artefact's lab: `cleancut.js` and `cleancut_bg.wasm`. */
export function buildLab(artefact) {
  const name = `${artefact}_lab`;
  compile(artefact, { name, more: ["lab"] });
  return bind(wasmOf(name), `${artefact}-lab`);
}
