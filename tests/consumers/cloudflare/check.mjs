/** Bundles the worker, as wrangler does, and posts a photo to it in workerd. */

import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

await build({
  entryPoints: ["worker.mjs"],
  bundle: true,
  format: "esm",
  outdir: "out",
  outExtension: { ".js": ".mjs" },
  loader: { ".wasm": "copy", ".plan": "copy" },
  assetNames: "[name]",
});
const miniflare = new Miniflare({
  modules: true,
  scriptPath: "out/worker.mjs",
  modulesRules: [
    { type: "ESModule", include: ["**/*.mjs"] },
    { type: "CompiledWasm", include: ["**/*.wasm"] },
    { type: "Data", include: ["**/*.plan"] },
  ],
});
const post = (body) => miniflare.dispatchFetch("http://host/", { method: "POST", body });
try {
  const cut = await post(readFileSync("public/mug.jpg"));
  const png = new DataView(await cut.arrayBuffer());
  const bad = await post("no photo");
  if (bad.status !== 422) throw new Error(`a bad photo was answered with ${bad.status}`);
  console.log(`cut out ${png.getUint32(16)} x ${png.getUint32(20)}`);
} finally {
  await miniflare.dispose();
}
