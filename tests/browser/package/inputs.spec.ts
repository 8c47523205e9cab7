/** Every kind of input, in a real page. */

import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { decode } from "fast-png";

import { bytesOf, open, SMALL } from "./open.js";

/** The same picture in Display P3's own values: `[48, 64, 3]`. */
const { data: P3 } = decode(readFileSync("tests/fixtures/display-p3.png"));

test("every kind of input is taken, with its colours", async ({ page }) => {
  await open(page);
  const found = await page.evaluate(
    async ({ small, p3 }) => {
      const bytes = new Uint8Array(small);
      const blob = new Blob([bytes], { type: "image/png" });
      const bitmap = await createImageBitmap(blob);
      const { width, height } = bitmap;
      const canvas = document.createElement("canvas");
      const offscreen = new OffscreenCanvas(width, height);
      for (const each of [canvas, offscreen]) {
        each.width = width;
        each.height = height;
        const context = each.getContext("2d") as CanvasRenderingContext2D;
        context.drawImage(bitmap, 0, 0);
      }
      const imageData = offscreen.getContext("2d")?.getImageData(0, 0, width, height) as ImageData;
      const image = new Image();
      image.src = "/tests/fixtures/rgb.png";
      const wide = new ImageData(width, height, { colorSpace: "display-p3" });
      for (let at = 0; at < width * height; at++) {
        wide.data.set([...p3.slice(3 * at, 3 * at + 3), 255], 4 * at);
      }
      const inputs = {
        Blob: blob,
        File: new File([bytes], "rgb.png"),
        ArrayBuffer: bytes.slice().buffer,
        view: new DataView(bytes.buffer),
        ImageData: imageData,
        "ImageData in Display P3": wide,
        ImageBitmap: bitmap,
        HTMLImageElement: image,
        HTMLCanvasElement: canvas,
        OffscreenCanvas: offscreen,
        VideoFrame: new VideoFrame(canvas, { timestamp: 0 }),
        Response: await fetch("/tests/fixtures/rgb.png"),
        URL: new URL("/tests/fixtures/rgb.png", location.href),
        "relative URL": "tests/fixtures/rgb.png",
        Pixels: { data: imageData.data, width, height },
      };
      const remover = await cleancut.createRemover();
      const everything = [{ x: width / 2, y: height / 2 }];
      /** The picture as the engine has it: everything is kept. */
      const seen = async (input: Parameters<typeof cleancut.segment>[0]) => {
        const cutout = await remover.segment(input);
        const whole = await cutout.edit([{ mode: "keep", points: everything, radius: 200 }]);
        const pixels = await whole.toPixels();
        if (pixels.width !== width || pixels.height !== height) throw new Error("another size");
        cutout.dispose();
        whole.dispose();
        return pixels.data;
      };
      const results: Record<string, number> = {};
      for (const [name, input] of Object.entries(inputs)) {
        const data = await seen(input);
        results[name] = data.reduce((most, value, at) => {
          return Math.max(most, Math.abs(value - (imageData.data[at] ?? 0)));
        }, 0);
      }
      if (bitmap.width === 0 || bytes.length === 0) throw new Error("an input was taken away");
      return results;
    },
    { small: SMALL, p3: [...P3] },
  );
  for (const [name, difference] of Object.entries(found)) {
    expect(difference, name).toBeLessThanOrEqual(name.includes("P3") ? 1 : 0);
  }
  expect(Object.keys(found)).toHaveLength(15);
});

test("what only the browser decodes goes through it; the rest is named", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(
    async ({ avif, bmp }) => {
      const size = async (bytes: number[]) => {
        const { width, height } = await cleancut.segment(new Uint8Array(bytes));
        return [width, height];
      };
      const code = async (input: Parameters<typeof cleancut.segment>[0], options = {}) => {
        const error = await cleancut.segment(input, options).catch((error) => error);
        return `${error.code}: ${error.message}`;
      };
      const text = (words: string) => new TextEncoder().encode(words);
      const tainted = document.createElement("img");
      tainted.src = "/no/such.png";
      return {
        avif: await size(avif),
        bmp: await size(bmp),
        heic: await code(text("\0\0\0\x18ftypheic\0\0\0\0mif1heic")),
        words: await code(text("no photo")),
        tooLarge: await code(new Uint8Array(bmp), { maxPixels: 10 }),
        missing: await code("/no/such.png"),
        elsewhere: await code("https://elsewhere.invalid/photo.png"),
        broken: await code(tainted),
        object: await code({} as Blob),
        empty: await code(new OffscreenCanvas(0, 0)),
      };
    },
    { avif: bytesOf("rgb.avif"), bmp: bytesOf("rgb.bmp") },
  );
  expect(outcome.avif).toEqual([64, 48]);
  expect(outcome.bmp).toEqual([64, 48]);
  expect(outcome.heic).toMatch(/^unsupported-format: a HEIC image is not supported/);
  expect(outcome.words).toMatch(/^unsupported-format: a text file/);
  expect(outcome.tooLarge).toMatch(/^too-large: image is 64x48 px/);
  expect(outcome.missing).toMatch(/^fetch: .*\/no\/such\.png answered 404/);
  expect(outcome.elsewhere).toMatch(/^fetch: https:\/\/elsewhere\.invalid\/photo\.png could not/);
  expect(outcome.broken).toMatch(/^input: the image has not loaded/);
  expect(outcome.object).toMatch(/^input: the argument \(Object\) is not a picture/);
  expect(outcome.empty).toMatch(/^input: the picture cannot be read/);
});
