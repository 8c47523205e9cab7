/** Runs commands one after another or beside each other, says what it does, and stops with what to type. */

import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The remedy where something is downloaded. */
export const OFFLINE =
  "The reason stands above. If it is the network: everything comes from index.crates.io,\n" +
  "           static.rust-lang.org and registry.npmjs.org; what is there already is kept.";

/** Prints where we are. */
export function say(text) {
  console.log(`\x1b[1m[cleancut]\x1b[0m ${text}`);
}

/** Ends everything with a sentence and what to type. */
export function fail(text, remedy) {
  console.error(`\x1b[1m[cleancut]\x1b[0m ${text}\n           ${remedy}`);
  process.exit(1);
}

const line = (command, args) => [command, ...args].join(" ");

function end({ status, error }, command, args, remedy) {
  if (error?.code === "ENOENT")
    fail(`${command} is not installed`, remedy ?? `needed for: ${line(command, args)}`);
  if (status !== 0)
    fail(`failed: ${line(command, args)}`, remedy ?? "The reason stands above; then run it again.");
}

/** Runs a command in the project's root and ends everything when it fails. */
export function step(title, command, args, { remedy, env = {} } = {}) {
  const began = performance.now();
  say(title);
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  end(result, command, args, remedy);
  const seconds = (performance.now() - began) / 1000;
  if (seconds > 1) say(`  ${seconds.toFixed(0)} s`);
}

/**
 * The same while the caller goes on; what the command prints is shown when it fails, or at its end
 * with `isShown`. Ends everything when it fails, once the caller awaits something.
 */
export function beside(title, command, args, { remedy, env = {}, isShown = false } = {}) {
  say(`${title}, beside what follows`);
  const log = join(mkdtempSync(join(tmpdir(), "cleancut-")), "log");
  const file = openSync(log, "w");
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ["ignore", file, file],
    env: { ...process.env, ...env },
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  return new Promise((resolve) => {
    const finish = (status, error) => {
      process.off("exit", kill);
      closeSync(file);
      if (status !== 0 || isShown) process.stdout.write(readFileSync(log));
      rmSync(dirname(log), { recursive: true, force: true });
      end({ status, error }, command, args, remedy);
      say(`${title}: done`);
      resolve();
    };
    child.once("error", (error) => finish(1, error));
    child.once("exit", (status) => finish(status));
  });
}

/** What a command prints, or undefined when it is missing or fails. */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return status === 0 ? stdout.trim() : undefined;
}
