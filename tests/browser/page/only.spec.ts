/** Of several things, which one: clicked, boxed, from the keyboard; none; all of it again. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";

import {
  choose,
  cutOutNatively,
  largestDifference,
  MUG_JPG,
  press,
  saved,
  settled,
  status,
  unfold,
} from "./demo.js";

const [WIDTH, HEIGHT] = [1000, 500];

/** Two of the page's samples side by side on a plain ground, as a file. */
async function drawTwo(page: Page): Promise<string> {
  await page.goto("/");
  const bytes = await page.evaluate(
    async ([width = 0, height = 0]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      for (const [at, name] of ["shoe", "bag"].entries()) {
        const photo = await createImageBitmap(await (await fetch(`./samples/${name}.jpg`)).blob());
        context?.drawImage(photo, (at * width) / 2, 0, width / 2, height);
      }
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [WIDTH, HEIGHT],
  );
  const path = join(mkdtempSync(join(tmpdir(), "cleancut-")), "two.jpg");
  writeFileSync(path, new Uint8Array(bytes));
  await choose(page, path);
  await unfold(page, "Fix by hand");
  return path;
}

/** Where the middle of a pixel of the photo is seen. */
async function place(page: Page, x: number, y: number): Promise<[number, number]> {
  const stage = await page.locator("#view").boundingBox();
  if (!stage) throw new Error("nothing is drawn");
  const scale = Math.min(stage.width / WIDTH, stage.height / HEIGHT);
  return [
    stage.x + stage.width / 2 + (x + 0.5 - WIDTH / 2) * scale,
    stage.y + stage.height / 2 + (y + 0.5 - HEIGHT / 2) * scale,
  ];
}

const only = (page: Page) => page.getByRole("button", { name: "Only this", exact: true });
const all = (page: Page) => page.getByRole("button", { name: "All of it" });

async function pick(page: Page, ...corners: [number, number][]): Promise<void> {
  await only(page).click();
  await settled(page);
  const [first, last = first] = await Promise.all(corners.map((at) => place(page, ...at)));
  if (!first || !last) throw new Error("where?");
  await page.mouse.move(...first);
  await page.mouse.down();
  await page.mouse.move(...last, { steps: 4 });
  await page.mouse.up();
  await settled(page);
}

test("a click, a box and a key say which thing; all of it comes back", async ({ page }) => {
  const path = await drawTwo(page);
  const both = cutOutNatively(path);
  expect(largestDifference((await saved(page)).bytes, both)).toBe(0);
  await expect(all(page)).toBeDisabled();

  await pick(page, [200, 290]);
  await expect(status(page)).toHaveText("two.jpg: only this now.");
  await expect(only(page)).toHaveAttribute("aria-pressed", "false");
  const shoe = cutOutNatively(path, "--at", "200,290");
  expect(shoe.equals(both)).toBe(false);
  expect(largestDifference((await saved(page)).bytes, shoe)).toBe(0);
  await expect(page.locator("#snippet")).toHaveText(/at: \{ x: 200, y: 290 \}/);

  await pick(page, [998, 498], [510, 20]);
  const bag = cutOutNatively(path, "--roi", "510,20,489,479");
  expect(largestDifference((await saved(page)).bytes, bag)).toBe(0);
  await expect(page.locator("#snippet")).toHaveText(/roi: \{ x: 510, y: 20, width: 489/);

  await choose(page, MUG_JPG);
  const mug = cutOutNatively(MUG_JPG);
  expect(largestDifference((await saved(page)).bytes, mug), "it is of one photo alone").toBe(0);
  await expect(all(page)).toBeDisabled();
  await page.locator("#items button").first().click();
  await settled(page);
  await all(page).click();
  await settled(page);
  expect(largestDifference((await saved(page)).bytes, both)).toBe(0);

  await only(page).focus();
  await page.keyboard.press("Enter");
  await settled(page);
  await expect(page.locator("#view")).toBeFocused();
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await settled(page);
  await expect(status(page)).toHaveText("two.jpg: only this now.");
  await expect(page.locator("#snippet")).toHaveText(/at: \{ x: \d+, y: 250 \}/);
});

test("where nothing is, all stays as it was, and the next click counts", async ({ page }) => {
  const path = await drawTwo(page);
  await unfold(page, "Frame");
  await page.getByLabel("Crop to").selectOption("subject");
  await settled(page);
  const before = (await saved(page)).bytes;
  await pick(page, [12, 490]);
  await expect(status(page)).toHaveText(/^Nothing stands out there\./);
  await expect(only(page)).toHaveAttribute("aria-pressed", "true");
  await expect(all(page)).toBeDisabled();
  expect((await saved(page)).bytes.equals(before)).toBe(true);
  await page.keyboard.press("Escape");
  await expect(only(page)).toHaveAttribute("aria-pressed", "false");

  await press(page, "Erase");
  await settled(page);
  await page.mouse.click(...(await place(page, 900, 400)));
  await settled(page);
  await pick(page, [200, 290]);
  await expect(all(page)).toBeEnabled();
  const framed = cutOutNatively(path, "--at", "200,290", "--crop", "true", "--margin", "5%");
  expect((await saved(page)).bytes.equals(framed), "the stroke lies in what is left out").toBe(
    true,
  );
  await press(page, "Undo");
  await settled(page);
  expect((await saved(page)).bytes.equals(framed)).toBe(true);
});
