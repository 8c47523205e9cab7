/** The demo page, built as it is published, in a real Chromium: in, see, out. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import axe from "axe-core";
import { open } from "../package/open.js";
import {
  choose,
  cutOutNatively,
  FIXTURES,
  largestDifference,
  loadedAhead,
  MUG_JPG,
  press,
  RGB_PNG,
  saved,
  settled,
  status,
  unfold,
} from "./demo.js";

const PHOTOS = "../shared/photos";
const BUILT = "www-dist";

test("a photo is chosen, cut out and saved; page equals command line", async ({ page }) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await expect(status(page)).toHaveText(/^mug\.jpg: 720 × 540 px, cut out in [\d.]+ s$/);
  const { name, bytes } = await saved(page);
  expect(name).toBe("mug-cutout.png");
  expect(largestDifference(bytes, cutOutNatively(MUG_JPG))).toBe(0);
});

test("nothing leaves the page's origin, and nothing at all after the photo", async ({
  page,
  context,
  baseURL,
}) => {
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  await page.goto("/");
  await loadedAhead(page);
  await expect(page.locator("#requests")).not.toHaveText("0");
  const before = requests.length;
  await choose(page, MUG_JPG);
  await saved(page);
  await choose(page, RGB_PNG);
  const isBlob = (url: string) => url.startsWith("blob:");
  expect(requests.slice(before).filter((url) => !isBlob(url))).toEqual([]);
  await expect(page.locator("#traffic summary")).toHaveText("0 requests since your photo");
  const elsewhere = requests.filter((url) => !isBlob(url) && !url.startsWith(`${baseURL}/`));
  expect(elsewhere).toEqual([]);
  expect(requests.some((url) => url.endsWith(".wasm"))).toBe(true);
});

test("the bytes of the first download are said before, and spared who saves data", async ({
  page,
  context,
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  });
  const loaded = new Set<string>();
  context.on("request", (request) => {
    if (/\.(wasm|plan|webp)$/.test(request.url())) loaded.add(request.url());
  });
  await page.goto("/");
  const { assets } = JSON.parse(readFileSync("dist/assets.json", "utf8"));
  const size = (part: string) =>
    assets.find(({ file }: { file: string }) => file.includes(part)).bytes;
  const total = (size("relaxed") + size("plan")).toLocaleString("en");
  await expect(page.locator("#cost")).toContainText(`${total} bytes, once`);
  expect([...loaded]).toEqual([]);
  await choose(page, RGB_PNG);
  expect([...loaded]).toHaveLength(2);
});

test("a dropped and a pasted photo are taken", async ({ page }) => {
  await page.goto("/");
  const bytes = [...readFileSync(RGB_PNG)];
  const files = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "given.png", { type: "image/png" }));
    return transfer;
  }, bytes);
  await page.dispatchEvent("footer", "dragover", { dataTransfer: files });
  await expect(page.locator("body")).toHaveClass("over");
  await page.dispatchEvent("footer", "drop", { dataTransfer: files });
  await expect(status(page)).toHaveText(/^given\.png: 64 × 48 px/);
  await expect(page.locator("body")).not.toHaveClass("over");
  await page.evaluate((clipboardData) => {
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
  }, files);
  await expect(page.locator("#items button")).toHaveCount(2);
  await settled(page);
  await expect(status(page)).toHaveText(/^given\.png: 64 × 48 px/);
});

test("photos opened with the installed app are taken", async ({ page }) => {
  await page.addInitScript(() => {
    const launchQueue = {
      setConsumer(consume: (launch: { files: object[] }) => void) {
        const getFile = async () =>
          new File([await (await fetch("./icon.svg")).blob()], "opened.svg", {
            type: "image/svg+xml",
          });
        consume({ files: [{ getFile }] });
      },
    };
    Object.defineProperty(window, "launchQueue", { value: launchQueue });
  });
  await page.goto("/");
  await expect(status(page)).toHaveText(/^opened\.svg: /);
});

test("every sample is cut out", async ({ page }) => {
  await page.goto("/");
  const samples = page.locator("#samples button");
  const count = await samples.count();
  expect(count).toBeGreaterThanOrEqual(3);
  for (let index = 0; index < count; index++) {
    await samples.nth(index).click();
    await expect(status(page)).toHaveText(/ px, cut out in /);
    await press(page, "Clear");
  }
});

test("bad files end in a sentence, and the next photo works", async ({ page }) => {
  await page.goto("/");
  const bad: [string, Buffer, RegExp][] = [
    ["empty.jpg", Buffer.alloc(0), /an empty file is not supported/],
    ["text.jpg", Buffer.from("not a photo"), /a text file is not supported; give a JPEG, PNG/],
    ["half.jpg", readFileSync(MUG_JPG).subarray(0, 20_000), /truncated/],
    ["half.png", readFileSync(RGB_PNG).subarray(0, 70), /decode this PNG/],
    ["half.webp", readFileSync(join(FIXTURES, "lossy.webp")).subarray(0, 60), /decode this WebP/],
  ];
  for (const [name, buffer, message] of bad) {
    await page.locator("#file").setInputFiles({ name, mimeType: "image/jpeg", buffer });
    await expect(status(page)).toHaveText(message);
    await expect(status(page)).toHaveText(new RegExp(`^${name}: `));
    await expect(page.getByRole("button", { name: "Save", exact: true })).toBeDisabled();
  }
  for (const name of ["1x1.png", "1x5000.png", "cmyk.jpg", "grey16.png", "orientation-6.jpg"]) {
    await choose(page, join(FIXTURES, name));
    await expect(status(page)).toHaveText(
      new RegExp(`^${name}: (\\d+ × \\d+ px, cut out|nothing in it stands out)`),
    );
  }
});

test("cancel ends the work at once and frees it, and the next photo works", async ({ page }) => {
  await page.goto("/");
  // Else loading ahead may begin after the cancel, in a worker that rightly stays.
  await loadedAhead(page);
  expect(page.workers().length).toBe(1);
  await page.locator("#file").setInputFiles([MUG_JPG, MUG_JPG]);
  await press(page, "Cancel");
  await expect(status(page)).toHaveText("Cancelled.");
  await expect(page.locator("#welcome")).toBeVisible();
  await expect.poll(() => page.workers().length).toBe(0);
  await choose(page, RGB_PNG);
  expect((await saved(page)).name).toBe("rgb-cutout.png");
});

test("grounds, shadow and frame are those of the library", async ({ page }) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  const pick = async (label: string) => {
    await page.getByRole("radio", { name: label, exact: true }).check();
    await settled(page);
  };
  await pick("White");
  await pick("Soft");
  const white = cutOutNatively(MUG_JPG, "--background", "white", "--shadow", "soft");
  expect((await saved(page)).bytes.equals(white)).toBe(true);
  await pick("Blur");
  await pick("None");
  const blurred = cutOutNatively(MUG_JPG, "--background", "blur");
  expect((await saved(page)).bytes.equals(blurred)).toBe(true);
  await pick("Colour");
  await page.locator("input[name=colour]").fill("#ff0080");
  await settled(page);
  const pink = cutOutNatively(MUG_JPG, "--background", "#ff0080");
  expect((await saved(page)).bytes.equals(pink)).toBe(true);
  await pick("Picture");
  await page.locator("input[name=picture]").setInputFiles(RGB_PNG);
  await settled(page);
  const before = cutOutNatively(MUG_JPG, "--background-image", RGB_PNG);
  expect((await saved(page)).bytes.equals(before)).toBe(true);

  await pick("Transparent");
  await pick("White line");
  const sticker = cutOutNatively(MUG_JPG, "--outline", "2% white");
  expect((await saved(page)).bytes.equals(sticker)).toBe(true);
  await pick("No line");
  await page.getByLabel("What stays").selectOption("background");
  await settled(page);
  const rest = cutOutNatively(MUG_JPG, "--keep", "background");
  expect((await saved(page)).bytes.equals(rest)).toBe(true);
  await page.getByLabel("What stays").selectOption("subject");
  await settled(page);
  await unfold(page, "Frame");
  await page.getByLabel("Crop to").selectOption("subject");
  await page.getByLabel("Margin").fill("12");
  await settled(page);
  const cropped = cutOutNatively(MUG_JPG, "--crop", "true", "--margin", "12%");
  expect((await saved(page)).bytes.equals(cropped)).toBe(true);

  await page.getByLabel("Crop to").selectOption("amazon");
  await settled(page);
  const amazon = await saved(page);
  expect(amazon.name).toBe("mug-cutout.jpg");
  await page.getByLabel("Crop to").selectOption("photo");
  await settled(page);
  expect((await saved(page)).name).toBe("mug-cutout.png");
});

test("every format, clipboard, share sheet and code", async ({ page, context, browser }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.addInitScript(() => {
    const shared: File[] = [];
    Object.assign(window, { shared });
    navigator.canShare = () => true;
    navigator.share = async ({ files = [] } = {}) => {
      shared.push(...files);
    };
  });
  await page.goto("/");
  await choose(page, MUG_JPG);
  const format = page.getByLabel("File format");
  const sizes: Record<string, number> = {};
  for (const [value, ending, magic] of [
    ["png", "png", "\x89PNG"],
    ["webp", "webp", "RIFF"],
    ["webp 90", "webp", "RIFF"],
    ["jpeg", "jpg", "\xff\xd8\xff"],
  ] as const) {
    await format.selectOption(value);
    const { name, bytes } = await saved(page);
    expect(name).toBe(`mug-cutout.${ending}`);
    expect(bytes.subarray(0, magic.length).toString("latin1")).toBe(magic);
    sizes[value] = bytes.length;
  }
  const { webp = 0, "webp 90": small = 0 } = sizes;
  expect(small).toBeLessThan(webp / 2);

  await press(page, "Copy");
  await expect(status(page)).toHaveText("The cut-out is in the clipboard.");
  const copied = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const bitmap = item && (await createImageBitmap(await item.getType("image/png")));
    return [bitmap?.width, bitmap?.height];
  });
  expect(copied).toEqual([720, 540]);

  await press(page, "Share");
  const shared = () =>
    page.evaluate(() => (window as unknown as { shared: File[] }).shared.map(({ name }) => name));
  await expect.poll(shared).toEqual(["mug-cutout.jpg"]);

  await page.getByRole("radio", { name: "White", exact: true }).check();
  await unfold(page, "Frame");
  await page.getByLabel("Crop to").selectOption("4:5");
  await format.selectOption("png");
  await unfold(page, "Use it in your site");
  await settled(page);
  const expected = (await saved(page)).bytes;
  await press(page, "Copy the code");
  const code = await page.evaluate(() => navigator.clipboard.readText());
  expect(code).toContain('background: "white"');

  const site = await browser.newPage();
  await open(site);
  const made = await site.evaluate(
    async ([code, photo]) => {
      const { removeBackground } = window.cleancut;
      const call = code.match(/removeBackground\(photo, ([\s\S]*)\);$/)?.[1] ?? "";
      const quoted = call.replace(/(\w+): /g, '"$1": ').replace(/,\s*\}/g, "}");
      const blob = await removeBackground(new Uint8Array(photo), JSON.parse(quoted));
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [code, [...readFileSync(MUG_JPG)]] as const,
  );
  expect(Buffer.from(made).equals(expected)).toBe(true);
  await site.close();
});

test("the page works from the keyboard alone", async ({ page }) => {
  // Asked for before the page is there: Chromium takes a moment to hand choosers over.
  const chooser = page.waitForEvent("filechooser");
  await page.goto("/");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.locator("#choose")).toBeFocused();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(RGB_PNG);
  await settled(page);
  await expect(page.locator("#view")).toBeFocused();
  const level = page.locator("#zoom-level");
  await page.keyboard.press("1");
  await expect(level).toHaveText("100 %");
  await page.keyboard.press("+");
  await expect(level).toHaveText("125 %");

  await page.keyboard.press("Tab");
  const divider = page.getByRole("slider", { name: "Before and after" });
  await expect(divider).toBeFocused();
  await page.keyboard.press("End");
  await expect(divider).toHaveAttribute("aria-valuenow", "100");
  await page.keyboard.press("ArrowLeft");
  await expect(divider).toHaveAttribute("aria-valuenow", "98");
});

test("the divider follows the pointer, and shows before and after", async ({ page }) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  const divider = page.locator("#divider");
  const stage = await page.locator("#view").boundingBox();
  const knob = await divider.boundingBox();
  if (!stage || !knob) throw new Error("nothing is drawn");
  const corner = () =>
    page.locator("#view").evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      return [
        ...(canvas.getContext("2d")?.getImageData(width * 0.3, height * 0.3, 1, 1).data ?? []),
      ];
    });
  const after = await corner();
  await page.mouse.move(knob.x + knob.width / 2, knob.y + knob.height / 2);
  await page.mouse.down();
  await page.mouse.move(stage.x + stage.width / 2, stage.y + stage.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(divider).toHaveAttribute("aria-valuenow", "50");
  expect(await corner()).not.toEqual(after);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing against WCAG 2.2 AA, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const violations = () =>
      page.evaluate(async () => {
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        const found = await window.axe.run({ runOnly: tags });
        return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
      });
    await page.goto("/");
    await page.evaluate(axe.source);
    expect(await violations()).toEqual([]);
    await choose(page, MUG_JPG, RGB_PNG);
    for (const details of await page.locator("details").all()) {
      await details.evaluate((each: HTMLDetailsElement) => {
        each.open = true;
      });
    }
    expect(await violations()).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
    expect(await violations()).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, "px that stick out at the side").toBe(0);
  });
}

test("a first visit weighs less than 60 KB brotli, engine and big samples aside", () => {
  const files = readdirSync(BUILT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(wasm|plan|jpg)$|^(webgpu|onnx)-/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const sizes = files.map((file) => brotliCompressSync(readFileSync(file)).length);
  const sum = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`The page: ${sum} bytes brotli in ${files.length} files`);
  expect(sum).toBeLessThanOrEqual(60 * 1024);
});

test("real photos come out as on the command line", async ({ page }) => {
  test.skip(!existsSync(PHOTOS), `${PHOTOS} is not there`);
  const photos = readdirSync(PHOTOS).filter((name) => name.endsWith(".jpg"));
  await page.goto("/");
  for (const name of photos.slice(0, 3)) {
    const path = join(PHOTOS, name);
    await choose(page, path);
    expect(largestDifference((await saved(page)).bytes, cutOutNatively(path)), name).toBe(0);
    await page.reload();
  }
});

declare global {
  interface Window {
    axe: typeof axe;
  }
}
