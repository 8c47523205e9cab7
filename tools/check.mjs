/** `npm run check`: format, lints and types of Rust, TypeScript and the page. */

import { pathToFileURL } from "node:url";

import { build } from "./build.mjs";
import { setUpRustLints } from "./setup.mjs";
import { step } from "./step.mjs";
import { cargoWasm } from "./wasm.mjs";

export function check() {
  setUpRustLints();
  step("Checking the format of the Rust", "cargo", ["fmt", "--all", "--check"], {
    remedy: "cargo fmt --all",
  });
  step("Linting the Rust", "cargo", [
    "clippy",
    "--locked",
    "--workspace",
    "--all-targets",
    "--",
    "-Dwarnings",
  ]);
  step("Checking the lock file of the fuzz targets", "cargo", [
    "tree",
    "--locked",
    "--depth=0",
    "--manifest-path=fuzz/Cargo.toml",
  ]);
  cargoWasm("Linting the Rust that only the wasm has", [
    "clippy",
    "--lib",
    "--no-default-features",
    "--features=lab,relaxed",
    "--",
    "-Dwarnings",
  ]);
  step("Checking format and lints of TypeScript, page and scripts", "npx", ["biome", "ci", "."], {
    remedy: "npx biome check --write .",
  });
  for (const project of ["www", "www/offline"]) {
    step(`Checking the types of ${project}`, "npx", ["tsc", "-p", project]);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await build();
  check();
}
