/** Brings what the build and the tests need; what is there already is left alone. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arch } from "node:process";

import "./node.cjs";
import { ask, beside, fail, OFFLINE, ROOT, say, step } from "./step.mjs";

const WASM_TARGET = "wasm32-unknown-unknown";

/** What Debian calls this machine. */
const MACHINES = { x64: "x86_64", arm64: "aarch64" };

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

/** What else gives pages WebGPU, on a software adapter. */
export const WEBGPU_ARGS = ["--enable-unsafe-webgpu"];

/** Node packages at the versions of package-lock.json, while the caller goes on. */
export async function installPackages() {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  const wanted = hash.digest("hex");
  const stamp = join(ROOT, "node_modules", ".cleancut-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(stamp, { force: true });
  const args = ["ci", "--no-fund", "--no-audit"];
  await beside("Installing the Node packages of package-lock.json", "npm", args, {
    remedy: OFFLINE,
  });
  writeFileSync(stamp, wanted);
}

/** A Rust that is new enough, and its wasm target. */
export function setUpRust() {
  const version = ask("cargo", ["--version"])?.match(/\d+\.\d+/)?.[0];
  if (version === undefined) {
    const isThere = ask("rustup", ["--version"]) !== undefined;
    if (isThere) fail("rustup has no Rust toolchain", "Type: rustup default stable");
    fail(
      "Rust is not installed",
      "Install it from https://rustup.rs; if you just did, open a new terminal.",
    );
  }
  const manifest = readFileSync(join(ROOT, "Cargo.toml"), "utf8");
  const wanted = manifest.match(/rust-version = "(.*)"/)[1];
  if (isBefore(version, wanted)) {
    fail(`Rust is ${version}; cleancut needs ${wanted}`, "Type: rustup update stable");
  }
  const library = ask("rustc", ["--print=target-libdir", `--target=${WASM_TARGET}`]);
  if (library && existsSync(library)) return;
  step("Adding the wasm target to Rust", "rustup", ["target", "add", WASM_TARGET], {
    remedy: `Rust needs its target ${WASM_TARGET}: rustup adds it (https://rustup.rs). ${OFFLINE}`,
  });
}

function isBefore(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.split(".").map(Number));
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
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
  const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return setUpBrowser("Chromium", "CLEANCUT_CHROMIUM", candidates, ["chromium"]);
}

/** The path of a Firefox, likewise; where it is not needed and cannot be had, undefined after a word why. */
export function setUpFirefox(isNeeded = true) {
  const candidates = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];
  return setUpBrowser("Firefox", "CLEANCUT_FIREFOX", candidates, ["firefox-esr"], isNeeded);
}

/** The path of WebKitGTK's browser, likewise, with its driver and a display to show itself on. */
export function setUpWebKit(isNeeded = true) {
  const folders = ["4.1", "4.0"].map((version) => `webkit2gtk-${version}`);
  const candidates = folders.map(
    (name) => `/usr/lib/${MACHINES[arch]}-linux-gnu/${name}/MiniBrowser`,
  );
  const packages = ["webkit2gtk-driver", "xvfb"];
  return setUpBrowser("WebKitGTK", "CLEANCUT_WEBKIT", candidates, packages, isNeeded);
}

function setUpBrowser(name, variable, candidates, packages, isNeeded = true) {
  const wanted = process.env[variable];
  if (wanted) return wanted;
  const present = candidates.find((path) => existsSync(path));
  if (present) return present;
  const remedy = `Install ${name}, or set ${variable} to its path.`;
  if (ask("apt-get", ["--version"]) === undefined || process.getuid?.() !== 0) {
    const reason = `The browser tests need ${name}`;
    const how = `${remedy}\n           On Debian: sudo apt-get install ${packages.join(" ")}`;
    return isNeeded ? fail(reason, how) : say(`${name} is not tested: it is not there. ${remedy}`);
  }
  if (!isNeeded) return tryApt(name, candidates, packages, remedy);
  step("Refreshing apt's lists", "apt-get", ["update", "-qq"], { remedy });
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const args = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
  step(`Installing ${name}`, "apt-get", args, { remedy, env });
  const installed = candidates.find((path) => existsSync(path));
  if (!installed) fail(`apt installed no ${candidates[0]}`, remedy);
  say(`${name} is there`);
  return installed;
}

function tryApt(name, candidates, packages, remedy) {
  say(`Installing ${name}`);
  ask("apt-get", ["update", "-qq"]);
  ask("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages]);
  const installed = candidates.find((path) => existsSync(path));
  if (!installed) say(`${name} is not tested: apt cannot install it. ${remedy}`);
  return installed;
}
