/** Builds dist/, the npm package: both wasms and their glue, the plan, the compiled TypeScript. */

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { setUpNode, setUpRust } from "./setup.mjs";
import { ask, fail, ROOT, step } from "./step.mjs";

/** What the package holds beside its JavaScript. */
export const OUT = join(ROOT, "dist", "wasm");
const PLAN = "cleancut.plan";

/** What each artefact is compiled for; `js/load.ts` picks one before it downloads anything. */
export const ARTEFACTS = { simd: "+simd128", relaxed: "+simd128,+relaxed-simd" };

export function build() {
  setUpNode();
  setUpRust();
  mkdirSync(OUT, { recursive: true });
  for (const artefact of Object.keys(ARTEFACTS)) {
    const folder = buildWasm(artefact, "wasm");
    copyFileSync(join(folder, "cleancut_bg.wasm"), join(OUT, `${artefact}.wasm`));
    shareGlue(folder);
  }
  writePlan();
  writeAssets();
  step("Compiling the TypeScript", "npx", ["tsc"]);
}

/** Compiles the crate for one artefact with one feature; returns the folder of wasm and glue. */
export function buildWasm(artefact, feature) {
  const target = join(targetFolder(), artefact);
  step(`Building the ${artefact} wasm (some minutes the first time)`, "cargo", [
    "build",
    "--locked",
    "--lib",
    "--profile=wasm",
    "--target=wasm32-unknown-unknown",
    `--target-dir=${target}`,
    `--config=target.wasm32-unknown-unknown.rustflags=["-Ctarget-feature=${ARTEFACTS[artefact]}"]`,
    "--no-default-features",
    `--features=${feature}`,
  ]);
  const built = join(target, "wasm32-unknown-unknown", "wasm", "cleancut.wasm");
  return bind(built, join(target, feature));
}

/** Makes the ES module glue of a wasm and puts both into `folder`, which it returns. */
export function bind(built, folder) {
  const bound = join(folder, "cleancut_bg.wasm");
  if (existsSync(bound) && statSync(bound).mtimeMs > statSync(built).mtimeMs) return folder;
  step("Binding it to JavaScript", "cargo", [
    "run",
    "--locked",
    "--release",
    "--package=bindgen",
    "--",
    built,
    folder,
  ]);
  return folder;
}

/** Both artefacts have the same face, so one glue serves them. */
function shareGlue(folder) {
  for (const file of ["cleancut.js", "cleancut.d.ts"]) {
    const glue = readFileSync(join(folder, file));
    const shared = join(OUT, file);
    if (folder.endsWith(join("simd", "wasm"))) writeFileSync(shared, glue);
    else if (!readFileSync(shared).equals(glue)) fail(`${file} differs`, `Compare it: ${folder}`);
  }
}

/** The engine reads a plan, which is made of the ONNX file once, here. */
export function writePlan() {
  mkdirSync(OUT, { recursive: true });
  const { shipped } = JSON.parse(readFileSync(join(ROOT, "models", "manifest.json"), "utf8"));
  step("Writing the model's plan (some minutes the first time)", "cargo", [
    "run",
    "--locked",
    "--bin=lower",
    "--",
    join("models", shipped),
    join(OUT, PLAN),
  ]);
}

export function targetFolder() {
  const metadata = ask("cargo", ["metadata", "--format-version=1", "--no-deps"]);
  if (!metadata) fail("cargo metadata failed", "Run it by hand to see why.");
  return JSON.parse(metadata).target_directory;
}

/** dist/wasm/assets.js: where the files are and how large. */
function writeAssets() {
  const files = { simd: "simd.wasm", relaxed: "relaxed.wasm", model: PLAN };
  const values = Object.entries(files).map(
    ([name, file]) =>
      `export const ${name} = {\n` +
      `  url: new URL("./${file}", import.meta.url),\n` +
      `  bytes: ${statSync(join(OUT, file)).size},\n};\n`,
  );
  const types = Object.keys(files).map((name) => `export declare const ${name}: Asset;\n`);
  const asset = "export interface Asset {\n  readonly url: URL;\n  readonly bytes: number;\n}\n";
  writeFileSync(join(OUT, "assets.js"), values.join(""));
  writeFileSync(join(OUT, "assets.d.ts"), asset + types.join(""));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) build();
