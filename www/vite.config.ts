import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const fromRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export default defineConfig({
  base: "./",
  resolve: { alias: { cleancut: fromRoot("dist/index.js") } },
  server: { fs: { allow: [fromRoot("dist"), fromRoot("www")] } },
  preview: { port: 4173 },
  worker: { format: "es" },
  build: {
    outDir: fromRoot("www-dist"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
  },
});
