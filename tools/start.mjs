/**
 * `npm start`: sets up, builds, and serves the demo page until it is stopped. What runs networks of the reader's own
 * takes as long to compile as all the rest: the first time it follows while the page is served already.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { build } from "./build.mjs";
import { ROOT, say, step } from "./step.mjs";
import { OUT } from "./written.mjs";

const isFirst = !existsSync(join(OUT, "onnx.wasm"));
await build({ without: isFirst ? ["onnx"] : [] });
step("Building the demo page", "npx", ["vite", "build", "www"]);
say("Serving the demo page; Ctrl+C ends it");
const server = spawn("npx", ["vite", "preview", "www"], { cwd: ROOT, stdio: "inherit" });
server.once("exit", (status) => process.exit(status ?? 1));
process.once("exit", () => server.kill());
if (isFirst) {
  await build();
  step("Building it with networks of your own", "npx", [
    "vite",
    "build",
    "www",
    "--emptyOutDir",
    "false",
  ]);
  say("Networks of your own run now: load the page again");
}
