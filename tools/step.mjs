/** Runs commands one after another, says what it does, and stops with what to type. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Prints where we are. */
export function say(text) {
  console.log(`\x1b[1m[cleancut]\x1b[0m ${text}`);
}

/** Ends everything with a sentence and what to type. */
export function fail(text, remedy) {
  console.error(`\x1b[1m[cleancut]\x1b[0m ${text}\n           ${remedy}`);
  process.exit(1);
}

/** Runs a command in the project's root and ends everything when it fails. */
export function step(title, command, args, { remedy, env = {} } = {}) {
  const began = performance.now();
  say(title);
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const line = [command, ...args].join(" ");
  if (error?.code === "ENOENT")
    fail(`${command} is not installed`, remedy ?? `needed for: ${line}`);
  if (status !== 0)
    fail(`failed: ${line}`, remedy ?? "The reason stands above; then run it again.");
  const seconds = (performance.now() - began) / 1000;
  if (seconds > 1) say(`  ${seconds.toFixed(0)} s`);
}

/** What a command prints, or undefined when it is missing or fails. */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
