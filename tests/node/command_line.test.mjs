/** `npx cleancut` beside the Rust command line. */

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { app, fixture, ROOT } from "./installed.mjs";

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
    ["mug.jpg", "--model", "small"],
    ["mug.jpg", "--background", "white", "--margin=5%", "--preset", "ebay", "--size=300x"],
    ["mug.jpg", "--background-image", photo("rgb.png"), "--background-fit=contain"],
    ["mug.jpg", "--format", "jpeg", "--quality", "70", "--shadow", "soft"],
    ["mug.jpg", "--outline", "3% #fd0", "--crop", "true"],
    ["mug.jpg", "--keep", "background"],
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
  assert.equal(readdirSync(join(folder, "wasm")).length, 8);
});

const TABLE = JSON.parse(readFileSync(join(ROOT, "tests/command_line.json"), "utf8"));
/** How files of a format begin; `raw` is told by the ball's 320 x 240 px. */
const BEGINS = { png: "\x89PNG", webp: "RIFF", jpeg: "\xff\xd8" };
const FORMATS = [...Object.keys(BEGINS), "raw"];

const is = (bytes, format) =>
  format === "raw"
    ? bytes.length === 320 * 240 * 4
    : bytes.subarray(0, 4).toString("latin1").startsWith(BEGINS[format]);

for (const [index, each] of TABLE.cases.filter(({ only }) => only !== "rust").entries()) {
  test(`the table of the command line: ${each.name}`, async () => {
    const { files = {}, after = {}, stdout, stderr = [], silent = [] } = each;
    const folder = join(app, `table-${index}`);
    mkdirSync(folder);
    for (const [name, what] of Object.entries(files)) put(join(folder, name), what);
    const seen = await run(each, folder);
    assert.equal(seen.status, each.exit, seen.stderr);
    if (FORMATS.includes(stdout)) assert.ok(is(seen.stdout, stdout), "of the format");
    else assert.equal(seen.stdout.toString().slice(0, stdout?.length), stdout ?? "");
    for (const words of stderr) assert.ok(seen.stderr.includes(words), seen.stderr);
    for (const words of silent) assert.ok(!seen.stderr.includes(words), seen.stderr);
    const expected = { ...files, ...after };
    const paths = new Set(Object.keys(expected).flatMap(withParents));
    assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), [...paths].sort());
    for (const [name, what] of Object.entries(expected)) holds(join(folder, name), what);
  });
}

function put(path, what) {
  mkdirSync(what === null ? path : dirname(path), { recursive: true });
  if (what?.startsWith("=")) writeFileSync(path, what.slice(1));
  else if (what?.startsWith("->")) symlinkSync(what.slice(2), path);
  else if (what !== null) writeFileSync(path, fixture(what));
}

function holds(path, what) {
  if (what === null) assert.ok(statSync(path).isDirectory(), path);
  else if (what.startsWith("->")) assert.equal(readlinkSync(path), what.slice(2));
  else if (what.startsWith("=")) assert.equal(readFileSync(path, "utf8"), what.slice(1));
  else if (FORMATS.includes(what)) assert.ok(is(readFileSync(path), what), `${path}: ${what}`);
  else assert.ok(readFileSync(path).equals(fixture(what)), path);
}

const withParents = (path) =>
  path.split("/").map((_, index, names) => names.slice(0, index + 1).join("/"));

async function run({ args, stdin, closed = [], limit }, cwd) {
  const words = [join(app, "node_modules/.bin/cleancut"), ...TABLE.always, ...args];
  if (limit) {
    const script = `trap '' XFSZ; ulimit -f ${limit}; exec "$0" "$@"`;
    words.unshift("sh", "-c", script);
  }
  const isText = stdin?.startsWith("=");
  const file = stdin && !isText ? openSync(join(ROOT, "tests/fixtures", stdin)) : "ignore";
  const input = isText ? "pipe" : file;
  const child = spawn(words[0], words.slice(1), { cwd, stdio: [input, "pipe", "pipe"] });
  child.stdin?.end(stdin.slice(1));
  const read = { stdout: [], stderr: [] };
  for (const name of ["stdout", "stderr"]) {
    if (closed.includes(name)) child[name].destroy();
    else child[name].on("data", (chunk) => read[name].push(chunk));
  }
  const status = await new Promise((resolve) => child.on("close", resolve));
  return { status, stdout: Buffer.concat(read.stdout), stderr: `${Buffer.concat(read.stderr)}` };
}

test("names that are no UTF-8 are kept", { skip: process.platform !== "linux" }, () => {
  const folder = join(app, "names");
  mkdirSync(folder);
  const name = (ending) => Buffer.from(`a\xff\xe4b.${ending}`, "latin1");
  const path = (name) => Buffer.concat([Buffer.from(`${folder}/`), name]);
  writeFileSync(path(name("jpg")), fixture("mug.jpg"));
  writeFileSync(path(Buffer.from("ä💥\ufffd.jpg")), fixture("mug.jpg"));
  const args = [folder, "-o", join(folder, "out")];
  const made = spawnSync(join(app, "node_modules/.bin/cleancut"), args, { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const found = readdirSync(join(folder, "out"), { encoding: "latin1" });
  const expected = [name("png"), Buffer.from("ä💥\ufffd.png")].map((name) =>
    name.toString("latin1"),
  );
  assert.deepEqual(found.sort(), expected.sort());
});
