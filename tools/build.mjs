/** Builds dist/, the npm package: wasm and its glue, the model, the compiled TypeScript. */

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

const OUT = join(ROOT, "dist", "wasm");
const WASM_FEATURES = ["--no-default-features", "--features", "wasm"];

export function build() {
  setUpNode();
  setUpRust();
  buildWasm();
  writeAssets();
  step("Compiling the TypeScript", "npx", ["tsc"]);
}

function buildWasm() {
  step("Building the wasm (some minutes the first time)", "cargo", [
    "build",
    "--locked",
    "--lib",
    "--profile=wasm",
    "--target=wasm32-unknown-unknown",
    ...WASM_FEATURES,
  ]);
  const built = join(targetFolder(), "wasm32-unknown-unknown", "wasm", "cleancut.wasm");
  const bound = join(OUT, "cleancut_bg.wasm");
  if (existsSync(bound) && statSync(bound).mtimeMs > statSync(built).mtimeMs) return;
  step("Binding the wasm to JavaScript", "cargo", [
    "run",
    "--locked",
    "--release",
    "--package=bindgen",
    "--",
    built,
    OUT,
  ]);
}

export function targetFolder() {
  const metadata = ask("cargo", ["metadata", "--format-version=1", "--no-deps"]);
  if (!metadata) fail("cargo metadata failed", "Run it by hand to see why.");
  return JSON.parse(metadata).target_directory;
}

/** dist/wasm/assets.js: where the files are and how large. */
function writeAssets() {
  mkdirSync(OUT, { recursive: true });
  const { shipped } = JSON.parse(readFileSync(join(ROOT, "models", "manifest.json"), "utf8"));
  copyFileSync(join(ROOT, "models", shipped), join(OUT, shipped));
  const asset = (name, file) =>
    `export const ${name} = {\n` +
    `  url: new URL("./${file}", import.meta.url),\n` +
    `  bytes: ${statSync(join(OUT, file)).size},\n};\n`;
  writeFileSync(
    join(OUT, "assets.js"),
    asset("wasm", "cleancut_bg.wasm") + asset("model", shipped),
  );
  writeFileSync(
    join(OUT, "assets.d.ts"),
    "interface Asset {\n  readonly url: URL;\n  readonly bytes: number;\n}\n" +
      "export declare const wasm: Asset;\nexport declare const model: Asset;\n",
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) build();
