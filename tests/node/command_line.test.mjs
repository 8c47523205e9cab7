/** `npx cleancut` beside the Rust command line. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { app, ROOT } from "./installed.mjs";

test("npx cleancut does what the Rust command line does, to the byte", () => {
  const metadata = execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const native = join(JSON.parse(metadata).target_directory, "debug", "cleancut");
  execFileSync("cargo", ["build", "--locked", "--bin=cleancut"], { cwd: ROOT });
  const node = (...args) =>
    spawnSync(join(app, "node_modules/.bin/cleancut"), args, { cwd: app, encoding: "utf8" });
  const rust = (...args) => spawnSync(native, args, { cwd: app, encoding: "utf8" });
  const photo = (name) => join(ROOT, "tests/fixtures", name);
  for (const [name, ...options] of [
    ["mug.jpg"],
    ["orientation-6.jpg"],
    ["rgba.png", "--max-megapixels", "1"],
    ["ball.jpg", "--method", "studio"],
    ["mug.jpg", "--background", "white", "--margin=5%", "--preset", "ebay", "--size=300x"],
    ["mug.jpg", "--background-image", photo("rgb.png"), "--background-fit=contain"],
    ["mug.jpg", "--format", "jpeg", "--quality", "70", "--shadow", "soft"],
  ]) {
    const [ours, theirs] = [join(app, "node.png"), join(app, "rust.png")];
    const made = node(photo(name), "-o", ours, ...options);
    assert.equal(made.status, 0, made.stderr);
    assert.equal(rust(photo(name), "-o", theirs, ...options).status, 0);
    assert.ok(readFileSync(ours).equals(readFileSync(theirs)), `${name} ${options} differs`);
  }

  for (const command of [node, rust]) {
    const folder = join(app, command === node ? "by-node" : "by-rust");
    const made = command(photo("ball.jpg"), photo("mug.jpg"), "-o", folder, "--preset", "ebay");
    assert.equal(made.status, 0, made.stderr);
    assert.deepEqual(
      readdirSync(folder),
      ["ball.jpg", "mug.jpg"],
      "as the preset's JPEGs are named",
    );
  }

  writeFileSync(join(app, "bad.jpg"), "no photo");
  const cases = [
    [2],
    [2, "--colour", "red", "x.jpg"],
    [2, "x.jpg", "--margin"],
    [1, "bad.jpg"],
    [1, "bad.jpg", "missing.jpg"],
    [2, photo("mug.jpg"), "--margin", "wide"],
    [0, "--help"],
  ];
  for (const [status, ...args] of cases) {
    const made = node(...args);
    assert.equal(made.status, status, `${args}: ${made.stderr}`);
    if (status > 0) assert.match(made.stderr, /^cleancut: /);
  }
  assert.equal(node("--version").stdout, rust("--version").stdout);

  const folder = join(app, "public");
  assert.equal(node("--copy-assets", folder).status, 0);
  assert.deepEqual(readdirSync(folder).sort(), ["wasm", "worker.js"]);
  assert.equal(readdirSync(join(folder, "wasm")).length, 3);
});
