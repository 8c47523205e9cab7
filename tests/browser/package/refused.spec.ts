/** What wasm refuses, the browser hides, or nobody can read: who is asked, and what is said. */

import { expect, test } from "@playwright/test";

import { BALL, bytesOf, load, MUG, ORIGIN, open, SMALL } from "./open.js";

/** A WebP whose header speaks of EXIF that no chunk holds. */
function claimingExif(): number[] {
  const plain = Buffer.from(bytesOf("lossy.webp"));
  const head = Buffer.alloc(18);
  head.write("VP8X");
  head.writeUInt32LE(10, 4);
  head[8] = 0x08;
  const chunk = plain.indexOf("VP8 ");
  head.writeUIntLE(plain.readUInt16LE(chunk + 14) - 1, 12, 3);
  head.writeUIntLE(plain.readUInt16LE(chunk + 16) - 1, 15, 3);
  const file = Buffer.concat([plain.subarray(0, 12), head, plain.subarray(chunk)]);
  file.writeUInt32LE(file.length - 8, 4);
  return [...file];
}

test("what wasm refuses is shown by the browser, what is truncated is not", async ({ page }) => {
  await open(page, { "content-security-policy": "" });
  const outcome = await page.evaluate(
    async ({ odd, mug, small }) => {
      const size = (input: Parameters<typeof cleancut.segment>[0]) =>
        cleancut.segment(input).then(
          ({ width, height }) => `${width}x${height}`,
          ({ code, message }) => `${code}: ${message}`,
        );
      const core = await import(new URL("/dist/core.js", location.href).href);
      const here = await core.segment(new Uint8Array(odd));
      const cut = (bytes: number[], share: number) =>
        size(new Uint8Array(bytes.slice(0, Math.floor(bytes.length * share))));
      const image = new Image();
      image.src = URL.createObjectURL(new Blob([new Uint8Array(odd)]));
      return {
        odd: await size(new Uint8Array(odd)),
        here: `${here.width}x${here.height}`,
        image: await size(image),
        cut: await Promise.all([odd, mug, small].map((bytes) => cut(bytes, 0.6))),
        nothing: await size(new TextEncoder().encode("RIFF\x04\0\0\0WEBP")),
      };
    },
    { odd: claimingExif(), mug: MUG, small: SMALL },
  );
  expect(outcome).toMatchObject({ odd: "64x48", here: "64x48", image: "64x48" });
  for (const error of outcome.cut) expect(error).toMatch(/^decode: cannot decode this/);
  expect(outcome.nothing).toMatch(/^decode: cannot decode this WebP file/);
});

test("an image on screen is taken as it is seen when its file cannot be", async ({ page }) => {
  await open(page, { "content-security-policy": "" });
  const photo = "tests/fixtures/ball.jpg";
  let asked = 0;
  await page.route("**/once", (route) => {
    asked += 1;
    return asked === 1
      ? route.fulfill({ path: photo, contentType: "image/jpeg" })
      : route.fulfill({ body: "<!doctype html>log in", contentType: "text/html" });
  });
  await page.route("**/drawing", (route) =>
    route.fulfill({
      contentType: "image/svg+xml",
      body: `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><circle r="9"/></svg>`,
    }),
  );
  const sizes = await page.evaluate(async (ball) => {
    const revoked = URL.createObjectURL(new Blob([new Uint8Array(ball)]));
    const sizes: Record<string, string> = {};
    for (const source of ["/once", "/drawing", revoked]) {
      const image = new Image();
      image.src = source;
      await image.decode();
      if (source === revoked) URL.revokeObjectURL(source);
      const { width, height } = await cleancut.segment(image);
      sizes[source.slice(0, 8)] = `${width}x${height}`;
    }
    return sizes;
  }, BALL);
  expect(sizes).toEqual({ "/once": "320x240", "/drawing": "40x30", "blob:htt": "320x240" });
});

test("pictures of another origin say CORS, and nothing else is lost", async ({ page }) => {
  await open(page, { "content-security-policy": "" });
  const foreign = "http://elsewhere.localhost:4180/tests/fixtures/mug.jpg";
  const outcome = await page.evaluate(
    async ({ foreign, small }) => {
      const image = new Image();
      image.src = foreign;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      const inputs = {
        image,
        canvas,
        bitmap: await createImageBitmap(image),
        url: foreign,
        opaque: await fetch(foreign, { mode: "no-cors" }),
      };
      const core = await import(new URL("/dist/core.js", location.href).href);
      const inline = await import(new URL("/dist/inline.js", location.href).href);
      const told: string[] = [];
      const lost: string[] = [];
      for (const entry of [cleancut, core, inline]) {
        const held = await entry.segment(new Uint8Array(small));
        for (const input of Object.values(inputs)) {
          for (const options of [{}, { background: { image: input } }]) {
            const photo = "background" in options ? new Uint8Array(small) : input;
            const error = await entry.removeBackground(photo, options).catch((e: unknown) => e);
            told.push(`${error.code}: ${error.message} ${error.hint}`);
          }
        }
        await held.toBlob().catch(({ code }: { code: string }) => lost.push(code));
      }
      return { told, lost, workers: window.workers.length };
    },
    { foreign, small: SMALL },
  );
  expect(outcome.told).toHaveLength(30);
  for (const error of outcome.told) expect(error).toMatch(/^(fetch|input): .*CORS/);
  expect(outcome).toMatchObject({ lost: [], workers: 1 });
});

