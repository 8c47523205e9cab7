/**
 * `npm run test:consumers`: the tarball, installed into fresh apps made with each of the folders of
 * tests/consumers, cuts out a photo in Chromium. `npm run test:consumers -- vite` picks some.
 */

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "@playwright/test";

import { CHROMIUM_ARGS, setUpChromium } from "./setup.mjs";
import { fail, ROOT, say } from "./step.mjs";

const APPS = join(ROOT, "tests", "consumers");
const PHOTO = join(ROOT, "tests", "fixtures", "mug.jpg");
const NETWORK = join(ROOT, "tests", "fixtures", "onnx", "red.onnx");
const PORT = 4190;
const ORIGIN = `http://localhost:${PORT}`;
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const TITLE = "cut out 720 x 540";

/** Apps that bring a server of their own; the rest is built into out/ and served as it is. */
const SERVERS = { next: [["start"]], sveltekit: [["start"]], vite: [[], ["dev"]] };

function run(folder, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (status !== 0) fail(`failed: ${command} ${args.join(" ")}`, `${stdout}\n${stderr}`);
  return `${stdout}${stderr}`;
}

/** A fresh app with the tarball installed, as a user would do it, and built. */
function make(name, tarball) {
  const app = join(mkdtempSync(join(tmpdir(), "cleancut-")), name);
  cpSync(join(APPS, name), app, {
    recursive: true,
    filter: (path) => !/node_modules|\.next|\.svelte-kit|\/out/.test(path.slice(APPS.length)),
  });
  for (const folder of ["out", "public"]) {
    mkdirSync(join(app, folder));
    copyFileSync(PHOTO, join(app, folder, "mug.jpg"));
    copyFileSync(NETWORK, join(app, folder, "red.onnx"));
  }
  run(app, "npm", "ci", "--no-audit", "--no-fund");
  run(app, "npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", tarball);
  const output = run(app, "npm", "run", "--if-present", "build");
  const warnings = output
    .split("\n")
    .filter((line) => /warn/i.test(line) && !/npm warn/.test(line));
  if (warnings.length > 0) fail(`${name} is built with warnings`, warnings.join("\n"));
  return app;
}

function serveFolder(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, ORIGIN);
    try {
      const path = pathname === "/" ? "/index.html" : decodeURIComponent(pathname);
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/html" }).end("not found");
    }
  }).listen(PORT, "localhost");
  return () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
}

async function serveScript(app, script) {
  const child = spawn("npm", ["run", script], { cwd: app, stdio: "ignore", detached: true });
  for (let tries = 0; tries < 100; tries++) {
    try {
      await fetch(ORIGIN);
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  return () =>
    new Promise((resolve) => {
      child.on("exit", resolve);
      process.kill(-child.pid);
    });
}

/** Opens the app and waits for its title; any request elsewhere and any complaint is a failure. */
async function visit(context, url, name) {
  const problems = [];
  const origin = new URL("/", url).href;
  context.on("request", (request) => {
    const its = request.url();
    if (!its.startsWith(origin) && !its.startsWith("blob:")) problems.push(`asked for ${its}`);
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    const isFavicon = message.location().url.endsWith("/favicon.ico");
    if (["warning", "error"].includes(message.type()) && !isFavicon) problems.push(message.text());
  });
  const began = performance.now();
  await page.goto(url);
  await page
    .waitForFunction((title) => document.title === title, TITLE, { timeout: 60_000 })
    .catch(() => {
      problems.push(`the title did not become "${TITLE}"`);
    });
  if (problems.length > 0) fail(`${name} does not work`, problems.join("\n"));
  say(`${name}: ${TITLE}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

async function visitServed(name, stop) {
  const browser = await chromium.launch({ executablePath: setUpChromium(), args: CHROMIUM_ARGS });
  try {
    await visit(await browser.newContext(), `${ORIGIN}/`, name);
  } finally {
    await browser.close();
    await stop();
  }
}

async function visitExtension(app) {
  const folder = join(app, "out");
  const args = [
    ...CHROMIUM_ARGS,
    `--disable-extensions-except=${folder}`,
    `--load-extension=${folder}`,
  ];
  const context = await chromium.launchPersistentContext("", {
    executablePath: setUpChromium(),
    channel: undefined,
    args,
    headless: true,
  });
  const hash = createHash("sha256").update(folder).digest("hex").slice(0, 32);
  const id = [...hash]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
    .join("");
  try {
    await visit(context, `chrome-extension://${id}/page.html`, "extension");
  } finally {
    await context.close();
  }
}

/** Apps without a page cut out the photo by a script of theirs. */
function checkScript(app, name) {
  const began = performance.now();
  const output = run(app, "npm", "run", "check");
  if (!output.includes(TITLE)) fail(`${name} does not work`, output);
  say(`${name}: ${TITLE}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

const all = readdirSync(APPS);
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !all.includes(name));
if (unknown) fail(`there is no app "${unknown}"`, `Apps: ${all.join(", ")}`);
const packed = mkdtempSync(join(tmpdir(), "cleancut-"));
run(ROOT, "npm", "pack", "--ignore-scripts", "--pack-destination", packed);
const tarball = join(packed, readdirSync(packed)[0]);
for (const name of wanted.length > 0 ? wanted : all) {
  const app = make(name, tarball);
  const { scripts } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));
  if (scripts.check) {
    checkScript(app, name);
    continue;
  }
  if (name === "extension") await visitExtension(app);
  for (const [script] of name === "extension" ? [] : (SERVERS[name] ?? [[]])) {
    const stop = script ? await serveScript(app, script) : serveFolder(join(app, "out"));
    await visitServed(script ? `${name} ${script}` : name, stop);
  }
  rmSync(join(app, ".."), { recursive: true, force: true });
}
rmSync(packed, { recursive: true, force: true });
