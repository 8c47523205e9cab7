/** The demo page as a visitor uses it. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { decode } from "fast-png";

export const FIXTURES = "tests/fixtures";
export const MUG_JPG = join(FIXTURES, "mug.jpg");
export const RGB_PNG = join(FIXTURES, "rgb.png");

export type Given = string | { name: string; mimeType: string; buffer: Buffer };

export const status = (page: Page): Locator => page.getByRole("status");
export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

/** Opens a section of the settings. */
export async function unfold(page: Page, title: string): Promise<void> {
  const section = page
    .locator("details")
    .filter({ has: page.locator("summary", { hasText: title }) });
  await section.evaluate((details: HTMLDetailsElement) => {
    details.open = true;
  });
}

/** A file, to be chosen together with others that are in memory only. */
export const given = (path: string): Given => ({
  name: basename(path),
  mimeType: "",
  buffer: readFileSync(path),
});

/** Chooses photos and waits until all of them are done with. */
export async function choose(page: Page, ...photos: Given[]): Promise<void> {
  const items = page.locator("#items button");
  const before = await items.count();
  await page.locator("#file").setInputFiles(photos as string[]);
  await expect(items).toHaveCount(before + photos.length);
  await settled(page);
}

/** Engine and model are here, loaded ahead of the first photo. */
export async function loadedAhead(page: Page): Promise<void> {
  await expect(page.locator("#cost")).toHaveText(/works without any network/);
}

/** Nothing is in work, and what is shown is what the settings say. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator("#stage")).toHaveAttribute("aria-busy", "false");
}

/** What a button makes the browser save. */
export async function saved(page: Page, name = "Save"): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, name)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Alpha of a saved PNG at a place of the photo. */
export function alphaAt(png: Buffer, x: number, y: number): number | undefined {
  const { data, width } = decode(png);
  return data[(y * width + x) * 4 + 3];
}

/** Drags over the stage; places are shares of it. */
export async function drag(
  page: Page,
  points: readonly (readonly [number, number])[],
): Promise<void> {
  const stage = await page.locator("#view").boundingBox();
  if (!stage) throw new Error("nothing is drawn");
  const places = points.map(([x, y]) => [stage.x + x * stage.width, stage.y + y * stage.height]);
  const [first, ...rest] = places as [number, number][];
  await page.mouse.move(...(first ?? [0, 0]));
  await page.mouse.down();
  for (const place of rest) await page.mouse.move(...place, { steps: 3 });
  await page.mouse.up();
  await settled(page);
}

/** What the command line makes of the same photo. */
export function cutOutNatively(path: string, ...options: string[]): Buffer {
  const output = join(mkdtempSync(join(tmpdir(), "cleancut-")), "cutout.png");
  const metadata = execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps"], {
    encoding: "utf8",
  });
  const { target_directory: target } = JSON.parse(metadata);
  execFileSync(join(target, "debug", "cleancut"), [path, "-o", output, ...options]);
  return readFileSync(output);
}

/** The largest difference in alpha, in levels; colours that both show must be equal. */
export function largestDifference(a: Buffer, b: Buffer): number {
  const [left, right] = [decode(a), decode(b)];
  expect([left.width, left.height]).toEqual([right.width, right.height]);
  let largest = 0;
  let otherColours = 0;
  for (let i = 0; i < left.data.length; i += 4) {
    const [one, other] = [left.data.subarray(i, i + 4), right.data.subarray(i, i + 4)];
    largest = Math.max(largest, Math.abs((one[3] ?? 0) - (other[3] ?? 0)));
    const bothShow = one[3] !== 0 && other[3] !== 0;
    if (bothShow && (one[0] !== other[0] || one[1] !== other[1] || one[2] !== other[2])) {
      otherColours++;
    }
  }
  expect(otherColours, "pixels of another colour").toBe(0);
  return largest;
}

/** The names and contents of a ZIP whose files are stored, from its central directory. */
export function unzip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const [size, named, extra, comment] = [
      zip.readUInt32LE(at + 24),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ];
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    files.set(zip.toString("utf8", at + 46, at + 46 + named), zip.subarray(from, from + size));
    at += 46 + named + extra + comment;
  }
  return files;
}
