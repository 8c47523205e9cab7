/** What the package promises of its weight and its manners, counted by the browser. */

import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@playwright/test";

import type * as Cleancut from "../../../dist/index.js";
import { MUG, ORIGIN, open } from "./open.js";

const WIRE_BYTES_AT_MOST = { base: 3.9e6, small: 1.7e6 };
const TASK_MS_AT_MOST = 20;
/** `CLEANCUT_SOAK=FILE` makes it 500 and writes the megabytes after each there. */
const PHOTOS = process.env.CLEANCUT_SOAK ? 500 : 30;

for (const model of ["base", "small"] as const) {
  const most = WIRE_BYTES_AT_MOST[model];
  test(`a first cut-out with ${model} takes at most ${most / 1e6} MB, all of it from here`, async ({
    page,
    context,
  }) => {
    const urls: string[] = [];
    let bytes = 0;
    context.on("request", (request) => urls.push(request.url()));
    context.on("requestfinished", async (request) => {
      const { responseBodySize, responseHeadersSize } = await request.sizes();
      bytes += responseBodySize + responseHeadersSize;
    });
    await page.goto(`${ORIGIN}/`);
    bytes = 0;
    await page.evaluate(
      async ({ mug, model }) => {
        const { removeBackground } = await import(new URL("/br/dist/index.js", location.href).href);
        await removeBackground(new Uint8Array(mug), { model });
      },
      { mug: MUG, model },
    );
    await expect.poll(() => bytes).toBeGreaterThan(1e6);
    await page.waitForTimeout(500);
    console.log(`bytes on the wire: ${bytes}, ${urls.length} requests`);
    expect(bytes).toBeLessThanOrEqual(most);
    expect(urls.filter((url) => !url.startsWith(`${ORIGIN}/`))).toEqual([]);
    expect(urls.some((url) => url.endsWith("relaxed.wasm"))).toBe(true);
    expect(urls.filter((url) => url.endsWith(".plan"))).toHaveLength(1);
  });
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  tdur?: number;
  args: { name?: string };
}

test("the page's thread never works longer than 20 ms on a 12-megapixel photo", async ({
  page,
  browser,
}) => {
  await open(page);
  await page.evaluate(async (small) => {
    const canvas = new OffscreenCanvas(4000, 3000);
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(small)]));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, 4000, 3000);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    Object.assign(window, { photo: new File([blob], "photo.jpg") });
    await cleancut.preload();
  }, MUG);
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  const size = await page.evaluate(async () => {
    const { photo } = window as unknown as { photo: File };
    return (await cleancut.removeBackground(photo)).size;
  });
  const trace = JSON.parse(String(await browser.stopTracing()));
  expect(size).toBeGreaterThan(100_000);

  const events: TraceEvent[] = trace.traceEvents;
  const mains = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasks = events
    .filter(({ pid, tid, tdur }) => mains.has(`${pid}:${tid}`) && tdur !== undefined)
    .map(({ tdur }) => (tdur ?? 0) / 1000);
  expect(tasks.length).toBeGreaterThan(20);
  const longest = Math.max(...tasks);
  console.log(`longest task of the page's thread: ${longest.toFixed(1)} ms of ${tasks.length}`);
  expect(longest).toBeLessThan(TASK_MS_AT_MOST);
});

interface Soak {
  remover: Cleancut.Remover;
  photo: Uint8Array;
}

test("memory is flat over many photos, and disposing gives it back", async ({ page, browser }) => {
  test.skip(process.platform !== "linux", "memory is read from /proc");
  if (process.env.CLEANCUT_SOAK) test.setTimeout(1_200_000);
  const session = await browser.newBrowserCDPSession();
  /** What the renderers hold for themselves; their share of the browser's own file is not theirs. */
  const heldMegabytes = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const sizes = processInfo
      .filter(({ type }) => type === "renderer")
      .map(({ id }) => /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]);
    return sizes.reduce((sum, kilobytes) => sum + Number(kilobytes ?? 0), 0) / 1024;
  };
  await open(page);
  // Until Chromium has started the renderer that it keeps for the next page.
  await page.waitForTimeout(1000);
  const empty = await heldMegabytes();
  await page.evaluate(async (mug) => {
    const remover = await cleancut.createRemover();
    Object.assign(window, { remover, photo: new Uint8Array(mug) });
  }, MUG);
  const sizes: number[] = [];
  for (let photos = 0; photos < PHOTOS; photos++) {
    await page.evaluate(async () => {
      const { remover, photo } = window as unknown as Soak;
      const cutout = await remover.segment(photo);
      await cutout.toBlob();
      cutout.dispose();
    });
    sizes.push(await heldMegabytes());
  }
  await page.evaluate(() => (window as unknown as Soak).remover.dispose());
  await page.waitForTimeout(1000);
  const after = await heldMegabytes();
  const round = (values: number[]) => values.map((value) => Math.round(value));
  console.log(`MB empty, after each photo, disposed: ${round([empty, ...sizes, after])}`);
  if (process.env.CLEANCUT_SOAK) writeFileSync(process.env.CLEANCUT_SOAK, sizes.join("\n"));
  const early = Math.max(...sizes.slice(5, 10));
  expect(Math.max(...sizes.slice(-10))).toBeLessThan(early + 25);
  expect(after, "four fifths are back, before any garbage collection").toBeLessThan(
    early - 0.8 * (early - empty),
  );
});
