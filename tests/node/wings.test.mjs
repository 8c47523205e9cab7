/** The order of js/: a wing imports what stands before it alone, and no files go in a circle. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** In the order a picture goes; `wasm` is written by the build, the entries stand on top. */
const WINGS = [
  "wasm",
  "contract",
  "gpu",
  "onnx",
  "picture",
  "engine",
  "api",
  "form",
  "command",
  ".",
];
const IMPORT = /\b(?:from |import |import\()"(\.[^"]+)\.js"/;

const wingOf = (file) => (file.includes("/") ? file.split("/")[0] : ".");

/** Every import of `files`, a map of path to text: who, on which line, of what. */
function importsOf(files) {
  return [...files].flatMap(([file, text]) =>
    text.split("\n").flatMap((line, index) => {
      const [, path] = IMPORT.exec(line) ?? [];
      const to = path && `${posix.join(posix.dirname(file), path)}.ts`;
      return to ? [{ file, to, where: `js/${file}:${index + 1}: ${line.trim()}` }] : [];
    }),
  );
}

/** The imports of a wing that stands later, or of one that has no place. */
function outOfOrder(imports) {
  return imports
    .filter(({ file, to }) => {
      const [from, of] = [wingOf(file), wingOf(to)].map((wing) => WINGS.indexOf(wing));
      return from < 0 || of < 0 || of > from;
    })
    .map(({ where }) => where);
}

/** The imports that lead back to where they stand. */
function circles(imports) {
  const reaches = (from, goal, seen = new Set()) =>
    from === goal ||
    imports.some(({ file, to }) => {
      if (file !== from || seen.has(to)) return false;
      return reaches(to, goal, seen.add(to));
    });
  return imports.filter(({ file, to }) => reaches(to, file)).map(({ where }) => where);
}

const FILES = new Map(
  readdirSync(join(ROOT, "js"), { recursive: true })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => [path.split(sep).join("/"), readFileSync(join(ROOT, "js", path), "utf8")]),
);

test("a wing imports what stands before it alone", () => {
  const imports = importsOf(FILES);
  assert.ok(imports.length > 60, `${imports.length} imports were read`);
  assert.deepEqual(outOfOrder(imports), []);
});

test("no file imports what imports it", () => {
  assert.deepEqual(circles(importsOf(FILES)), []);
});

test("on top of js/ stand the entries of the package alone", () => {
  const { exports, bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const packed = JSON.stringify([exports, bin]).matchAll(/dist\/([a-z-]+)\.js\b/g);
  assert.deepEqual(
    [...FILES.keys()].filter((file) => !file.includes("/")).sort(),
    [...packed].map(([, name]) => `${name}.ts`).sort(),
  );
});

test("what breaks the order is named with its line", () => {
  const broken = new Map([
    ["picture/a.ts", '\nimport { b } from "../engine/b.js";'],
    ["engine/b.ts", 'import {\n  c,\n} from "./c.js";'],
    ["engine/c.ts", 'const b = await import("./b.js");'],
    ["attic/d.ts", 'import "../contract/e.js";'],
  ]);
  assert.deepEqual(outOfOrder(importsOf(broken)), [
    'js/picture/a.ts:2: import { b } from "../engine/b.js";',
    'js/attic/d.ts:1: import "../contract/e.js";',
  ]);
  assert.deepEqual(circles(importsOf(broken)), [
    'js/engine/b.ts:3: } from "./c.js";',
    'js/engine/c.ts:1: const b = await import("./b.js");',
  ]);
});
