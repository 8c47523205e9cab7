/** Bundles the worker, as wrangler does, and posts a photo to it in workerd. */

import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
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
// Named one by one, as wrangler does: the engine has an import whose address is known when it runs.
const types = { ".wasm": "CompiledWasm", ".plan": "Data" };
const others = readdirSync("out").filter((name) => extname(name) in types);
const miniflare = new Miniflare({
  modulesRoot: "out",
  modules: [
    { type: "ESModule", path: "out/worker.mjs" },
    ...others.map((name) => ({ type: types[extname(name)], path: `out/${name}` })),
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
