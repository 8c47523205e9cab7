/** Builds dist/, the npm package: both wasms, the models' plans, the bundled TypeScript. */

import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { installPackages, setUpRust } from "./setup.mjs";
import { fail, ROOT, step } from "./step.mjs";
import { ARTEFACTS, bind, compileBindgen, compileWasms, EXTRAS, fetchCrates } from "./wasm.mjs";

const DIST = join(ROOT, "dist");
/** What the package holds beside its JavaScript. */
export const OUT = join(DIST, "wasm");
/** Compiled but not bundled, and the modules that this file writes. */
const STAGE = join(ROOT, "build", "js");
const MODELS = join(ROOT, "models");
/** What `models/` ships: the default's name, and each name's ONNX file. */
const { default: DEFAULT_MODEL, shipped: SHIPPED } = JSON.parse(
  readFileSync(join(MODELS, "manifest.json"), "utf8"),
);
const MODEL_NAMES = Object.keys(SHIPPED);
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const FILES = {
  simd: "simd.wasm",
  relaxed: "relaxed.wasm",
  ...Object.fromEntries(MODEL_NAMES.map((name) => [name, `${name}.plan`])),
};
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

/** assets.js: the files and their sizes; pins.js: where they are, and what; assets.json: all of it. */
function writeAssets(extras) {
  const assets = Object.entries(FILES).map(([name, file]) => ({ name, ...describe(file) }));
  const values = assets.map(
    ({ name, file, bytes, hash }) =>
      `export const ${name} = { file: "${file}", bytes: ${bytes}, ` +
      `id: "${hash.toString("hex").slice(0, 12)}" };\n`,
  );
  const pins = assets.map(
    ({ file, hash }) =>
      `  "${file}": {\n    sha256: "${hash.toString("hex")}",\n` +
      `    url: () => new URL("./wasm/${file}", import.meta.url),\n  },\n`,
  );
  const types = assets.map(({ name }) => `export declare const ${name}: Asset;\n`);
  values.push(`export const defaultModel = "${DEFAULT_MODEL}";\n`);
  values.push(`export const models = { ${MODEL_NAMES.join(", ")} };\n`);
  types.push(`export declare const defaultModel: keyof typeof models;\n`);
  types.push(
    `export declare const models: { ${MODEL_NAMES.map((n) => `readonly ${n}: Asset`).join("; ")} };\n`,
  );
  const asset =
    "export interface Asset {\n  readonly file: string;\n  readonly bytes: number;\n" +
    "  readonly id: string;\n}\n";
  const pin =
    "export interface Pin {\n  readonly sha256: string;\n  url(): URL;\n}\n" +
    "export declare const pins: Readonly<Record<string, Pin>>;\n";
  writeFileSync(join(STAGE, "wasm", "assets.js"), values.join(""));
  writeFileSync(join(STAGE, "wasm", "assets.d.ts"), asset + types.join(""));
  writeFileSync(join(STAGE, "wasm", "pins.js"), `export const pins = {\n${pins.join("")}};\n`);
  writeFileSync(join(STAGE, "wasm", "pins.d.ts"), pin);
  const drivers = extras.map((name) => describe(`${name}.wasm`));
  const published = [...assets, ...drivers].map(({ name, file, bytes, hash }) => ({
    file: `wasm/${file}`,
    ...(MODEL_NAMES.includes(name) && { model: name, default: name === DEFAULT_MODEL }),
    bytes,
    sha256: hash.toString("hex"),
    integrity: `sha256-${hash.toString("base64")}`,
  }));
  const json = JSON.stringify({ version: VERSION, assets: published }, undefined, 2);
  writeFileSync(join(DIST, "assets.json"), `${json}\n`);
}

function describe(file) {
  const path = join(OUT, file);
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  return { file, bytes: bytes.length, hash: createHash("sha256").update(bytes).digest() };
}

/** embedded-*.js: the wasms that run everywhere, and each model, for `cleancut/inline`. */
function writeEmbedded() {
  const { relaxed: _, ...files } = { ...FILES, webgpu: "webgpu.wasm" };
  for (const [name, packed] of Object.entries(files)) {
    const gzip = gzipSync(readFileSync(join(OUT, packed)), { level: 9 });
    const file = join(STAGE, "wasm", `embedded-${name}`);
    writeFileSync(`${file}.js`, `export const gzipBase64 = "${gzip.toString("base64")}";\n`);
    writeFileSync(`${file}.d.ts`, "export declare const gzipBase64: string;\n");
  }
}

/** options.js: the options that the engine itself knows, so that no list can differ from it. */
async function writeOptions() {
  const { initSync, optionNames } = await import(pathToFileURL(join(STAGE, "wasm", "cleancut.js")));
  initSync({ module: readFileSync(join(OUT, FILES.simd)) });
  const names = optionNames();
  const words = names.map((name) => JSON.stringify(name));
  writeFileSync(
    join(STAGE, "wasm", "options.js"),
    `export const optionNames = [${words.join(", ")}];\n`,
  );
  writeFileSync(
    join(STAGE, "wasm", "options.d.ts"),
    `export type OptionName = ${words.join(" | ")};\n` +
      "export declare const optionNames: readonly string[];\n",
  );
}

/** What the next one writes. */
function declareChecks() {
  const checks = "export declare const checks: Readonly<Record<string, string>>;\n";
  writeFileSync(join(STAGE, "wasm", "checks.d.ts"), checks);
}

/** checks.js: what the engine itself makes of the picture that a GPU has to get right. */
async function writeChecks() {
  const staged = (file) => import(pathToFileURL(join(STAGE, file)));
  const { initSync, Remover } = await staged("wasm/cleancut.js");
  const { CHECK_SIDE, checkPicture, digestOf } = await staged("gpu/check.js");
  initSync({ module: readFileSync(join(OUT, FILES.simd)) });
  const digests = MODEL_NAMES.map(async (name) => {
    const remover = new Remover(readFileSync(join(OUT, FILES[name])));
    return `  ${name}: "${await digestOf(remover.look(checkPicture(), CHECK_SIDE))}",\n`;
  });
  const checks = (await Promise.all(digests)).join("");
  writeFileSync(join(STAGE, "wasm", "checks.js"), `export const checks = {\n${checks}};\n`);
}

/** NAME-driver.js: where a driver and its wasm are; NAME-wasm.js: what that wasm is, if it is there, and the version. */
function writeDriver(name) {
  const { file, bytes, hash } = describe(`${name}.wasm`);
  const sha256 = hash.toString("hex");
  const at = (file) => `new URL("./wasm/${file}", import.meta.url).href`;
  const wasm = JSON.stringify({ file, bytes, id: sha256.slice(0, 12), sha256 });
  const texts = {
    "driver.js":
      `export const ${name} = () => ({\n  file: "${name}.js",\n` +
      `  driver: ${at(`${name}.js`)},\n  wasm: ${at(file)},\n});\n`,
    "driver.d.ts":
      'import type { DriverFiles } from "../contract/types.js";\n' +
      `export declare const ${name}: () => DriverFiles;\n`,
    "wasm.js": `export const version = "${VERSION}";\nexport const wasm = ${wasm};\n`,
    "wasm.d.ts":
      'import type { Published } from "../contract/looker.js";\n' +
      "export declare const version: string;\nexport declare const wasm: Published;\n",
  };
  for (const [ending, text] of Object.entries(texts)) {
    writeFileSync(join(STAGE, "wasm", `${name}-${ending}`), text);
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
