/**
 * `node fuzz/run.mjs TARGET... [--seconds=60]`: libFuzzer over targets of `targets.rs`, one after
 * another, in a build of its own that counts what is reached. What fails is left in `fuzz/found/`.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { ROOT, step } from "../tools/step.mjs";

const HERE = join(ROOT, "fuzz");
/** libFuzzer counts edges and sees what is compared; these flags need no nightly Rust. */
const FLAGS = [
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Ccodegen-units=4",
  "--cfg=fuzzing",
];
/** So that build scripts, which have no coverage runtime, go without the flags. */
const TRIPLE = "x86_64-unknown-linux-gnu";
const LIMITS = ["-timeout=10", "-malloc_limit_mb=64", "-rss_limit_mb=2048"];
const LARGER = { plan: ["-malloc_limit_mb=512"] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" } },
});
const build = ["build", "--release", "--locked", `--target=${TRIPLE}`];
const manifest = `--manifest-path=${join(HERE, "Cargo.toml")}`;
step("Building the targets", "cargo", [...build, manifest], {
  env: { CARGO_ENCODED_RUSTFLAGS: FLAGS.join("\x1f") },
});
for (const target of positionals) {
  const corpus = join(HERE, "corpus", target);
  const found = join(HERE, "found", target);
  for (const folder of [corpus, found]) mkdirSync(folder, { recursive: true });
  const args = [
    corpus,
    ...LIMITS,
    ...(LARGER[target] ?? []),
    "-max_len=8192",
    `-artifact_prefix=${found}/`,
  ];
  const env = { ...process.env, CLEANCUT_FUZZ: target, CLEANCUT_SEEDS: corpus };
  const binary = join(HERE, "target", TRIPLE, "release", "fuzz");
  const timed = `-max_total_time=${values.seconds}`;
  spawnSync(binary, [...args, timed, "-print_final_stats=1"], { env, stdio: "inherit" });
}
