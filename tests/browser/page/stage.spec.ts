/** The stage in hand: sizes, the ring, space, before, fingers; what strokes outlive. */

import { expect, type Page, test } from "@playwright/test";
import { decode } from "fast-png";

import { alphaAt, choose, drag, MUG_JPG, press, RGB_PNG, saved, settled, unfold } from "./demo.js";

const sizeOf = (page: Page) => page.getByRole("slider", { name: "Size" });
const undo = (page: Page) => page.getByRole("button", { name: "Undo" });

/** The stage with a photo on it and the brush that erases taken. */
async function erase(page: Page, size?: number): Promise<void> {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await unfold(page, "Fix by hand");
  if (size) await sizeOf(page).fill(`${size}`);
  await page.getByLabel("Hardness").fill("100");
  await press(page, "Erase");
  await settled(page);
}

/** RGBA of what the stage shows at a share of it, `dx` px beside. */
async function seen(page: Page, x: number, y: number, dx = 0): Promise<number[]> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  return page.locator("#view").evaluate(
    (canvas: HTMLCanvasElement, [x = 0, y = 0, dx = 0]) => {
      const context = canvas.getContext("2d");
      const at = [canvas.width * x + dx * devicePixelRatio, canvas.height * y] as const;
      return [...(context?.getImageData(...at, 1, 1).data ?? [])];
    },
    [x, y, dx],
  );
}

async function places(page: Page): Promise<(x: number, y: number) => { x: number; y: number }> {
  const stage = await page.locator("#view").boundingBox();
  if (!stage) throw new Error("nothing is drawn");
  return (x, y) => ({ x: stage.x + x * stage.width, y: stage.y + y * stage.height });
}

test("brackets change the brush, and the ring is as large as what it paints", async ({ page }) => {
  await erase(page, 60);
  await page.getByLabel("What looks alike follows").uncheck();
  const at = await places(page);
  await page.mouse.move(at(0.5, 0.5).x, at(0.5, 0.5).y);
  await page.keyboard.press("]");
  await page.keyboard.press("]");
  await page.keyboard.press("[");
  await expect(page.locator("label", { hasText: "Size" })).toContainText("68 px");
  // Windows tells AltGr, which many keyboards want for it, as Ctrl and Alt.
  await page.locator("#view").dispatchEvent("keydown", { key: "]", ctrlKey: true, altKey: true });
  await expect(page.locator("label", { hasText: "Size" })).toContainText("76 px");

  const inside = await seen(page, 0.5, 0.5, 34);
  const [red = 0, green = 0] = await seen(page, 0.5, 0.5, 38);
  expect(red - green).toBeGreaterThan(100);
  await page.mouse.down();
  await page.mouse.up();
  await settled(page);
  const { data, width } = decode((await saved(page)).bytes);
  const isErased = (x: number) => data[(270 * width + x) * 4 + 3] === 0;
  let [from, to] = [360, 360];
  while (isErased(from - 1)) from--;
  while (isErased(to + 1)) to++;
  const level = await page.locator("#zoom-level").textContent();
  const erased = ((to - from + 1) * Number.parseInt(level ?? "", 10)) / 100;
  expect(Math.abs(erased - 76)).toBeLessThan(2);
  expect(await seen(page, 0.5, 0.5, 34)).not.toEqual(inside);
});

test("space held moves the photo and paints nothing", async ({ page }) => {
  await erase(page);
  const at = await places(page);
  await page.mouse.move(at(0.5, 0.5).x, at(0.5, 0.5).y);
  for (let i = 0; i < 6; i++) await page.keyboard.press("+");
  const [middle, aside] = [await seen(page, 0.5, 0.5, 100), await seen(page, 0.5, 0.5, 20)];
  expect(middle).not.toEqual(aside);
  await page.keyboard.down("Space");
  await drag(page, [
    [0.5, 0.5],
    [0.3, 0.5],
  ]);
  const moved = 0.2 * ((await page.locator("#view").boundingBox())?.width ?? 0);
  expect(await seen(page, 0.5, 0.5, 100 - moved)).toEqual(middle);
  await expect(undo(page)).toBeDisabled();
  await page.keyboard.press("ArrowRight");
  expect(await seen(page, 0.5, 0.5, 60 - moved)).toEqual(middle);
  await page.keyboard.up("Space");
  await drag(page, [[0.5, 0.5]]);
  await expect(undo(page)).toBeEnabled();
});

