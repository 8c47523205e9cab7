/**
 * `node fuzz/run.mjs TARGET... [--seconds=60] [--runs=N]`: libFuzzer over targets of `targets.rs`,
 * one after another, in a build of its own that counts what is reached. What fails is left in
 * `fuzz/found/`, where `cargo test` finds it too.
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
const LIMITS = ["-timeout=10", "-malloc_limit_mb=64", "-rss_limit_mb=2048", "-len_control=0"];
/** Longer inputs cost executions and reach little more: the seeds are as short. */
const LENGTHS = { strokes: 256, options: 512, colours: 1024, jpeg: 1536, plan: 4096 };
const LARGER = { plan: ["-malloc_limit_mb=512"] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "-1" }, seconds: { type: "string", default: "60" } },
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
    `-max_len=${LENGTHS[target] ?? 1024}`,
    `-runs=${values.runs}`,
    `-max_total_time=${values.seconds}`,
    `-artifact_prefix=${found}/`,
    "-print_final_stats=1",
  ];
  const env = { ...process.env, CLEANCUT_FUZZ: target, CLEANCUT_SEEDS: corpus };
  spawnSync(join(HERE, "target", TRIPLE, "release", "fuzz"), args, { env, stdio: "inherit" });
}
