/** Builds dist/, the npm package: both wasms, the models' plans, the bundled TypeScript. */

import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { installPackages, setUpRust } from "./setup.mjs";
import { fail, step } from "./step.mjs";
import { ARTEFACTS, bind, compileBindgen, compileWasms, EXTRAS, fetchCrates } from "./wasm.mjs";
import {
  DIST,
  declareChecks,
  FILES,
  MODELS,
  OUT,
  SHIPPED,
  STAGE,
  writeAssets,
  writeChecks,
  writeDriver,
  writeEmbedded,
  writeOptions,
} from "./written.mjs";

/** What is loaded only when it is asked for: the wasm, and the entry of what drives it. */
const DRIVERS = { webgpu: "gpu/gpus.js", onnx: "onnx/driver.js" };
/** The entry points that have types. */
const FRAMEWORKS = ["react", "vue", "svelte"];
const TYPED = [
  "index",
  "core",
  "inline",
  "inline-small",
  "element",
  "attach",
  "onnx",
  ...FRAMEWORKS,
];
/** What a page loads together, and what holds the engine itself; the worker is one file. */
const GROUPS = [
  { names: ["index", "element", "attach", ...FRAMEWORKS], chunks: "[name].js" },
  { names: ["core", "inline", "inline-small", "cli"], chunks: "core-[name].js" },
  { names: ["onnx"] },
  { names: ["worker"], instead: { "./hints.js": join(STAGE, "contract", "no-hints.js") } },
];

/** The minifier writes template strings, which not every bundler takes for the URL of an asset. */
const QUOTED_URL = /new URL\(`([^`$]+)`,/g;

/** `without`: which of `EXTRAS` are left out. */
export async function build({ without = [] } = {}) {
  setUpRust();
  const packages = installPackages();
  fetchCrates();
  const bindgen = compileBindgen();
  const all = [...Object.keys(ARTEFACTS), ...Object.keys(EXTRAS)];
  const names = all.filter((name) => !without.includes(name));
  const compiled = await compileWasms(names);
  await bindgen;
  const bound = compiled.map(([name, built]) => [name, bind(built, name)]);
  for (const folder of [OUT, join(STAGE, "wasm")]) mkdirSync(folder, { recursive: true });
  for (const [name, folder] of bound) {
    copyFileSync(join(folder, "cleancut_bg.wasm"), join(OUT, `${name}.wasm`));
    if (name in EXTRAS) copyGlue(folder, `${name}-glue`);
    if (name === "onnx") awaitResets(`${name}-glue`);
  }
  shareGlue(bound.filter(([name]) => name in ARTEFACTS).map(([, folder]) => folder));
  copyPlans();
  await packages;
  await buildJavaScript(without);
}

/** Everything after Rust. */
export async function buildJavaScript(without = []) {
  const extras = Object.keys(EXTRAS).filter((name) => !without.includes(name));
  removeAllBut(OUT, [...Object.values(FILES), ...extras.map((name) => `${name}.wasm`)]);
  writeAssets(extras);
  writeEmbedded();
  await writeOptions();
  declareChecks();
  for (const name of Object.keys(DRIVERS)) writeDriver(name);
  removeAllBut(STAGE, ["wasm"]);
  const project = without.includes("onnx") ? ["--project", "tools/without-onnx.json"] : [];
  step("Compiling the TypeScript", "npx", ["tsc", ...project]);
  await writeChecks();
  for (const name of extras) await bundleDriver(name, DRIVERS[name]);
  await bundle();
}

const ENDINGS = ["js", "d.ts"];

function copyGlue(folder, name) {
  for (const ending of ENDINGS) {
    copyFileSync(join(folder, `cleancut.${ending}`), join(STAGE, "wasm", `${name}.${ending}`));
  }
}

/** Chromium starts a wasm of more than 8 MB in a page's own thread only in its own time. */
function awaitResets(name) {
  const waits = {
    js: [
      ["export function __wbg_reset_state", "export async function __wbg_reset_state"],
      ["new WebAssembly.Instance(wasmModule,", "await WebAssembly.instantiate(wasmModule,"],
    ],
    "d.ts": [["__wbg_reset_state(): void", "__wbg_reset_state(): Promise<void>"]],
  };
  for (const [ending, pairs] of Object.entries(waits)) {
    const path = join(STAGE, "wasm", `${name}.${ending}`);
    let text = readFileSync(path, "utf8");
    for (const [from, to] of pairs) {
      if (!text.includes(from)) fail(`${path} lacks "${from}"`, "wasm-bindgen writes it otherwise");
      text = text.replace(from, to);
    }
    writeFileSync(path, text);
  }
}

/** Both artefacts have the same face, so one glue serves them. */
function shareGlue([first, ...others]) {
  copyGlue(first, "cleancut");
  for (const file of ENDINGS.map((ending) => `cleancut.${ending}`)) {
    const glue = readFileSync(join(first, file));
    for (const other of others) {
      if (!readFileSync(join(other, file)).equals(glue)) {
        fail(`the artefacts' ${file} differ`, `Compare ${first} and ${other}`);
      }
    }
  }
}

/** A plan lies beside the ONNX file that it was made of; `cargo test` holds them together. */
export function copyPlans() {
  mkdirSync(OUT, { recursive: true });
  for (const [name, onnx] of Object.entries(SHIPPED)) {
    copyFileSync(join(MODELS, onnx.replace(/\.onnx$/, ".plan")), join(OUT, FILES[name]));
  }
}

/** wasm/NAME.js, which is fetched like a wasm. */
async function bundleDriver(name, entry) {
  const { build: roll } = await import("rolldown");
  const output = { file: join(OUT, `${name}.js`), format: "es", minify: true };
  await roll({ input: join(STAGE, entry), output });
}

/** One file per entry point, and what those of one group share in chunks. */
async function bundle() {
  removeAllBut(DIST, ["wasm", "assets.json"]);
  const { build: roll } = await import("rolldown");
  for (const { names, chunks, instead = {} } of GROUPS) {
    await roll({
      input: Object.fromEntries(names.map((name) => [name, join(STAGE, `${name}.js`)])),
      external: [/^node:/, ...FRAMEWORKS],
      resolve: { alias: instead },
      output: {
        dir: DIST,
        format: "es",
        entryFileNames: "[name].js",
        minify: true,
        ...(chunks ? { chunkFileNames: chunks } : { codeSplitting: false }),
      },
    });
  }
  for (const name of readdirSync(DIST).filter((name) => name.endsWith(".js"))) {
    const path = join(DIST, name);
    writeFileSync(path, readFileSync(path, "utf8").replace(QUOTED_URL, 'new URL("$1",'));
  }
  copyTypes();
  chmodSync(join(DIST, "cli.js"), 0o755);
}

/** The declarations of the entry points and those that they name, in the folders of js/. */
function copyTypes() {
  const files = new Set(TYPED.map((name) => `${name}.d.ts`));
  for (const file of files) {
    const types = readFileSync(join(STAGE, file), "utf8");
    mkdirSync(join(DIST, dirname(file)), { recursive: true });
    writeFileSync(join(DIST, file), types);
    for (const [, path] of types.matchAll(/"(\.[^"]+)\.js"/g)) {
      files.add(`${join(dirname(file), path)}.d.ts`);
    }
  }
}

/** What an earlier build left, of files that have moved since. */
function removeAllBut(folder, kept) {
  for (const name of readdirSync(folder).filter((name) => !kept.includes(name))) {
    rmSync(join(folder, name), { recursive: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
