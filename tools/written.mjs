/** The modules that the build writes: what is shipped, what the engine knows of itself, where drivers are. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { ROOT } from "./step.mjs";

export const DIST = join(ROOT, "dist");
/** What the package holds beside its JavaScript. */
export const OUT = join(DIST, "wasm");
/** Compiled but not bundled, and the modules that this file writes. */
export const STAGE = join(ROOT, "build", "js");
export const MODELS = join(ROOT, "models");
/** What `models/` ships: the default's name, and each name's ONNX file. */
export const { default: DEFAULT_MODEL, shipped: SHIPPED } = JSON.parse(
  readFileSync(join(MODELS, "manifest.json"), "utf8"),
);
const MODEL_NAMES = Object.keys(SHIPPED);
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
/** What every page may fetch, by name. */
export const FILES = {
  simd: "simd.wasm",
  relaxed: "relaxed.wasm",
  ...Object.fromEntries(MODEL_NAMES.map((name) => [name, `${name}.plan`])),
};

/** assets.js: the files and their sizes; pins.js: where they are, and what; assets.json: all of it. */
export function writeAssets(extras) {
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
export function writeEmbedded() {
  const { relaxed: _, ...files } = { ...FILES, webgpu: "webgpu.wasm" };
  for (const [name, packed] of Object.entries(files)) {
    const gzip = gzipSync(readFileSync(join(OUT, packed)), { level: 9 });
    const file = join(STAGE, "wasm", `embedded-${name}`);
    writeFileSync(`${file}.js`, `export const gzipBase64 = "${gzip.toString("base64")}";\n`);
    writeFileSync(`${file}.d.ts`, "export declare const gzipBase64: string;\n");
  }
}

/** options.js: the options that the engine itself knows, so that no list can differ from it. */
export async function writeOptions() {
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
export function declareChecks() {
  const checks = "export declare const checks: Readonly<Record<string, string>>;\n";
  writeFileSync(join(STAGE, "wasm", "checks.d.ts"), checks);
}

/** checks.js: what the engine itself makes of the picture that a GPU has to get right. */
export async function writeChecks() {
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
export function writeDriver(name) {
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
