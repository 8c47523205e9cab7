/**
 * The package's and the page's main ways in Firefox and in WebKitGTK, which is close to Safari: the
 * bytes are those of the command line. Chromium has tests/browser/ to itself.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { preview } from "../../tools/lab.mjs";
import { ROOT } from "../../tools/step.mjs";
import { targetFolder } from "../../tools/wasm.mjs";
import { launchFirefox } from "./firefox.mjs";
import { launchWebKit } from "./webkit.mjs";

/** `tools/test.mjs` names what is there. */
const { CLEANCUT_FIREFOX, CLEANCUT_WEBKIT } = process.env;
const ENGINES = {
  ...(CLEANCUT_FIREFOX && { Firefox: () => launchFirefox(CLEANCUT_FIREFOX) }),
  ...(CLEANCUT_WEBKIT && { WebKitGTK: () => launchWebKit(CLEANCUT_WEBKIT) }),
};
const [PACKAGE_PORT, PAGE_PORT] = [4181, 4182];
const ORIGIN = `http://localhost:${PACKAGE_PORT}`;
/** What the pages ask for, inside the folder that is served. */
const GIVEN = join(ROOT, "build", "engines");
const FIXTURES = [
  "mug.jpg",
  "rgb.png",
  "rgba.png",
  "orientation-6.jpg",
  "lossless.webp",
  "display-p3.webp",
];
const PHOTOS = join(ROOT, "..", "shared", "photos");
const IN_A_ROW = 20;

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const native = join(targetFolder(), "debug", "cleancut");
const expected = new Map();

/** The hash of what the command line makes of a given file. */
function hashOf(name, ...options) {
  const key = [name, ...options].join(" ");
  if (!expected.has(key)) {
    // The WebP encoder sorts unstably, so its bytes, not its pixels, depend on the size of a pointer.
    const [program, ...script] = options.includes("--format=webp")
      ? [process.execPath, join(ROOT, "dist/cli.js")]
      : [native];
    const args = [...script, join(GIVEN, name), "-o", "-", ...options];
    expected.set(key, sha256(execFileSync(program, args, { maxBuffer: 1e9 })));
  }
  return expected.get(key);
}

