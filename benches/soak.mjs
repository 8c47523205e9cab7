/**
 * `node benches/soak.mjs PART... [--engine=chromium] [--count=200]`: load that no test has time for.
 *
 * photos   `count` photos of mixed sizes and formats in one page, the network at 160 px: every answer the
 *          first one's bytes; megabytes of all of the browser's processes as they go
 * workers  `count` fresh workers, a photo each: every answer the first one's bytes
 * trouble  `count` rounds of a good photo, an aborted one, a corrupt one and a crash of the worker
 * tabs     eight pages at once, `count` photos each (Chromium)
 * phone    48 megapixels where wasm may take 512 MB (Chromium), and natively in 512 MB of address space
 */

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { pid } from "node:process";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";

import { launchFirefox } from "../tests/engines/firefox.mjs";
import { launchWebKit } from "../tests/engines/webkit.mjs";
import { launch } from "../tools/lab.mjs";
import { setUpFirefox, setUpWebKit } from "../tools/setup.mjs";
import { fail, ROOT } from "../tools/step.mjs";
import { targetFolder } from "../tools/wasm.mjs";

const PORT = 4188;
const ORIGIN = `http://localhost:${PORT}`;
const GIVEN = join(ROOT, "build", "soak");
const NATIVE = join(targetFolder(), "debug", "cleancut");
const PHONE_BYTES = 512 * 1024 * 1024;
const PHOTOS = [
  ...["mug.jpg", "rgb.png", "progressive.jpg", "lossless.webp", "orientation-6.jpg", "rgba.webp"],
  ...["cmyk.jpg", "grey16.png", "ball.jpg", "display-p3.webp", "palette.png", "lossy.webp"],
].map((name) => `tests/fixtures/${name}`);
/** The mug in other sizes and formats; the fixtures but for it and the ball are too plain for a subject. */
const MUGS = [
  "320x240.jpg",
  "240x320.png",
  "400x300.webp",
  "500x500.jpg",
  "640x480.png",
  "96x96.webp",
];
/** Among so many photos one is large. */
const LARGE_EVERY = 100;
const FIRST_LARGE = 24;

const ENGINES = {
  chromium: launchChromium,
  firefox: () => launchFirefox(setUpFirefox()),
  webkit: () => launchWebKit(setUpWebKit()),
};

async function launchChromium(flags = []) {
  const browser = await launch(flags);
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  return {
    browser,
    goto: (url) => page.goto(url),
    evaluate: (work, given) => page.evaluate(work, given),
    close: () => browser.close(),
  };
}

/** A blank page with the package as `cleancut`, and `hashed(promise)`: the answer's hash, or its error. */
async function open(page) {
  await page.goto(`${ORIGIN}/blank`);
  await page.evaluate(async () => {
    globalThis.cleancut = await import(new URL("/dist/index.js", location.href).href);
    const files = {};
    globalThis.given = async (path) => {
      files[path] ??= await (await fetch(`/${path}`)).arrayBuffer();
      return files[path];
    };
    globalThis.hashed = async (answer) => {
      try {
        const bytes = await (await answer).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        return Array.from(digest.slice(0, 8), (byte) => byte.toString(16)).join("");
      } catch (error) {
        return error.code && typeof error.code === "string" ? error.code : error.name;
      }
    };
  });
}

/** What the processes that this one started hold for themselves, MB; Linux. */
function megabytes() {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const field = (key) => Number(status.match(new RegExp(`^${key}:\\s+(\\d+)`, "m"))?.[1] ?? 0);
      const program = basename(readlinkSync(`/proc/${name}/exe`));
      parents.set(Number(name), { parent: field("PPid"), held: field("RssAnon"), program });
    } catch {
      // It ended meanwhile.
    }
  }
  const isOurs = (id) => id === pid || (parents.has(id) && isOurs(parents.get(id).parent));
  const all = [...parents].filter(
    ([id, { program }]) => id !== pid && program !== "node" && isOurs(id),
  );
  return Math.round(all.reduce((sum, [, { held }]) => sum + held, 0) / 1024);
}

async function photos(page, count) {
  const large = makeMug("large.jpg", "4000x3000");
  const mugs = MUGS.map((name) => makeMug(name, name.split(".")[0]));
  const some = [...PHOTOS, ...mugs];
  await open(page);
  console.log(`empty: ${megabytes()} MB`);
  await page.evaluate(async () => {
    globalThis.remover = await cleancut.createRemover();
    globalThis.first = {};
  });
  const sizes = [];
  let wrong = 0;
  for (let at = 0; at < count; at++) {
    const path = at % LARGE_EVERY === FIRST_LARGE ? large : some[at % some.length];
    const isRight = await page.evaluate(async (path) => {
      const answer = await hashed(remover.remove(await given(path), { inputSize: 160 }));
      first[path] ??= answer;
      return answer === first[path];
    }, path);
    if (!isRight) wrong += 1;
    sizes.push(megabytes());
    if ([1, 10, 50].includes(at + 1) || (at + 1) % 100 === 0) {
      console.log(`${String(at + 1).padStart(5)}  ${sizes.at(-1)} MB`);
    }
  }
  const mean = (part) => Math.round(part.reduce((sum, size) => sum + size, 0) / part.length);
  const answers = await page.evaluate(() => Object.entries(first).map((pair) => pair.join(" ")));
  console.log(`${wrong} of ${count} differ; ${answers.length} photos: ${answers.join(", ")}`);
  console.log(
    `mean MB of photos 51 to 150: ${mean(sizes.slice(50, 150))}, of the last 100: ${mean(sizes.slice(-100))}`,
  );
}

