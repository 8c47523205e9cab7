/**
 * Builds the wheel and tests it in a fresh virtual environment; `node tools/python.mjs cluster` tests it on
 * Ray and Spark instead.
 */

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { ask, fail, ROOT, step } from "./step.mjs";

const WHEELS = join(ROOT, "build", "wheels");
const PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];

/** The Python of a new environment with what the requirements of `tests/PART` name. */
function environment(part) {
  if (ask("python3", ["-c", "import venv, ensurepip"]) === undefined) {
    fail(
      "The wheel's tests need Python 3.9 or newer with its venv",
      "Install it; on Debian: sudo apt-get install python3-venv",
    );
  }
  const folder = join(ROOT, "build", part);
  step("Making a virtual environment", "python3", ["-m", "venv", "--clear", folder]);
  const python = join(folder, "bin", "python");
  pip("Installing what builds and tests the wheel", python, "-r", `tests/${part}/requirements.txt`);
  return python;
}

function pip(title, python, ...what) {
  const how = ["--quiet", "--no-compile", "--disable-pip-version-check"];
  step(title, python, ["-m", "pip", "install", ...how, ...what]);
}

/** The wheel in `python`'s environment, and the binary that it is held against. */
function install(python) {
  rmSync(WHEELS, { recursive: true, force: true });
  mkdirSync(WHEELS, { recursive: true });
  // With the features of `cargo test`, so that both share one build of the crate.
  step("Building the wheel", python, [
    ...["-m", "maturin", "build", "--quiet", "--locked", "--profile=dev"],
    ...["--features=cleancut/default", "--manifest-path=python/Cargo.toml", `--out=${WHEELS}`],
  ]);
  const wheels = readdirSync(WHEELS);
  if (wheels.length !== 1 || !wheels[0].includes("-cp39-abi3-")) {
    fail(`the wheel is ${wheels}`, "It must be one for CPython 3.9 and newer.");
  }
  pip("Installing the wheel", python, "--no-index", "--no-deps", join(WHEELS, wheels[0]));
  step("Building the cleancut binary", "cargo", ["build", "--locked", "--bin=cleancut"]);
  const metadata = JSON.parse(ask("cargo", ["metadata", "--format-version=1", "--no-deps"]));
  return { CLEANCUT: join(metadata.target_directory, "debug", "cleancut") };
}

function testPython() {
  const python = environment("python");
  const env = install(python);
  step("Testing the wheel", python, [...PYTEST, "tests/python"], { env });
  const mypy = ["-m", "mypy", "--strict", "--cache-dir=build/mypy"];
  step("Checking the types of the package", python, [...mypy, "--package=cleancut"]);
  step("Checking the types of its tests", python, [...mypy, "tests/python"]);
}

function testCluster() {
  const python = environment("cluster");
  const env = install(python);
  step("Testing the wheel on Ray and Spark", python, [...PYTEST, "-s", "tests/cluster"], { env });
}

if (process.argv[2] === "cluster") testCluster();
else testPython();
