import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const OUT = fromRoot("www-dist");
const SERVICE_WORKER = "service-worker";
/**
 * What is not kept in advance: the service worker, wasm and model (cleancut keeps them), samples, and
 * what drives a GPU or a network of the reader's own, which most never ask for.
 */
const NOT_KEPT = /^service-worker\.js$|\.wasm$|\.plan$|^samples\/|^assets\/(webgpu|onnx)-/;

/** Tells the service worker which files there are; a change of any of them makes another worker. */
const listFiles: Plugin = {
  name: "list-files",
  apply: "build",
  closeBundle() {
    const files = readdirSync(OUT, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(OUT.length + 1))
      .filter((file) => !NOT_KEPT.test(file))
      .sort();
    const hash = createHash("sha256");
    for (const file of files) hash.update(file).update(readFileSync(join(OUT, file)));
    const kept = files.map((file) => (file === "index.html" ? "./" : `./${file}`));
    const path = join(OUT, `${SERVICE_WORKER}.js`);
    const code = readFileSync(path, "utf8")
      .replace("__FILES__", JSON.stringify(kept).replaceAll('"', '\\"'))
      .replace("__VERSION__", hash.digest("hex").slice(0, 12));
    writeFileSync(path, code);
  },
};

export default defineConfig({
  base: "./",
  plugins: [listFiles],
  resolve: {
    alias: { "cleancut/onnx": fromRoot("dist/onnx.js"), cleancut: fromRoot("dist/index.js") },
  },
  server: { fs: { allow: [fromRoot("dist"), fromRoot("www"), fromRoot("node_modules")] } },
  preview: { port: 4173 },
  worker: { format: "es" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: fromRoot("www/index.html"),
        [SERVICE_WORKER]: fromRoot("www/offline/service-worker.ts"),
      },
      output: {
        entryFileNames: ({ name }) =>
          name === SERVICE_WORKER ? "[name].js" : "assets/[name]-[hash].js",
      },
    },
  },
});
