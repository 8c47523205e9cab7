/** Builds dist/, the npm package: both wasms, the models' plans, the bundled TypeScript. */

import { createHash } from "node:crypto";
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
import { gzipSync } from "node:zlib";

import { installPackages, setUpRust } from "./setup.mjs";
import { fail, ROOT, step } from "./step.mjs";
import { ARTEFACTS, bind, compileBindgen, compileWasm, fetchCrates } from "./wasm.mjs";

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
/** What drives a GPU, written after everything that it is made of. */
const WEBGPU = "webgpu.js";
const FILES = {
  simd: "simd.wasm",
  relaxed: "relaxed.wasm",
  ...Object.fromEntries(MODEL_NAMES.map((name) => [name, `${name}.plan`])),
};
/** The entry points that have types. */
const FRAMEWORKS = ["react", "vue", "svelte"];
const TYPED = ["index", "core", "inline", "inline-small", "element", "attach", ...FRAMEWORKS];
/** What a page loads together, and what holds the engine itself; the worker is one file. */
const GROUPS = [
  { names: ["index", "element", "attach", ...FRAMEWORKS], chunks: "[name].js" },
  { names: ["core", "inline", "inline-small", "cli"], chunks: "core-[name].js" },
  { names: ["worker"], instead: { "./hints.js": join(STAGE, "contract", "no-hints.js") } },
];

/** The minifier writes template strings, which not every bundler takes for the URL of an asset. */
const QUOTED_URL = /new URL\(`([^`$]+)`,/g;

export async function build() {
  setUpRust();
  const packages = installPackages();
  fetchCrates();
  const bindgen = compileBindgen();
  const compiled = Object.keys(ARTEFACTS).map((name) => [name, compileWasm(name)]);
  await bindgen;
  const bound = compiled.map(([name, built]) => [name, bind(built, name)]);
  for (const folder of [OUT, join(STAGE, "wasm")]) mkdirSync(folder, { recursive: true });
  for (const [name, folder] of bound) {
    copyFileSync(join(folder, "cleancut_bg.wasm"), join(OUT, FILES[name]));
  }
  shareGlue(bound.map(([, folder]) => folder));
  copyPlans();
  await packages;
  await buildJavaScript();
}

/** Everything after Rust. */
export async function buildJavaScript() {
  writeAssets();
  writeEmbedded();
  await writeOptions();
  declareGpu();
  removeAllBut(STAGE, ["wasm"]);
  step("Compiling the TypeScript", "npx", ["tsc"]);
  removeAllBut(OUT, Object.values(FILES));
  await writeChecks();
  await bundleGpu();
  await bundle();
}

/** Both artefacts have the same face, so one glue serves them. */
function shareGlue([first, ...others]) {
  for (const file of ["cleancut.js", "cleancut.d.ts"]) {
    const glue = readFileSync(join(first, file));
    writeFileSync(join(STAGE, "wasm", file), glue);
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
function writeAssets() {
  const assets = Object.entries(FILES).map(([name, file]) => {
    const bytes = readFileSync(join(OUT, file));
    const sha256 = createHash("sha256").update(bytes);
    return { name, file, bytes: bytes.length, hash: sha256.digest() };
  });
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
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const published = assets.map(({ name, file, bytes, hash }) => ({
    file: `wasm/${file}`,
    ...(MODEL_NAMES.includes(name) && { model: name, default: name === DEFAULT_MODEL }),
    bytes,
    sha256: hash.toString("hex"),
    integrity: `sha256-${hash.toString("base64")}`,
  }));
  const json = JSON.stringify({ version, assets: published }, undefined, 2);
  writeFileSync(join(DIST, "assets.json"), `${json}\n`);
}

/** embedded-*.js: the wasm that runs everywhere, and each model, for `cleancut/inline`. */
function writeEmbedded() {
  for (const name of ["simd", ...MODEL_NAMES]) {
    const gzip = gzipSync(readFileSync(join(OUT, FILES[name])), { level: 9 });
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

/** What the next two write. */
function declareGpu() {
  const { gpu, checks } = {
    gpu: "export declare const webgpu: { readonly file: string; url(): URL };\n",
    checks: "export declare const checks: Readonly<Record<string, string>>;\n",
  };
  writeFileSync(join(STAGE, "wasm", "gpu.d.ts"), gpu);
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

/** wasm/webgpu.js, which is fetched like a wasm, and gpu.js, which says where it is. */
async function bundleGpu() {
  const { build: roll } = await import("rolldown");
  await roll({
    input: join(STAGE, "gpu", "gpus.js"),
    output: { file: join(OUT, WEBGPU), format: "es", minify: true },
  });
  writeFileSync(
    join(STAGE, "wasm", "gpu.js"),
    `export const webgpu = {\n  file: "${WEBGPU}",\n` +
      `  url: () => new URL("./wasm/${WEBGPU}", import.meta.url),\n};\n`,
  );
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
