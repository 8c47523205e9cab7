/** What the npm tarball holds, weighs and exports. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { app, bytesOf, cleancut, dist, entry, fixture, ROOT } from "./installed.mjs";

test("the tarball holds what it needs and nothing else", () => {
  const installed = join(app, "node_modules/cleancut");
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.equal(manifest.license, "MIT OR Apache-2.0");
  assert.equal(manifest.dependencies, undefined);
  const files = execFileSync("npm", ["pack", ROOT, "--dry-run", "--json", "--ignore-scripts"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const paths = Object.values(JSON.parse(files))[0].files.map(({ path }) => path);
  const wanted = [
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "README.md",
    "dist/index.d.ts",
    "dist/worker.js",
  ];
  for (const path of wanted) {
    assert.ok(paths.includes(path), `${path} is packed`);
  }
  const strangers = paths.filter(
    (path) => !/^(dist\/.+|LICENSE-\w+|[A-Z]+\.md|package\.json)$/.test(path),
  );
  assert.deepEqual(strangers, []);
});

test("the types of every entry point are packed, and no others", () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const entries = Object.values(exports).flatMap(({ types }) => types ?? []);
  const named = new Set(entries.map((path) => relative("dist", path)));
  for (const path of named) {
    for (const [, other] of readFileSync(dist(path), "utf8").matchAll(/"(\.[^"]+)\.js"/g)) {
      named.add(`${join(dirname(path), other)}.d.ts`);
    }
  }
  const packed = readdirSync(dist(""), { recursive: true }).filter((path) =>
    path.endsWith(".d.ts"),
  );
  assert.equal(entries.length, 10);
  assert.deepEqual(packed.sort(), [...named].sort());
});

test("every entry point imports without a page, and core and inline give the same", async () => {
  const entries = [
    "index",
    "core",
    "inline",
    "inline-small",
    "element",
    "attach",
    "svelte",
    "onnx",
  ];
  const names = entries.map((name) => (name === "index" ? "cleancut" : `cleancut/${name}`));
  const script = `
    const before = Object.keys(globalThis).sort().join();
    for (const name of ${JSON.stringify(names)}) await import(name);
    if (Object.keys(globalThis).sort().join() !== before) throw new Error("globals changed");
    const { define } = await import("cleancut/element");
    define();
    const { default: assets } = await import("cleancut/assets.json", { with: { type: "json" } });
    if (assets.assets.length !== 6) throw new Error("assets.json");
  `;
  const { status, stderr } = spawnSync("node", ["--input-type=module", "-e", script], {
    cwd: app,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);

  const expected = await bytesOf(cleancut, fixture("rgba.png"));
  for (const name of ["core", "inline"]) {
    assert.deepEqual(await bytesOf(await entry(name), fixture("rgba.png")), expected, name);
  }
  const [base, small] = ["base", "small"].map((model) =>
    bytesOf(cleancut, fixture("mug.jpg"), { model }),
  );
  assert.notDeepEqual(await small, await base);
  assert.deepEqual(await bytesOf(await entry("inline-small"), fixture("mug.jpg")), await small);
});

test("the JavaScript stays small, and weighs what the documentation says", () => {
  const size = (...names) =>
    names.reduce((sum, name) => sum + brotliCompressSync(readFileSync(dist(name))).length, 0);
  const added = (name) =>
    size(...importedBy(name).filter((file) => !importedBy("index.js").includes(file)));
  const sizes = {
    cleancut: size(...importedBy("index.js"), "worker.js"),
    "cleancut/core": size(...importedBy("core.js")),
    "cleancut/inline": size(...importedBy("inline.js")),
    "cleancut/inline-small": size(...importedBy("inline-small.js")),
    "cleancut/element": added("element.js"),
    "cleancut/attach": added("attach.js"),
    "cleancut/react": added("react.js"),
    "cleancut/vue": added("vue.js"),
    "cleancut/svelte": added("svelte.js"),
  };
  assert.ok(sizes.cleancut <= 17 * 1000, `cleancut is ${sizes.cleancut} bytes of brotli`);
  assert.ok(sizes["cleancut/element"] <= 6 * 1024, `the element adds ${sizes["cleancut/element"]}`);

  const text = readFileSync(join(ROOT, "docs/api.md"), "utf8");
  for (const [name, bytes] of Object.entries(sizes)) {
    const row = new RegExp(`^\\| \`${name}\` \\|.*\\| (?:\\+ )?([\\d.]+) ([KM])B`, "m");
    const [, said, unit] = row.exec(text) ?? [];
    const share = bytes / (Number(said) * (unit === "M" ? 1e6 : 1e3));
    assert.ok(share > 0.95 && share < 1.05, `${name} is ${bytes} bytes, not ${said} ${unit}B`);
  }
});

/** The files that a browser loads for an entry point. */
function importedBy(name, found = []) {
  if (found.includes(name)) return found;
  found.push(name);
  const source = readFileSync(dist(name), "utf8");
  for (const [, other] of source.matchAll(/from"\.\/([\w-]+\.js)"/g)) importedBy(other, found);
  return found;
}
