/** What comes from an iframe is taken as the page's own. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";

import { type Field, open, SMALL } from "./open.js";

const MUG = "tests/fixtures/mug.jpg";

test("every kind of input of another realm", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(async (small) => {
    const frame = document.body.appendChild(document.createElement("iframe"));
    const realm = frame.contentWindow as Window & typeof globalThis;
    const bytes = realm.Uint8Array.from(small);
    const blob = new realm.Blob([bytes], { type: "image/png" });
    const bitmap = await realm.createImageBitmap(blob);
    const { width, height } = bitmap;
    const canvas = realm.document.createElement("canvas");
    const offscreen = new realm.OffscreenCanvas(width, height);
    Object.assign(canvas, { width, height });
    for (const each of [canvas, offscreen]) {
      (each.getContext("2d") as CanvasRenderingContext2D).drawImage(bitmap, 0, 0);
    }
    const imageData = offscreen.getContext("2d")?.getImageData(0, 0, width, height) as ImageData;
    const image = new realm.Image();
    image.src = new URL("/tests/fixtures/rgb.png", location.href).href;
    const inputs = {
      Blob: blob,
      File: new realm.File([bytes], "rgb.png"),
      ArrayBuffer: bytes.buffer,
      SharedArrayBuffer: new Uint8Array(small).buffer,
      view: bytes,
      ImageData: imageData,
      ImageBitmap: bitmap,
      HTMLImageElement: image,
      HTMLCanvasElement: canvas,
      OffscreenCanvas: offscreen,
      VideoFrame: new realm.VideoFrame(canvas, { timestamp: 0 }),
      Response: await realm.fetch(new URL("/tests/fixtures/rgb.png", location.href)),
      URL: new realm.URL("/tests/fixtures/rgb.png", location.href),
    };
    const hash = async (blob: Blob) =>
      [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))].join();
    const expected = await hash(await cleancut.removeBackground(new Uint8Array(small)));
    const remover = await cleancut.createRemover({
      assets: new realm.URL("/dist/wasm", location.href),
    });
    const { signal } = new realm.AbortController();
    const wrong: string[] = [];
    for (const [name, input] of Object.entries(inputs)) {
      const found = await remover.remove(input, { signal }).then(hash, (error) => `${error}`);
      if (found !== expected) wrong.push(`${name}: ${found}`);
    }
    const ground = { image: blob as Blob };
    const { type } = await remover.remove(blob, { background: ground });
    await remover.dispose();
    return { wrong, type };
  }, SMALL);
  expect(outcome).toEqual({ wrong: [], type: "image/png" });
});

test("ImageData with alpha is read exactly", async ({ page }) => {
  await open(page);
  const differing = await page.evaluate(async () => {
    const pixels = new ImageData(64, 64);
    pixels.data.forEach((_, at) => {
      pixels.data[at] = (at * 37) % 251;
    });
    const bare = { data: pixels.data, width: 64, height: 64 };
    Object.defineProperty(pixels, "colorSpace", { value: undefined });
    const maskOf = async (input: ImageData | typeof bare) => {
      const cutout = await cleancut.segment(input);
      const points = [{ x: 32, y: 32 }];
      const whole = await cutout.edit([{ mode: "keep", points, radius: 200, hardness: 1 }]);
      return (await whole.toPixels({ decontaminate: false })).data;
    };
    const [seen, expected] = [await maskOf(pixels), await maskOf(bare)];
    return seen.filter((value, at) => value !== expected[at]).length;
  });
  expect(differing).toBe(0);
});

for (const kind of ["attach", "element"]) {
  test(`${kind} inside an iframe holds that window's submit`, async ({ page }) => {
    await open(page);
    await page.evaluate(async (kind) => {
      const frame = document.body.appendChild(document.createElement("iframe"));
      const inner = frame.contentDocument as Document;
      const form = inner.body.appendChild(inner.createElement("form"));
      Object.assign(form, { action: "/upload", method: "post", enctype: "multipart/form-data" });
      const { attach } = await import(new URL("/dist/attach.js", location.href).href);
      const { define } = await import(new URL("/dist/element.js", location.href).href);
      define();
      if (kind === "attach") {
        const input = form.appendChild(inner.createElement("input"));
        Object.assign(input, { type: "file", name: "photo" });
        attach(input);
      } else {
        const element = document.createElement("cleancut-input");
        element.setAttribute("name", "photo");
        form.append(element);
        if (element.shadowRoot?.adoptedStyleSheets.length !== 1) throw new Error("it is bare");
      }
      form.append(inner.createElement("button"));
    }, kind);
    const [, frame] = page.frames();
    if (!frame) throw new Error("no frame");
    await frame.locator("input").setInputFiles(MUG);
    await frame.locator("form > button").click();
    await frame.waitForURL("**/upload");
    const [photo]: Field[] = JSON.parse((await frame.locator("body").textContent()) ?? "");
    expect(photo).toMatchObject({ name: "mug.png", type: "image/png" });
    expect(photo?.sha256).not.toBe(createHash("sha256").update(readFileSync(MUG)).digest("hex"));
  });
}
