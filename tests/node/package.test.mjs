/** The npm tarball, packed and installed as a user would have it, under Node. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { decode } from "fast-png";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const fixture = (name) => readFileSync(join(ROOT, "tests", "fixtures", name));

let app;
let cleancut;

before(async () => {
  app = mkdtempSync(join(tmpdir(), "cleancut-app-"));
  const npm = (...args) =>
    execFileSync("npm", [...args, "--silent"], { cwd: app, encoding: "utf8" }).trim();
  const tarball = npm("pack", ROOT, "--ignore-scripts", "--pack-destination", app);
  writeFileSync(join(app, "package.json"), '{ "private": true, "type": "module" }');
  npm("install", "--no-audit", "--no-fund", "--offline", `./${tarball.split("\n").at(-1)}`);
  cleancut = await import(pathToFileURL(join(app, "node_modules/cleancut/dist/index.js")));
});

after(() => rmSync(app, { recursive: true, force: true }));

async function cutOut(input, options) {
  const blob = await cleancut.removeBackground(input, options);
  assert.equal(blob.type, "image/png");
  return decode(new Uint8Array(await blob.arrayBuffer()));
}

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
  for (const path of ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "dist/index.d.ts"]) {
    assert.ok(paths.includes(path), `${path} is packed`);
  }
  const strangers = paths.filter(
    (path) => !/^(dist\/.+|LICENSE-\w+|[A-Z]+\.md|package\.json)$/.test(path),
  );
  assert.deepEqual(strangers, []);
});

test("a photo comes out at its size, its progress goes forward", async () => {
  const seen = [];
  const picture = await cutOut(fixture("mug.jpg"), { onProgress: (p) => seen.push(p) });
  assert.deepEqual([picture.width, picture.height, picture.channels], [720, 540, 4]);
  const alphaAt = (x, y) => picture.data[(y * 720 + x) * 4 + 3];
  assert.equal(alphaAt(330, 200), 255);
  assert.ok(alphaAt(330, 470) < 20);

  assert.equal(seen.at(-1).phase, "done");
  assert.equal(seen.at(-1).fraction, 1);
  for (const [index, { fraction }] of seen.entries()) {
    assert.ok(index === 0 || fraction >= seen[index - 1].fraction, JSON.stringify(seen));
  }
});

test("every kind of input gives the same pixels", async () => {
  const bytes = fixture("rgba.png");
  const padded = new Uint8Array(bytes.length + 7);
  padded.set(bytes, 5);
  const inputs = {
    Blob: new Blob([bytes]),
    ArrayBuffer: new Uint8Array(bytes).buffer,
    "view with an offset": padded.subarray(5, 5 + bytes.length),
    DataView: new DataView(padded.buffer, 5, bytes.length),
  };
  const expected = await cutOut(bytes);
  for (const [name, input] of Object.entries(inputs)) {
    assert.deepEqual((await cutOut(input)).data, expected.data, name);
  }
  assert.deepEqual(padded.subarray(5, 5 + bytes.length), new Uint8Array(bytes), "left as it was");
});

test("bad input is a typed error, and the next call works", async () => {
  const cases = [
    ["unsupported-format", Buffer.alloc(0), /an empty file is not supported/],
    ["unsupported-format", Buffer.from("a text file"), /a text file is not supported/],
    ["decode", fixture("rgb.jpg").subarray(0, 500), /truncated/],
    ["decode", fixture("rgb.png").subarray(0, 60), /PNG/],
    ["decode", fixture("lossy.webp").subarray(0, 60), /WebP/],
    ["input", "photo.jpg", /the argument \(string\) is not a picture/],
    ["input", { some: "object" }, /the argument \(Object\)/],
    ["input", null, /the argument \(object\)/],
  ];
  for (const [code, input, message] of cases) {
    await assert.rejects(cleancut.removeBackground(input), (error) => {
      assert.ok(error instanceof cleancut.CleancutError, `${error}`);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.hint.length > 0);
      return true;
    });
  }
  assert.equal((await cutOut(fixture("1x1.png"))).width, 1);
});

test("options are checked and kept", async () => {
  const remove = (options) => cleancut.removeBackground(fixture("rgb.png"), options);
  await assert.rejects(remove({ maxPixels: 100 }), { code: "too-large" });
  await assert.rejects(remove({ maxPixels: 0 }), { code: "input" });
  await assert.rejects(remove({ quality: 1 }), {
    code: "input",
    message: /unknown option "quality"/,
  });
  const reason = new Error("no longer wanted");
  await assert.rejects(remove({ signal: AbortSignal.abort(reason) }), reason);
});
