/** `removeBackground` in a page that imports dist/ without a bundler, under a strict CSP. */

import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";

import type * as Cleancut from "../../dist/index.js";

test.use({ baseURL: "http://localhost:4180" });

const MUG = [...readFileSync("tests/fixtures/mug.jpg")];
const SMALL = [...readFileSync("tests/fixtures/rgb.png")];

declare global {
  interface Window {
    cleancut: typeof Cleancut;
    workers: Worker[];
  }
}

/** Opens a blank page with the package as `cleancut` and every worker it starts in `workers`. */
async function open(page: Page): Promise<void> {
  await page.goto("/");
  await page.evaluate(async () => {
    window.workers = [];
    window.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        window.workers.push(this);
      }
    };
    window.cleancut = await import(new URL("/dist/index.js", location.href).href);
  });
}

test("a PNG comes back, and the page never waits for it", async ({ page }) => {
  await open(page);
  const result = await page.evaluate(async (mug) => {
    let longestGap = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longestGap = Math.max(longestGap, performance.now() - last);
      last = performance.now();
    }, 5);
    const blob = await cleancut.removeBackground(new Uint8Array(mug));
    clearInterval(timer);
    const { width, height } = await createImageBitmap(blob);
    return { type: blob.type, width, height, longestGap };
  }, MUG);
  expect(result).toMatchObject({ type: "image/png", width: 720, height: 540 });
  expect(result.longestGap, "ms between two ticks of a 5 ms timer").toBeLessThan(500);
});

test("requests queue and each ends exactly once, aborted ones too", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(async (small) => {
    const photo = new Uint8Array(small);
    const controllers = Array.from({ length: 6 }, () => new AbortController());
    const settled: string[] = [];
    const requests = controllers.map(({ signal }, index) =>
      cleancut.removeBackground(photo, { signal }).then(
        () => settled.push(`${index} done`),
        (error) => settled.push(`${index} ${error.name}`),
      ),
    );
    controllers[3]?.abort();
    controllers[0]?.abort();
    setTimeout(() => controllers[2]?.abort(), 300);
    await Promise.all(requests);
    return { settled: settled.sort(), workers: window.workers.length };
  }, SMALL);
  expect(outcome.settled.filter((line) => line.endsWith("AbortError"))).toEqual(
    expect.arrayContaining(["0 AbortError", "3 AbortError"]),
  );
  expect(outcome.settled.map((line) => line[0])).toEqual(["0", "1", "2", "3", "4", "5"]);
  for (const index of [1, 4, 5]) expect(outcome.settled).toContain(`${index} done`);
});

test("abort terminates the worker, and the next call starts a new one", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(
    async ({ mug, small }) => {
      const controller = new AbortController();
      const aborted = cleancut
        .removeBackground(new Uint8Array(mug), {
          signal: controller.signal,
          onProgress: ({ phase }) => phase === "inference" && controller.abort("enough"),
        })
        .catch((reason) => reason);
      const reason = await aborted;
      const next = await cleancut.removeBackground(new Uint8Array(small));
      return { reason, bytes: next.size, workers: window.workers.length };
    },
    { mug: MUG, small: SMALL },
  );
  expect(outcome).toMatchObject({ reason: "enough", workers: 2 });
  expect(outcome.bytes).toBeGreaterThan(0);
});

test("a worker that breaks down rejects its request alone", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(async (small) => {
    const first = cleancut.removeBackground(new Uint8Array(small)).catch((error) => error.code);
    const second = cleancut.removeBackground(new Uint8Array(small)).then(
      () => "done",
      (error) => error.code,
    );
    while (window.workers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    window.workers[0]?.dispatchEvent(new ErrorEvent("error", { message: "forced" }));
    return [await first, await second];
  }, SMALL);
  expect(outcome).toEqual(["worker", "done"]);
});

test("a missing asset is named, and a later call tries again", async ({ page }) => {
  await open(page);
  await page.route("**/*.plan", (route) => route.fulfill({ status: 404, body: "" }));
  const remove = () =>
    page.evaluate(async (small) => {
      try {
        return (await cleancut.removeBackground(new Uint8Array(small))).type;
      } catch (error) {
        return `${error instanceof cleancut.CleancutError && error.code}: ${error}`;
      }
    }, SMALL);
  expect(await remove()).toMatch(/^asset: .*\/dist\/wasm\/.*\.plan answered 404/);
  await page.unroute("**/*.plan");
  expect(await remove()).toBe("image/png");
});

test("what a listener throws is reported and decides nothing", async ({ page }) => {
  await open(page);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const type = await page.evaluate(async (small) => {
    const onProgress = () => {
      throw new Error("the listener's own");
    };
    return (await cleancut.removeBackground(new Uint8Array(small), { onProgress })).type;
  }, SMALL);
  expect(type).toBe("image/png");
  expect(errors).toContain("the listener's own");
});