test("a transfer that fails ends its request alone", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(async (small) => {
    const held = await cleancut.segment(new Uint8Array(small));
    window.tamper = (message) => {
      const { takes } = message as { takes?: { photo?: unknown } };
      if (takes?.photo) takes.photo = { kind: "file", bytes: { buffer: () => {} } };
    };
    const errors = [0, 1].map(() =>
      cleancut.removeBackground(new Uint8Array(small)).catch((error) => error),
    );
    const codes = (await Promise.all(errors)).map(({ code }) => code);
    window.tamper = undefined;
    const { type } = await held.toBlob();
    const again = await cleancut.removeBackground(new Uint8Array(small));
    return { codes, types: [type, again.type], workers: window.workers.length };
  }, SMALL);
  expect(outcome).toEqual({
    codes: ["input", "input"],
    types: ["image/png", "image/png"],
    workers: 1,
  });
});

test("a canvas that is falsified is told, its files are taken", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(
    async ({ bmp, small }) => {
      const original = OffscreenCanvasRenderingContext2D.prototype.getImageData;
      OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...args) {
        const pixels = original.apply(this, args);
        pixels.data.forEach((value, at) => {
          pixels.data[at] = value ^ (at % 7);
        });
        return pixels;
      };
      const { removeBackground } = await import(new URL("/dist/core.js", location.href).href);
      const { code, message } = await removeBackground(new Uint8Array(bmp)).catch((e: Error) => e);
      const { type } = await removeBackground(new Uint8Array(small));
      return { told: `${code}: ${message}`, type };
    },
    { bmp: bytesOf("rgb.bmp"), small: SMALL },
  );
  expect(outcome).toEqual({
    told: "input: this browser falsifies the pixels of canvases",
    type: "image/png",
  });
});

test("data: URLs need no request, base64 is no URL, callers' words are cut", async ({ page }) => {
  const requests: string[] = [];
  await open(page);
  page.on("request", (request) => requests.push(request.url()));
  const outcome = await page.evaluate(async (small) => {
    const base64 = btoa(String.fromCharCode(...small));
    const remove = (input: string, options = {}) =>
      cleancut.removeBackground(input, options).then(
        ({ type }) => type,
        ({ code, message }) => `${code}: ${message}`,
      );
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    return {
      url: await remove(image.src),
      image: (await cleancut.removeBackground(image)).type,
      text: await remove("data:text/plain,no%20photo"),
      broken: await remove("data:image/png;base64,*"),
      bare: [
        await remove(base64),
        await remove(base64.repeat(9)),
        await remove("/9j/".repeat(200)),
      ],
      long: [
        await remove(`/missing/${"x".repeat(4000)}?`),
        await remove(`http://${"x".repeat(4000)}.invalid/`),
        await remove(image.src, { background: "x".repeat(4000) }),
        await remove(image.src, { ["x".repeat(4000)]: 1 }),
      ],
    };
  }, SMALL);
  expect(outcome.url).toBe("image/png");
  expect(outcome.image).toBe("image/png");
  expect(outcome.text).toMatch(/^unsupported-format: a text file/);
  expect(outcome.broken).toMatch(/^input: the data: URL/);
  for (const error of outcome.bare)
    expect(error).toMatch(/^input: ".{40,80}" is base64, not a URL/);
  for (const error of outcome.long) {
    expect(error).toMatch(/^(fetch|option): /);
    expect(error.match(/x*/g)?.reduce((most, run) => Math.max(most, run.length), 0)).toBeLessThan(
      81,
    );
  }
  expect(requests.filter((url) => !/\/dist\/|x{9}/.test(url))).toEqual([]);
});

test("the wasm is named as published, or told why it does not run", async ({ page }) => {
  await page.goto(`${ORIGIN}/blank`);
  await load(page);
  const backends = await page.evaluate(async (small) => {
    const found: Record<string, string> = {};
    for (const wasm of ["/dist/wasm/simd.wasm", "/dist/wasm/relaxed.wasm", undefined]) {
      const remover = await cleancut.createRemover({ assets: { wasm } });
      const cutout = await remover.segment(new Uint8Array(small));
      found[wasm?.slice(11) ?? "own"] = cutout.backend;
      await remover.dispose();
    }
    const inline = await import(new URL("/dist/inline.js", location.href).href);
    found.inline = (await inline.segment(new Uint8Array(small))).backend;
    return found;
  }, SMALL);
  expect(backends).toEqual({
    "simd.wasm": "simd",
    "relaxed.wasm": "relaxed",
    own: "relaxed",
    inline: "simd",
  });
});
