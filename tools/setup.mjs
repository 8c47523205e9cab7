/** Brings what the build and the tests need; what is there already is left alone. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ask, fail, ROOT, say, step } from "./step.mjs";

const WASM_TARGET = "wasm32-unknown-unknown";
const NODE_AT_LEAST = [20, 19];

/** How tests and benchmarks start Chromium: headless as root, and asking nothing of any network. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Node packages at the versions of package-lock.json. */
export function setUpNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor < NODE_AT_LEAST[1])) {
    fail(`Node is ${process.version}`, `Install Node ${NODE_AT_LEAST.join(".")} or newer.`);
  }
  const lock = readFileSync(join(ROOT, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  const stamp = join(ROOT, "node_modules", ".cleancut-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  step("Installing the Node packages of package-lock.json", "npm", [
    "ci",
    "--no-fund",
    "--no-audit",
  ]);
  writeFileSync(stamp, hash);
}

/** The Rust toolchain and its wasm target. */
export function setUpRust() {
  const installed = ask("rustup", ["target", "list", "--installed"]);
  if (installed === undefined) {
    fail("rustup is not installed", "Install Rust from https://rustup.rs, then run this again.");
  }
  if (!installed.split("\n").includes(WASM_TARGET)) {
    step("Adding the wasm target to Rust", "rustup", ["target", "add", WASM_TARGET]);
  }
}

/** rustfmt and clippy, which minimal Rust installations lack. */
export function setUpRustLints() {
  for (const component of ["rustfmt", "clippy"]) {
    if (ask("cargo", [component === "rustfmt" ? "fmt" : component, "--version"]) === undefined) {
      step(`Adding ${component} to Rust`, "rustup", ["component", "add", component]);
    }
  }
}

/** The path of a Chromium for the browser tests, installed by apt where that is allowed. */
export function setUpChromium() {
  const wanted = process.env.CLEANCUT_CHROMIUM;
  if (wanted) return wanted;
  const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const present = candidates.find((path) => existsSync(path));
  if (present) return present;
  const remedy = "Install Chromium, or set CLEANCUT_CHROMIUM to the path of a Chromium or Chrome.";
  if (ask("apt-get", ["--version"]) === undefined || process.getuid?.() !== 0) {
    fail(
      "The browser tests need Chromium",
      `${remedy}\n           On Debian: sudo apt-get install chromium`,
    );
  }
  step("Refreshing apt's lists", "apt-get", ["update", "-qq"], { remedy });
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  step("Installing Chromium", "apt-get", ["install", "-y", "-qq", "chromium"], { remedy, env });
  if (!existsSync(candidates[0])) fail("apt installed no /usr/bin/chromium", remedy);
  say("Chromium is there");
  return candidates[0];
}
