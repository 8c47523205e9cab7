/** Bundles the worker, as wrangler does, and posts photos to it in workerd. */

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
const post = (body, query = "") =>
  miniflare.dispatchFetch(`http://host/${query}`, { method: "POST", body });

function expect(answer, status, what) {
  if (answer.status !== status) throw new Error(`${what} was answered with ${answer.status}`);
  return answer;
}

/** What workerd has used: ms of processor, and MB at its peak. */
function used() {
  const ours = readdirSync("/proc").find((pid) => {
    const stat = /^\d+$/.test(pid) ? read(`/proc/${pid}/stat`) : "";
    return stat.includes("(workerd)") && stat.split(") ")[1].split(" ")[1] === `${process.pid}`;
  });
  if (ours === undefined) return undefined;
  const [user, system] = read(`/proc/${ours}/stat`).split(") ")[1].split(" ").slice(11, 13);
  const [, peak] = /VmHWM:\s*(\d+)/.exec(read(`/proc/${ours}/status`)) ?? [];
  return { cpu: (Number(user) + Number(system)) * 10, peak: Math.round(Number(peak) / 1000) };
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

try {
  const photo = readFileSync("public/mug.jpg");
  const cut = expect(await post(photo), 200, "a photo");
  if (cut.headers.get("content-type") !== "image/png") throw new Error("it is no PNG");
  const png = new DataView(await cut.arrayBuffer());
  const jpeg = expect(await post(photo, "?format=jpeg&crop=true"), 200, "a photo with options");
  if (jpeg.headers.get("content-type") !== "image/jpeg") throw new Error("it is no JPEG");
  const bad = await expect(await post("no photo"), 422, "a bad photo").json();
  if (bad.code !== "unsupported-format") throw new Error(`a bad photo is ${bad.code}`);
  expect(await post(photo, "?colour=red"), 400, "an option that is not known");
  expect(await post(photo, "?maxPixels=1"), 200, "a limit that is not the caller's");
  expect(await post(new Uint8Array(10_000_001)), 413, "a large file");
  expect(await miniflare.dispatchFetch("http://host/"), 405, "a GET");
  const before = used();
  for (let round = 0; round < 5; round += 1) await (await post(photo)).arrayBuffer();
  const after = used();
  const cpu = before && after && Math.round((after.cpu - before.cpu) / 5);
  const cost = after ? `, ${cpu} ms of processor, ${after.peak} MB of workerd at its peak` : "";
  console.log(`cut out ${png.getUint32(16)} x ${png.getUint32(20)}${cost}`);
} finally {
  await miniflare.dispose();
}