/** Runs in a page: the SHA-256 of a file or of bytes as `hash(file)`, hexadecimal. */
function knowHash() {
  globalThis.hash = async (file) => {
    const bytes = file instanceof Blob ? await file.arrayBuffer() : file;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
}

/** Twenty real photos, or fixtures over and over where there are none. */
function photosInARow() {
  const isThere = existsSync(PHOTOS);
  if (!isThere) console.log(`${PHOTOS} is not there: fixtures are cut out in a row instead`);
  const found = isThere
    ? readdirSync(PHOTOS)
        .filter((name) => name.endsWith(".jpg"))
        .sort()
    : [];
  for (const name of found.slice(0, IN_A_ROW)) copyFileSync(join(PHOTOS, name), join(GIVEN, name));
  const names = found.length > 0 ? found : FIXTURES;
  return Array.from({ length: IN_A_ROW }, (_, index) => names[index % names.length]);
}

const servers = [];
let row;

before(async () => {
  rmSync(GIVEN, { recursive: true, force: true });
  mkdirSync(GIVEN, { recursive: true });
  for (const name of FIXTURES) copyFileSync(join(ROOT, "tests/fixtures", name), join(GIVEN, name));
  row = photosInARow();
  const large = ["--size=4000x3000", "--background-image", join(GIVEN, "mug.jpg")];
  execFileSync(native, [join(GIVEN, "mug.jpg"), "-o", join(GIVEN, "large.jpg"), ...large]);
  const script = join(ROOT, "tests/browser/serve.mjs");
  servers.push(spawn(process.execPath, [script, String(PACKAGE_PORT)], { stdio: "ignore" }));
});

after(() => {
  for (const server of servers) server.kill();
});

for (const [name, start] of Object.entries(ENGINES)) {
  describe(name, () => {
    let browser;
    before(async () => {
      browser = await start();
    });
    after(() => browser?.close());

    /** A blank page with the package, and what tests there share. */
    const open = async () => {
      await browser.goto(`${ORIGIN}/blank`);
      await browser.evaluate(knowHash);
      await browser.evaluate(async () => {
        globalThis.cleancut = await import(new URL("/dist/index.js", location.href).href);
        globalThis.given = async (name) => {
          const bytes = await (await fetch(`/build/engines/${name}`)).arrayBuffer();
          return new File([bytes], name);
        };
      });
    };

    test("files of every format, and of 12 megapixels, are the command line's to the byte", async () => {
      await open();
      for (const photo of [...FIXTURES, "large.jpg"]) {
        const found = await browser.evaluate(
          async (photo) => hash(await cleancut.removeBackground(await given(photo))),
          photo,
        );
        assert.equal(found, hashOf(photo), photo);
      }
      for (const [options, ...words] of [
        [{ format: "webp" }, "--format=webp"],
        [{ format: "jpeg", background: "blur" }, "--format=jpeg", "--background=blur"],
        [{ channels: "alpha" }, "--channels=alpha"],
        [{ preset: "amazon", shadow: "soft" }, "--preset=amazon", "--shadow=soft"],
        [{ model: "small" }, "--model=small"],
      ]) {
        const found = await browser.evaluate(
          async (options) => hash(await cleancut.removeBackground(await given("mug.jpg"), options)),
          options,
        );
        assert.equal(found, hashOf("mug.jpg", ...words), words.join(" "));
      }
    });

    test("twenty photos in a row are the command line's to the byte", async () => {
      await open();
      const found = await browser.evaluate(async (row) => {
        const hashes = [];
        for (const photo of row) {
          const made = cleancut.removeBackground(await given(photo));
          hashes.push(await made.then(hash, ({ code }) => code));
        }
        return hashes;
      }, row);
      for (const [index, photo] of row.entries()) {
        if (found[index] === "no-subject") assert.throws(() => hashOf(photo), photo);
        else assert.equal(found[index], hashOf(photo), photo);
      }
    });

    test("inputs of every kind give what the file gives", async () => {
      await open();
      const { wrong, kinds } = await browser.evaluate(async () => {
        const file = await given("rgb.png");
        const want = await hash(await cleancut.removeBackground(file));
        const bitmap = await createImageBitmap(file);
        const { width, height } = bitmap;
        const canvas = Object.assign(document.createElement("canvas"), { width, height });
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        const offscreen = new OffscreenCanvas(width, height);
        offscreen.getContext("2d").drawImage(bitmap, 0, 0);
        const pixels = offscreen.getContext("2d").getImageData(0, 0, width, height);
        const image = new Image();
        image.src = "/build/engines/rgb.png";
        const bytes = await file.arrayBuffer();
        const inputs = {
          blob: new Blob([bytes]),
          buffer: bytes,
          view: new DataView(bytes),
          imageData: pixels,
          pixels: { data: pixels.data, width, height },
          bitmap,
          image,
          canvas,
          offscreen,
          videoFrame: new VideoFrame(canvas, { timestamp: 0 }),
          response: await fetch("/build/engines/rgb.png"),
          url: new URL("/build/engines/rgb.png", location.href),
          text: "/build/engines/rgb.png",
        };
        const wrong = [];
        for (const [kind, input] of Object.entries(inputs)) {
          const made = cleancut.removeBackground(input).then(hash, (error) => error.message);
          if ((await made) !== want) wrong.push(`${kind}: ${await made}`);
        }
        inputs.videoFrame.close();
        return { wrong, kinds: Object.keys(inputs).length };
      });
      assert.deepEqual(wrong, []);
      assert.equal(kinds, 13);
    });

    test("the colours under alpha are read exactly", async () => {
      await open();
      const differing = await browser.evaluate(async () => {
        const [width, height] = [256, 64];
        const data = new Uint8ClampedArray(4 * width * height);
        for (let i = 0; i < width * height; i++) {
          data.set([(7 * i) & 255, (31 * (i >> 8)) & 255, (i * i) & 255, i & 255], 4 * i);
        }
        const whole = async (input) => {
          const cutout = await cleancut.segment(input);
          const all = { mode: "keep", points: [{ x: 10, y: 10 }], radius: 5000, hardness: 1 };
          const edited = await cutout.edit([all]);
          return (await edited.toPixels()).data;
        };
        const straight = await whole({ data, width, height });
        const imageData = await whole(new ImageData(data.slice(), width, height));
        return straight.filter((value, index) => value !== imageData[index]).length;
      });
      assert.equal(differing, 0);
    });

    test("the other entry points give the same; a batch goes past a bad file", async () => {
      await open();
      const hashes = await browser.evaluate(async () => {
        const photo = await given("mug.jpg");
        const entry = (name) => import(new URL(`/dist/${name}.js`, location.href).href);
        const of = async (name) => hash(await (await entry(name)).removeBackground(photo));
        return [await of("core"), await of("inline"), await of("inline-small")];
      });
      const small = hashOf("mug.jpg", "--model=small");
      assert.deepEqual(hashes, [hashOf("mug.jpg"), hashOf("mug.jpg"), small]);
      const items = await browser.evaluate(async () => {
        const remover = await cleancut.createRemover({ workers: 2 });
        const photo = await given("rgb.png");
        const items = [];
        for await (const item of remover.batch([photo, new Blob(["no"]), photo])) {
          items.push(item.ok ? await hash(item.blob) : item.error.code);
        }
        await remover.dispose();
        return items;
      });
      assert.deepEqual(items, [hashOf("rgb.png"), "unsupported-format", hashOf("rgb.png")]);
    });

    test("aborting ends at once in every phase, and the next call works", async () => {
      await open();
      const outcomes = await browser.evaluate(async () => {
        const photo = await given("large.jpg");
        const outcomes = [];
        for (const phase of ["decode", "inference", "matte", "encode"]) {
          const controller = new AbortController();
          const onProgress = (progress) => progress.phase === phase && controller.abort("enough");
          const made = cleancut.removeBackground(photo, { signal: controller.signal, onProgress });
          outcomes.push(await made.then(() => "made", String));
        }
        const signal = AbortSignal.timeout(20);
        const late = cleancut.removeBackground(photo, { signal });
        outcomes.push(
          await late.then(
            () => "made",
            ({ name }) => name,
          ),
        );
        return [...outcomes, await hash(await cleancut.removeBackground(await given("rgb.png")))];
      });
      const enough = ["enough", "enough", "enough", "enough"];
      assert.deepEqual(outcomes, [...enough, "TimeoutError", hashOf("rgb.png")]);
    });

    test("wasm and model are kept, and forgotten when that is asked for", async () => {
      await open();
      const kept = await browser.evaluate(async () => {
        await cleancut.clearCache();
        const before = await cleancut.isCached();
        await (await cleancut.createRemover()).preload();
        const after = await cleancut.isCached();
        const { bytesToDownload, simd } = await cleancut.capabilities();
        await cleancut.clearCache();
        return [before, after, bytesToDownload, simd, await cleancut.isCached()];
      });
      assert.deepEqual(kept, [false, true, 0, true, false]);
    });

    test("element and attach post the cut-out under the photo's name", async () => {
      for (const kind of ["element", "attach"]) {
        await open();
        await browser.evaluate(async (kind) => {
          const entry = (name) => import(new URL(`/dist/${name}.js`, location.href).href);
          const form = document.createElement("form");
          const isElement = kind === "element";
          const field = document.createElement(isElement ? "cleancut-input" : "input");
          Object.assign(field, isElement ? {} : { type: "file" });
          field.setAttribute("name", "photo");
          form.append(field);
          document.body.append(form);
          if (isElement) (await entry("element")).define();
          else (await entry("attach")).attach(field);
          globalThis.outcome = new Promise((settle) => {
            form.addEventListener("cleancut", () => settle("cut"));
            form.addEventListener("cleancuterror", ({ detail }) => settle(detail.error.message));
          });
          const transfer = new DataTransfer();
          transfer.items.add(new File([await given("mug.jpg")], "mug.jpg", { type: "image/jpeg" }));
          if (isElement) {
            const drop = new DragEvent("drop", { bubbles: true, cancelable: true });
            Object.defineProperty(drop, "dataTransfer", { value: transfer });
            field.dispatchEvent(drop);
          } else {
            field.files = transfer.files;
            field.dispatchEvent(new Event("change", { bubbles: true }));
          }
        }, kind);
        const fields = await browser.evaluate(async () => {
          const how = await outcome;
          if (how !== "cut") throw new Error(how);
          const body = new FormData(document.querySelector("form"));
          return (await fetch("/upload", { method: "POST", body })).json();
        });
        assert.equal(fields[0].name, "mug.png", kind);
        assert.equal(fields[0].sha256, hashOf("mug.jpg"), kind);
      }
    });

    test("the page cuts out what is chosen and pasted, also without its server", async () => {
      const server = await preview(PAGE_PORT + Object.keys(ENGINES).indexOf(name));
      const page = server.spawnargs.find((arg) => arg.startsWith("--port=")).slice(7);
      const prepare = async () => {
        await browser.goto(`http://localhost:${page}/`);
        await browser.evaluate(knowHash);
        await browser.evaluate(() => {
          globalThis.saved = [];
          const blobs = new Map();
          const { createObjectURL } = URL;
          URL.createObjectURL = (blob) => {
            const url = createObjectURL.call(URL, blob);
            blobs.set(url, blob);
            return url;
          };
          HTMLAnchorElement.prototype.click = function () {
            saved.push(blobs.get(this.href));
          };
          globalThis.hashSaved = async () => {
            const stage = document.getElementById("stage");
            const isBusy = () => stage.getAttribute("aria-busy") !== "false";
            const count = () => document.querySelectorAll("#items button").length;
            const before = saved.length;
            while (count() <= before || isBusy()) {
              await new Promise((settle) => setTimeout(settle, 50));
            }
            const buttons = [...document.querySelectorAll("button")];
            buttons.find((button) => button.textContent.trim() === "Save").click();
            while (saved.length === before) await new Promise((settle) => setTimeout(settle, 20));
            return hash(saved.at(-1));
          };
        });
      };
      try {
        await prepare();
        await browser.setFiles("#file", join(GIVEN, "mug.jpg"));
        assert.equal(await browser.evaluate(() => hashSaved()), hashOf("mug.jpg"));
        const bytes = [...readFileSync(join(GIVEN, "rgb.png"))];
        const pasted = await browser.evaluate((bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "rgb.png", { type: "image/png" }));
          const paste = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
          Object.defineProperty(paste, "clipboardData", { value: transfer });
          document.dispatchEvent(paste);
          return hashSaved();
        }, bytes);
        assert.equal(pasted, hashOf("rgb.png"));
        await browser.evaluate(async () => {
          await navigator.serviceWorker.ready;
          const cost = document.getElementById("cost");
          while (!/without any network/.test(cost.textContent)) {
            await new Promise((settle) => setTimeout(settle, 50));
          }
        });
      } finally {
        server.kill();
      }
      await setTimeout(200);
      await prepare();
      await browser.setFiles("#file", join(GIVEN, "mug.jpg"));
      assert.equal(await browser.evaluate(() => hashSaved()), hashOf("mug.jpg"));
    });
  });
}
