/** Networks of one's own in Chromium, under the strict CSP of every page here. */

import { expect, test } from "@playwright/test";

import type * as Cleancut from "../../../dist/index.js";
import type * as Onnx from "../../../dist/onnx.js";
import { BALL, bytesOf, ORIGIN, open } from "./open.js";

const RED = bytesOf("onnx/red.onnx");

declare global {
  interface Window {
    onnx: typeof Onnx.onnx;
    /** What made the ball's mask, how much of the photo it covers, and its hash. */
    cut(remover: Cleancut.Remover): Promise<string[]>;
  }
}

test.beforeEach(async ({ page }) => {
  await open(page);
  await page.evaluate(async (ball) => {
    window.onnx = (await import(new URL("/dist/onnx.js", location.href).href)).onnx;
    window.cut = async (remover) => {
      const cutout = await remover.segment(new Uint8Array(ball), { method: "network" });
      const { data } = await cutout.toMask();
      cutout.dispose();
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
      return [cutout.backend, cutout.coverage.toFixed(2), hash.join()];
    };
  }, BALL);
});

test("in a worker and in the page, of a wasm that is loaded only then, none of it elsewhere", async ({
  page,
  context,
}) => {
  const urls: string[] = [];
  context.on("request", (request) => urls.push(request.url()));
  const found = await page.evaluate(async (red) => {
    const spec = { preset: "isnet", side: 160, mean: 0 } as const;
    const file = new Blob([new Uint8Array(red)]);
    const steps: Cleancut.Progress[] = [];
    const one = await cleancut.createRemover({ model: window.onnx(file, spec) });
    await one.preload({ onProgress: (progress) => steps.push(progress) });
    const inWorker = await window.cut(one);
    await one.dispose();
    const url = new URL("/tests/fixtures/onnx/red.onnx", location.href);
    const two = await cleancut.createRemover({ model: window.onnx(url, spec), worker: false });
    const inPage = await window.cut(two);
    await two.dispose();
    const totals = steps.map(({ totalBytes }) => totalBytes);
    return { inWorker, inPage, mostBytes: Math.max(...totals) };
  }, RED);
  expect(found.inWorker[0]).toBe("onnx");
  expect(Number(found.inWorker[1])).toBeGreaterThan(0.05);
  expect(found.inPage).toEqual(found.inWorker);
  expect(found.mostBytes).toBeGreaterThan(2e6);
  const own = urls.filter((url) => !url.startsWith("blob:"));
  expect(own.filter((url) => !url.startsWith(`${ORIGIN}/`))).toEqual([]);
  expect(own.filter((url) => url.endsWith(".plan"))).toEqual([]);
  expect(own.filter((url) => url.endsWith("/onnx.wasm"))).toHaveLength(1);
});

test("what the wasm breaks down over is an error, and the next photo starts another", async ({
  page,
}) => {
  const found = await page.evaluate(async (red) => {
    const spec = { preset: "isnet", side: 160, mean: 0 } as const;
    const model = window.onnx(new Uint8Array(red), spec);
    const outcomes = [];
    for (const worker of [true, false]) {
      const remover = await cleancut.createRemover({ model, worker });
      const before = await window.cut(remover);
      const broken = window.onnx(new Uint8Array(red.slice(0, 200)), spec);
      const other = await cleancut.createRemover({ model: broken, worker });
      const error = await window.cut(other).catch(({ code, message }) => `${code}: ${message}`);
      const after = await window.cut(remover);
      outcomes.push({ isSame: before.join() === after.join(), error });
      await Promise.all([remover.dispose(), other.dispose()]);
    }
    return outcomes;
  }, RED);
  for (const { isSame, error } of found) {
    expect(isSame).toBe(true);
    expect(error).toMatch(/^model: cannot load the model: /);
  }
});

test("abort in the middle; the next call works", async ({ page }) => {
  const found = await page.evaluate(async (red) => {
    const spec = { preset: "isnet", side: 1024, mean: 0 } as const;
    const model = window.onnx(new Uint8Array(red), spec);
    const remover = await cleancut.createRemover({ model });
    await remover.preload();
    const ended = new AbortController();
    const canvas = new OffscreenCanvas(640, 480);
    canvas.getContext("2d")?.fillRect(0, 0, 640, 480);
    const options = {
      method: "network" as const,
      signal: ended.signal,
      onProgress: ({ phase }: Cleancut.Progress) => {
        if (phase === "inference") ended.abort("enough");
      },
    };
    const reason = await remover.segment(canvas, options).catch((thrown) => thrown);
    const [backend] = await window.cut(remover);
    await remover.dispose();
    return `${reason}, then ${backend}`;
  }, RED);
  expect(found).toBe("enough, then onnx");
});
