/** The demo page, built as it is published, in a real Chromium. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { decode } from "fast-png";

const FIXTURES = "tests/fixtures";
const PHOTOS = "../shared/photos";

async function choose(page: Page, path: string): Promise<void> {
  await page.locator("#file").setInputFiles(path);
}

/** Chooses a photo, waits for its cut-out, saves it and returns the saved bytes. */
async function save(page: Page, path: string): Promise<Buffer> {
  await choose(page, path);
  const button = page.getByRole("button", { name: "Save PNG" });
  await expect(button).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return readFileSync(await download.path());
}

/** What the command line makes of the same photo. */
function cutOutNatively(path: string): Buffer {
  const output = join(mkdtempSync(join(tmpdir(), "cleancut-")), "cutout.png");
  const metadata = execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps"], {
    encoding: "utf8",
  });
  const { target_directory: target } = JSON.parse(metadata);
  execFileSync(join(target, "debug", "cleancut"), [path, "-o", output]);
  return readFileSync(output);
}

/** The largest difference in alpha, in levels; colours that both show must be equal. */
function largestDifference(a: Buffer, b: Buffer): number {
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

test("a photo is chosen, cut out and saved; page equals command line", async ({ page }) => {
  await page.goto("/");
  const photo = join(FIXTURES, "mug.jpg");
  const saved = await save(page, photo);
  expect(largestDifference(saved, cutOutNatively(photo))).toBe(0);
  await expect(page.getByRole("status")).toHaveText(
    /^mug\.jpg: 720 x 540 px, cut out in [\d.]+ s$/,
  );
});

test("nothing leaves the page's own origin", async ({ page, context, baseURL }) => {
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  await page.goto("/");
  await save(page, join(FIXTURES, "mug.jpg"));
  const sinceThePhoto = requests.length;
  await save(page, join(FIXTURES, "rgb.png"));

  const elsewhere = requests.filter(
    (url) => !url.startsWith(`${baseURL}/`) && !url.startsWith(`blob:${baseURL}/`),
  );
  expect(elsewhere).toEqual([]);
  expect(requests.some((url) => url.endsWith(".wasm"))).toBe(true);
  const later = requests.slice(sinceThePhoto).filter((url) => !url.startsWith("blob:"));
  expect(later, "the engine is loaded once").toEqual([]);
});

test("bad files end in a sentence, and the next photo works", async ({ page }) => {
  await page.goto("/");
  const status = page.getByRole("status");
  const bad: [string, Buffer, RegExp][] = [
    ["empty.jpg", Buffer.alloc(0), /an empty file is not supported/],
    ["text.jpg", Buffer.from("not a photo"), /a text file is not supported; give a JPEG, PNG/],
    ["half.jpg", readFileSync(join(FIXTURES, "mug.jpg")).subarray(0, 20_000), /truncated/],
    ["half.png", readFileSync(join(FIXTURES, "rgb.png")).subarray(0, 70), /decode this PNG/],
    ["half.webp", readFileSync(join(FIXTURES, "lossy.webp")).subarray(0, 60), /decode this WebP/],
  ];
  for (const [name, buffer, message] of bad) {
    await page.locator("#file").setInputFiles({ name, mimeType: "image/jpeg", buffer });
    await expect(status).toHaveText(message);
    await expect(status).toHaveText(new RegExp(`^${name}`));
  }
  for (const name of ["1x1.png", "1x5000.png", "cmyk.jpg", "grey16.png", "orientation-6.jpg"]) {
    await choose(page, join(FIXTURES, name));
    await expect(status).toHaveText(
      new RegExp(`^${name}: (\\d+ x \\d+ px, cut out|no subject found)`),
    );
  }
});

test("a dropped and a pasted photo are taken", async ({ page }) => {
  await page.goto("/");
  const bytes = [...readFileSync(join(FIXTURES, "rgb.png"))];
  const files = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "given.png", { type: "image/png" }));
    return transfer;
  }, bytes);
  const status = page.getByRole("status");
  await page.dispatchEvent("#stage", "drop", { dataTransfer: files });
  await expect(status).toHaveText(/^given\.png: 64 x 48 px/);
  await page.evaluate((clipboardData) => {
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
  }, files);
  await expect(status).not.toHaveText(/cut out in/);
  await expect(status).toHaveText(/^given\.png: 64 x 48 px/);
});

test("cancel ends the work at once, and the next photo works", async ({ page }) => {
  await page.goto("/");
  await choose(page, join(FIXTURES, "mug.jpg"));
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("status")).toHaveText("Cancelled.");
  await save(page, join(FIXTURES, "rgb.png"));
});

test("the page works from the keyboard alone", async ({ page }) => {
  // Asked for before the page is there: Chromium takes a moment to hand choosers over.
  const chooser = page.waitForEvent("filechooser");
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.locator("#file")).toBeFocused();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(join(FIXTURES, "rgb.png"));
  await expect(page.getByRole("button", { name: "Save PNG" })).toBeFocused();

  await page.keyboard.press("Tab");
  const compare = page.getByRole("button", { name: "Show original" });
  await expect(compare).toBeFocused();
  await page.keyboard.press("Space");
  await expect(compare).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByAltText("As it was")).toBeVisible();
  await expect(page.getByAltText("Cut out")).toBeHidden();

  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Another photo" })).toBeFocused();
});

test("real photos come out as on the command line", async ({ page }) => {
  test.skip(!existsSync(PHOTOS), `${PHOTOS} is not there`);
  const photos = readdirSync(PHOTOS)
    .filter((name) => name.endsWith(".jpg"))
    .slice(0, 3);
  await page.goto("/");
  for (const name of photos) {
    const path = join(PHOTOS, name);
    const difference = largestDifference(await save(page, path), cutOutNatively(path));
    expect(difference, name).toBe(0);
    await page.reload();
  }
});
