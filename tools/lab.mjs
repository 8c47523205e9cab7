/** Builds the engine's lab (src/lab.rs) for each artefact and opens it in Chromium. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";

import { setUpChromium } from "./setup.mjs";
import { ROOT, step } from "./step.mjs";

/** What each artefact is compiled for. */
export const ARTEFACTS = { simd: "+simd128", relaxed: "+simd128,+relaxed-simd" };

const ORIGIN = "http://localhost";
const TYPES = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The folder of an artefact's lab: `cleancut.js` and `cleancut_bg.wasm`. */
export function buildLab(artefact) {
  const target = join(ROOT, "target", artefact);
  const folder = join(target, "lab");
  step(`Building the lab of the ${artefact} artefact`, "cargo", [
    "build",
    "--locked",
    "--lib",
    "--profile=wasm",
    "--target=wasm32-unknown-unknown",
    `--config=target.wasm32-unknown-unknown.rustflags=["-Ctarget-feature=${ARTEFACTS[artefact]}"]`,
    `--target-dir=${target}`,
    "--no-default-features",
    "--features=lab",
  ]);
  step("Binding it to JavaScript", "cargo", [
    "run",
    "--locked",
    "--release",
    "--package=bindgen",
    "--",
    join(target, "wasm32-unknown-unknown", "wasm", "cleancut.wasm"),
    folder,
  ]);
  return folder;
}

/** The folder of `cleancut.plan`, made of the shipped ONNX file. */
export function buildPlan() {
  const { shipped } = JSON.parse(readFileSync(join(ROOT, "models", "manifest.json"), "utf8"));
  const folder = join(ROOT, "target", "plan");
  mkdirSync(folder, { recursive: true });
  step("Lowering the model", "cargo", [
    "run",
    "--locked",
    "--bin=lower",
    "--",
    join(ROOT, "models", shipped),
    join(folder, "cleancut.plan"),
  ]);
  return folder;
}

/** Chromium, with `flags` for V8. */
export function launch(flags = []) {
  const args = flags.length === 0 ? ARGS : [...ARGS, `--js-flags=${flags.join(" ")}`];
  return chromium.launch({ executablePath: setUpChromium(), args });
}

/** A blank page that finds `folders[name]` under `/name/` and asks nothing of any network. */
export async function openPage(browser, folders) {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.route("**/*", (route) => {
    const [name, ...path] = new URL(route.request().url()).pathname.slice(1).split("/");
    if (name === "") return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
    if (!Object.hasOwn(folders, name)) return route.fulfill({ status: 404, body: "" });
    const type = TYPES[path.at(-1).split(".").at(-1)] ?? "application/octet-stream";
    return route.fulfill({ contentType: type, body: readFileSync(join(folders[name], ...path)) });
  });
  await page.goto(`${ORIGIN}/`);
  return page;
}