test("before is seen while a key or the button is held, and the brush stays out", async ({
  page,
}) => {
  await erase(page, 100);
  await drag(page, [[0.5, 0.5]]);
  const at = await places(page);
  await page.mouse.move(at(0.5, 0.2).x, at(0.5, 0.2).y);
  const after = await seen(page, 0.5, 0.5);
  await page.keyboard.down("b");
  const before = await seen(page, 0.5, 0.5);
  expect(before).not.toEqual(after);
  await page.keyboard.up("b");
  expect(await seen(page, 0.5, 0.5)).toEqual(after);

  const button = page.getByRole("button", { name: "Before", exact: true });
  await button.hover();
  await page.mouse.down();
  await expect(button).toHaveAttribute("aria-pressed", "true");
  expect(await seen(page, 0.5, 0.5)).toEqual(before);
  await page.mouse.up();
  await expect(button).toHaveAttribute("aria-pressed", "false");
  expect(await seen(page, 0.5, 0.5)).toEqual(after);
  await button.focus();
  await page.keyboard.down("Enter");
  expect(await seen(page, 0.5, 0.5)).toEqual(before);
  await page.keyboard.up("Enter");
  expect(await seen(page, 0.5, 0.5)).toEqual(after);

  await page.getByLabel("Crop to").selectOption("subject", { force: true });
  await page.locator("#view").focus();
  await page.keyboard.press("Escape");
  await settled(page);
  await page.keyboard.down("B");
  expect((await seen(page, 0.5, 0.5))[3], "the photo has another frame").toBe(255);
  await page.keyboard.up("B");
});

test("strokes outlive every change of ground, frame and edges", async ({ page }) => {
  await erase(page);
  await drag(page, [
    [0.45, 0.5],
    [0.55, 0.5],
  ]);
  const mended = (await saved(page)).bytes;
  expect(alphaAt(mended, 360, 270)).toBe(0);
  const back = [
    () => page.getByRole("radio", { name: "Transparent", exact: true }).check(),
    () => page.getByLabel("Crop to").selectOption("photo"),
    () => page.locator("select[name=refine]").selectOption("fast"),
    () => page.locator("select[name=model]").selectOption("base"),
  ];
  await unfold(page, "Frame");
  await unfold(page, "Edges");
  for (const change of [
    () => page.getByRole("radio", { name: "White", exact: true }).check(),
    () => page.getByLabel("Crop to").selectOption("1:1"),
    () => page.locator("select[name=refine]").selectOption("best"),
    () => page.locator("select[name=model]").selectOption("small"),
  ]) {
    await change();
    await settled(page);
    await expect(undo(page)).toBeEnabled();
  }
  await choose(page, RGB_PNG);
  await page.locator("#items button").first().click();
  for (const change of back) await change();
  await settled(page);
  expect((await saved(page)).bytes.equals(mended)).toBe(true);
  await press(page, "Undo");
  await settled(page);
  expect(alphaAt((await saved(page)).bytes, 360, 270)).toBe(255);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("two fingers zoom and move and never paint; one paints", async ({ page }) => {
    await erase(page);
    const client = await page.context().newCDPSession(page);
    const at = await places(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...points: [number, number][]) =>
      client.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: points.map(([x, y], id) => ({ ...at(x, y), id })),
      });
    const level = page.locator("#zoom-level");
    const whole = Number.parseInt((await level.textContent()) ?? "", 10);
    await touch("touchStart", [0.45, 0.5]);
    await touch("touchMove", [0.44, 0.5]);
    await touch("touchStart", [0.44, 0.5], [0.56, 0.5]);
    for (let i = 1; i <= 6; i++) {
      await touch("touchMove", [0.44 - 0.02 * i, 0.5], [0.56 + 0.02 * i, 0.5]);
    }
    await expect
      .poll(async () => Number.parseInt((await level.textContent()) ?? "", 10) / whole)
      .toBeGreaterThan(2.5);
    await touch("touchEnd", [0.32, 0.5]);
    await touch("touchMove", [0.5, 0.5]);
    await touch("touchEnd");
    await settled(page);
    await expect(undo(page), "neither finger painted, nor the one that was left").toBeDisabled();

    await touch("touchStart", [0.5, 0.5]);
    await touch("touchMove", [0.55, 0.5]);
    await touch("touchEnd");
    await settled(page);
    await expect(undo(page)).toBeEnabled();
    await expect(page.locator("#stage"), "it stays in sight of the brush's size").toBeInViewport();
    await expect(sizeOf(page)).toBeInViewport();
  });
});
