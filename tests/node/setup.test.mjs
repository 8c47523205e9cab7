/** What `npm start` says where something is missing, with stand-ins for Rust's commands. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { ROOT } from "../../tools/step.mjs";

const SETUP = pathToFileURL(join(ROOT, "tools", "setup.mjs")).href;

/** Runs the set-up of Rust where the only commands are `commands`: names and what they do. */
function setUpRust(commands) {
  const folder = mkdtempSync(join(tmpdir(), "cleancut-path-"));
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const code = `import { setUpRust } from ${JSON.stringify(SETUP)}; setUpRust();`;
  const args = ["--input-type=module", "--eval", code];
  const env = { ...process.env, PATH: folder };
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  rmSync(folder, { recursive: true });
  return { status, stderr };
}

const NEW = "echo cargo 1.999.0";
const MISSING = "exit 1";

for (const [title, commands, sentence] of [
  ["no Rust", {}, /Rust is not installed\s+Install it from https:\/\/rustup\.rs/],
  ["no toolchain", { rustup: "echo", cargo: MISSING }, /Type: rustup default stable/],
  [
    "an old Rust",
    { cargo: "echo cargo 1.80.1" },
    /Rust is 1\.80; .*needs 1\.\d+\s+Type: rustup up/,
  ],
  ["no wasm target, no rustup", { cargo: NEW, rustc: MISSING }, /needs its target wasm32/],
  ["no network", { cargo: NEW, rustc: "echo /nowhere", rustup: MISSING }, /If it is the network/],
]) {
  test(`${title}: a sentence says what to do`, () => {
    const { status, stderr } = setUpRust(commands);
    assert.equal(status, 1);
    assert.match(stderr, sentence);
  });
}

test("a Rust with the wasm target needs no rustup", () => {
  const { status, stderr } = setUpRust({ cargo: NEW, rustc: "echo /" });
  assert.equal(status, 0, stderr);
});

test("an old Node is told which one is needed", () => {
  const code = `Object.defineProperty(process.versions, "node", { value: "12.22.9" });
    require(${JSON.stringify(join(ROOT, "tools", "node.cjs"))});`;
  const { status, stderr } = spawnSync(process.execPath, ["--eval", code], { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /Node is 12\.22\.9; cleancut needs 20\.19 or newer: https:\/\/nodejs\.org/);
});