async function workers(page, count) {
  await open(page);
  const found = {};
  for (let at = 0; at < count; at++) {
    const answer = await page.evaluate(async () => {
      globalThis.photo ??= await given("tests/fixtures/ball.jpg");
      const remover = await cleancut.createRemover();
      const answer = await hashed(remover.remove(photo));
      remover.dispose();
      return answer;
    });
    found[answer] = (found[answer] ?? 0) + 1;
    if ((at + 1) % 50 === 0) console.log(`${at + 1} workers:`, found);
  }
}

async function trouble(page, count) {
  await page.goto(`${ORIGIN}/blank`);
  await page.evaluate(() => {
    // The engine panics on pixels that are fewer than they say: a real trap, in the worker.
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      const photo = message?.takes?.photo;
      if (photo?.kind === "pixels") photo.width = 5;
      return postMessage.call(this, message, ...rest);
    };
  });
  const found = {};
  await openInPlace(page);
  for (let round = 0; round < count; round++) {
    const words = await page.evaluate(async (round) => {
      globalThis.remover ??= await cleancut.createRemover();
      globalThis.good ??= await given("tests/fixtures/rgb.png");
      globalThis.expected ??= await hashed(remover.remove(good));
      const controller = new AbortController();
      const corrupt = good.slice(0, 60 + (round % 100));
      const broken = { data: new Uint8Array(64), width: 4, height: 4 };
      const answers = {
        good: hashed(remover.remove(good)),
        corrupt: hashed(remover.remove(corrupt)),
        aborted: hashed(remover.remove(good, { signal: controller.signal })),
        crashing: hashed(remover.remove(broken)),
        last: hashed(remover.remove(good)),
      };
      globalThis.setTimeout(() => controller.abort(), (round * 37) % 700);
      const words = [];
      for (const [kind, answer] of Object.entries(answers)) {
        const said = await answer;
        words.push(`${kind} ${said === expected ? "right" : said}`);
      }
      return words;
    }, round);
    for (const word of words) found[word] = (found[word] ?? 0) + 1;
  }
  console.log(`${count} rounds:`, found);
}

/** [`open`] without leaving the page. */
async function openInPlace(page) {
  await open({ goto: () => {}, evaluate: page.evaluate });
}

async function tabs({ browser }, count) {
  const pages = await Promise.all(Array.from({ length: 8 }, () => browser.newPage()));
  const answers = await Promise.all(
    pages.map(async (page) => {
      page.setDefaultTimeout(0);
      await open(page);
      return page.evaluate(
        async ({ count, photos }) => {
          const found = [];
          for (let at = 0; at < count; at++) {
            found.push(
              await hashed(cleancut.removeBackground(await given(photos[at % photos.length]))),
            );
          }
          return found.join();
        },
        { count, photos: PHOTOS },
      );
    }),
  );
  const same = new Set(answers).size === 1;
  console.log(
    `eight tabs, ${count} photos each: ${same ? "all answers equal" : "THEY DIFFER"}; ${megabytes()} MB`,
  );
}

async function phone() {
  const huge = makeMug("huge.jpg", "8000x6000");
  const page = await launchChromium([`--wasm-max-mem-pages=${PHONE_BYTES / 65536}`]);
  await open(page);
  const answers = await page.evaluate(async (huge) => {
    const answers = [await hashed(cleancut.removeBackground(await given(huge)))];
    const after = await given("tests/fixtures/mug.jpg");
    return [...answers, await hashed(cleancut.removeBackground(after))];
  }, huge);
  console.log(`48 megapixels with 512 MB of wasm: ${answers[0]}; the next photo: ${answers[1]}`);
  await page.close();
  const args = [`--as=${PHONE_BYTES}`, NATIVE, join(ROOT, huge), "-o", join(GIVEN, "huge.png")];
  const { status, signal, stderr } = spawnSync("prlimit", args, { encoding: "utf8" });
  console.log(`natively in 512 MB: ${signal ?? `exit ${status}`} ${stderr.trim()}`);
}

/** The mug on its blurred ground: a path inside the project. */
function makeMug(name, size) {
  mkdirSync(GIVEN, { recursive: true });
  const mug = join(ROOT, "tests/fixtures/mug.jpg");
  execFileSync(NATIVE, [mug, "-o", join(GIVEN, name), `--size=${size}`, "--background=blur"]);
  return `build/soak/${name}`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", default: "chromium" },
    count: { type: "string", default: "200" },
  },
});
const PARTS = { photos, workers, trouble, tabs, phone };
const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
if (unknown || !ENGINES[values.engine])
  fail(`there is no ${unknown ?? values.engine}`, "See the head of this file.");
const script = join(ROOT, "tests/browser/serve.mjs");
const server = spawn(process.execPath, [script, String(PORT)], { stdio: "ignore" });
await setTimeout(500);
try {
  for (const part of positionals) {
    if (part === "phone") await phone();
    else {
      const page = await ENGINES[values.engine]();
      await PARTS[part](page, Number(values.count));
      await page.close();
    }
  }
} finally {
  server.kill();
}
