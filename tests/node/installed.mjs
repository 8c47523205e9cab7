/** The npm tarball, packed and installed into a fresh app as a user would have it. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const fixture = (name) => readFileSync(join(ROOT, "tests", "fixtures", name));

export const app = mkdtempSync(join(tmpdir(), "cleancut-app-"));
after(() => rmSync(app, { recursive: true, force: true }));

const npm = (...args) =>
  execFileSync("npm", [...args, "--silent"], { cwd: app, encoding: "utf8" }).trim();
const tarball = npm("pack", ROOT, "--ignore-scripts", "--pack-destination", app);
writeFileSync(join(app, "package.json"), '{ "private": true, "type": "module" }');
npm("install", "--no-audit", "--no-fund", "--offline", `./${tarball.split("\n").at(-1)}`);

export const dist = (name) => join(app, "node_modules/cleancut/dist", name);
export const entry = (name) => import(pathToFileURL(dist(`${name}.js`)));
export const cleancut = await entry("index");

/** The file that an entry point's `removeBackground` gives. */
export async function bytesOf({ removeBackground }, input, options) {
  return new Uint8Array(await (await removeBackground(input, options)).arrayBuffer());
}

/** What a module that runs in the app prints; its wasms have `pages` of 64 KB of memory at most. */
export function printedWithin(pages, module) {
  const args = [`--wasm-max-mem-pages=${pages}`, "--input-type=module", `--eval=${module}`];
  return execFileSync(process.execPath, args, { cwd: app, encoding: "utf8" });
}
