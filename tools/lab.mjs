/** What tests and benchmarks open in Chromium: the engine's lab (src/lab.rs), the built page. */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { chromium } from "@playwright/test";

import { copyPlans } from "./build.mjs";
import { CHROMIUM_ARGS, setUpChromium } from "./setup.mjs";
import { ROOT } from "./step.mjs";
import { OUT } from "./written.mjs";

export { ARTEFACTS, buildLab } from "./wasm.mjs";

const ORIGIN = "http://localhost";
const TYPES = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };

/** The folder of the plans. */
export function buildPlans() {
  copyPlans();
  return OUT;
}

/** Chromium, with `flags` for V8 and `others` for itself. */
export function launch(flags = [], others = []) {
  const forV8 = flags.length === 0 ? [] : [`--js-flags=${flags.join(" ")}`];
  const args = [...CHROMIUM_ARGS, ...forV8, ...others];
  return chromium.launch({ executablePath: setUpChromium(), args });
}

/** Serves the built demo page, when it answers; without npx between, so that killing it ends it. */
export async function preview(port) {
  const vite = join(ROOT, "node_modules", "vite", "bin", "vite.js");
  const args = [vite, "preview", "www", `--port=${port}`, "--strictPort"];
  const server = spawn(process.execPath, args, { cwd: ROOT, stdio: "ignore" });
  const answers = () =>
    fetch(`${ORIGIN}:${port}/`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (server.exitCode === null && !(await answers())) await setTimeout(50);
  return server;
}

/** What lets a page share memory with its workers. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** A blank, isolated page that finds `folders[name]` under `/name/` and asks nothing of any network. */
export async function openPage(browser, folders) {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.route("**/*", (route) => {
    const [name, ...path] = new URL(route.request().url()).pathname.slice(1).split("/");
    if (name === "") {
      return route.fulfill({
        contentType: "text/html",
        headers: ISOLATED,
        body: "<!doctype html>",
      });
    }
    if (!Object.hasOwn(folders, name)) return route.fulfill({ status: 404, body: "" });
    const type = TYPES[path.at(-1).split(".").at(-1)] ?? "application/octet-stream";
    const body = readFileSync(join(folders[name], ...path));
    return route.fulfill({ contentType: type, headers: ISOLATED, body });
  });
  await page.goto(`${ORIGIN}/`);
  return page;
}
