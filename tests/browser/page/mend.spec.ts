/** The demo page at work: brush, batch, corrupt files, a very large photo, a reload in between. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

import {
  alphaAt,
  choose,
  cutOutNatively,
  drag,
  FIXTURES,
  type Given,
  given,
  MUG_JPG,
  press,
  RGB_PNG,
  saved,
  settled,
  status,
  unfold,
  unzip,
} from "./demo.js";

test("the brush erases and keeps; undo and redo go back and forth", async ({ page }) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  const plain = (await saved(page)).bytes;
  expect(alphaAt(plain, 360, 270)).toBe(255);
  await unfold(page, "Fix by hand");
  await press(page, "Erase");
  await drag(page, [
    [0.5, 0.4],
    [0.5, 0.6],
  ]);
  const erased = (await saved(page)).bytes;
  expect(alphaAt(erased, 360, 270)).toBe(0);
  const facts = page.locator("#facts");
  await expect(facts).toContainText("Edges");
  await expect(facts, "the model is not run again").not.toContainText("Network");

  await press(page, "Keep");
  await drag(page, [[0.5, 0.5]]);
  expect(alphaAt((await saved(page)).bytes, 360, 270)).toBe(255);
  await press(page, "Undo");
  await settled(page);
  expect((await saved(page)).bytes.equals(erased)).toBe(true);
  await page.keyboard.press("Control+z");
  await settled(page);
  expect((await saved(page)).bytes.equals(plain)).toBe(true);
  await press(page, "Redo");
  await settled(page);
  expect((await saved(page)).bytes.equals(erased)).toBe(true);
});

test("what looks alike follows a stroke, as on the command line, unless that is switched off", async ({
  page,
}, testInfo) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await unfold(page, "Fix by hand");
  await press(page, "Erase");
  await drag(page, [
    [0.48, 0.5],
    [0.52, 0.5],
  ]);
  await unfold(page, "Go on later");
  const mend = async () => {
    const { bytes } = await saved(page);
    const file = testInfo.outputPath("mug.cleancut");
    writeFileSync(file, (await saved(page, "Save project")).bytes);
    const native = cutOutNatively(MUG_JPG, "--strokes", file);
    expect(bytes.equals(native), "as on the command line").toBe(true);
    return bytes;
  };
  const learned = await mend();
  await page.getByLabel("What looks alike follows").uncheck();
  await settled(page);
  const painted = await mend();
  for (const each of [learned, painted]) expect(alphaAt(each, 360, 270)).toBe(0);
  expect(learned.equals(painted)).toBe(false);
  await page.getByLabel("What looks alike follows").check();
  await settled(page);
  expect((await saved(page)).bytes.equals(learned)).toBe(true);
});

test("the brush works from the keyboard, in px of a framed photo too", async ({ page }) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await unfold(page, "Frame");
  await page.getByLabel("Crop to").selectOption("subject");
  await unfold(page, "Fix by hand");
  await page.getByRole("button", { name: "Erase" }).focus();
  await page.keyboard.press("Enter");
  await settled(page);
  await page.locator("#view").focus();
  await page.keyboard.press("]");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await settled(page);
  await page.getByLabel("Crop to").selectOption("photo");
  await settled(page);
  expect(alphaAt((await saved(page)).bytes, 360, 262)).toBe(0);
});

test("ten photos at once come out as a ZIP with their names", async ({ page }) => {
  const photo = readFileSync(RGB_PNG);
  const photos: Given[] = Array.from({ length: 9 }, (_, index) => ({
    name: index === 8 ? "shoe 1.png" : `shoe ${index}.png`,
    mimeType: "image/png",
    buffer: photo,
  }));
  photos.splice(4, 0, given(MUG_JPG));
  await page.goto("/");
  await choose(page, ...photos);
  await page.locator("#items button").nth(4).click();
  await settled(page);
  await expect(status(page)).toHaveText(/^mug\.jpg: 720 × 540 px/);
  await unfold(page, "Fix by hand");
  await press(page, "Erase");
  await drag(page, [[0.5, 0.5]]);
  const mug = (await saved(page)).bytes;

  const { name, bytes } = await saved(page, "Save all as ZIP");
  expect(name).toBe("cutouts.zip");
  const files = unzip(bytes);
  expect([...files.keys()]).toEqual([
    ...[0, 1, 2, 3].map((index) => `shoe ${index}.png`),
    "mug.png",
    ...[4, 5, 6, 7].map((index) => `shoe ${index}.png`),
    "shoe 1 (2).png",
  ]);
  expect(files.get("mug.png")?.equals(mug), "strokes and all").toBe(true);
  const native = cutOutNatively(RGB_PNG);
  for (const [name, file] of files) {
    if (name !== "mug.png") expect(file.equals(native), name).toBe(true);
  }
});

test("ten corrupt files among good ones harm nobody", async ({ page }) => {
  const whole = readFileSync(MUG_JPG);
  const corrupt = (index: number): Given => ({
    name: `corrupt ${index}.jpg`,
    mimeType: "image/jpeg",
    buffer: whole.subarray(0, 600 + 997 * index),
  });
  const photos = Array.from({ length: 10 }, (_, index) => corrupt(index));
  await page.goto("/");
  const thin = given(join(FIXTURES, "1x5000.png"));
  await choose(page, ...photos, thin, given(RGB_PNG), given(MUG_JPG));
  await expect(page.locator("#items button[data-state=failed]")).toHaveCount(10);
  await expect(page.locator("#items button[data-state=done]")).toHaveCount(3);
  await expect(status(page)).toHaveText(/^corrupt 0\.jpg: .*truncated/);
  await page.locator("#items button").last().click();
  await settled(page);
  expect((await saved(page)).bytes.equals(cutOutNatively(MUG_JPG))).toBe(true);
  expect(unzip((await saved(page, "Save all as ZIP")).bytes).size).toBe(3);
});

test("a reload in the middle of work leaves a page that works", async ({ page }) => {
  await page.goto("/");
  for (let round = 0; round < 3; round++) {
    await page.locator("#file").setInputFiles([MUG_JPG, MUG_JPG]);
    await expect(page.locator("#work")).toBeVisible();
    await page.reload();
    await expect(page.locator("#welcome")).toBeVisible();
  }
  await choose(page, RGB_PNG);
  await expect(status(page)).toHaveText(/^rgb\.png: 64 × 48 px, cut out/);
});

test("a photo of 48 megapixels is shown, zoomed and saved whole", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(8000, 6000);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.fillStyle = "#d8d2c4";
    context.fillRect(0, 0, 8000, 6000);
    context.fillStyle = "#8c2f39";
    context.fillRect(2500, 1500, 3000, 3200);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    const files = new DataTransfer();
    files.items.add(new File([blob], "large.jpg", { type: "image/jpeg" }));
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: files }));
  });
  await expect(status(page)).toHaveText(/^large\.jpg: 8000 × 6000 px, cut out in/);
  await settled(page);
  await press(page, "1:1");
  await expect(page.locator("#zoom-level")).toHaveText("100 %");
  const middle = await page.locator("#view").evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    return [...(canvas.getContext("2d")?.getImageData(width / 2, height / 2, 1, 1).data ?? [])];
  });
  expect(middle[3]).toBe(255);
  expect(Math.abs((middle[0] ?? 0) - 0x8c)).toBeLessThan(6);
  const { bytes } = await saved(page);
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([8000, 6000]);
});
