/** The page's switch between processor and GPU, in Chromium with its software adapter. */

import { expect, test } from "@playwright/test";

import { CHROMIUM_ARGS, WEBGPU_ARGS } from "../../../tools/setup.mjs";
import { choose, MUG_JPG, settled, status, unfold } from "./demo.js";

test.use({
  launchOptions: {
    executablePath: process.env.CLEANCUT_CHROMIUM ?? "/usr/bin/chromium",
    args: [...CHROMIUM_ARGS, ...WEBGPU_ARGS],
  },
});

test("a software adapter is not offered", async ({ page }) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await unfold(page, "Edges");
  await expect(page.getByLabel("The network runs on")).toBeHidden();
});

/** The page takes it for a GPU, the worker does not. */
test("a GPU is offered, and asked for when it is chosen", async ({ page }) => {
  await page.addInitScript(() => {
    const { prototype } = GPUAdapterInfo;
    for (const name of ["vendor", "architecture", "device", "description"]) {
      Object.defineProperty(prototype, name, { get: () => "acme" });
    }
    Object.defineProperty(prototype, "isFallbackAdapter", { get: () => false });
  });
  await page.goto("/");
  await choose(page, MUG_JPG);
  await unfold(page, "What it took");
  await expect(page.locator("#facts")).toContainText("WebAssembly");
  await unfold(page, "Use it in your site");
  await unfold(page, "Edges");
  const device = page.getByLabel("The network runs on");
  await expect(device).toBeVisible();
  await device.selectOption("auto");
  await settled(page);
  await expect(page.locator("#snippet")).toContainText('device: "auto"');
  await device.selectOption("webgpu");
  await expect(status(page)).toContainText("WebGPU is the CPU here");
});
