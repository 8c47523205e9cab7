/** The API in a page that imports dist/ without a bundler, under a strict CSP. */

import { statSync } from "node:fs";
import { expect, test } from "@playwright/test";

import type * as Cleancut from "../../../dist/index.js";
import { BALL, MUG, open, SMALL } from "./open.js";

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
  expect(outcome).toEqual(["crashed", "done"]);
});

test("a missing asset is named, and a later call tries again", async ({ page }) => {
  await open(page);
  await page.route("**/*.plan", (route) => route.fulfill({ status: 404, body: "" }));
  const remove = () =>
    page.evaluate(async (small) => {
      try {
        return (await cleancut.removeBackground(new Uint8Array(small))).type;
      } catch (error) {
        if (!(error instanceof cleancut.CleancutError)) throw error;
        const { code, message, status, contentType, hint } = error;
        return `${code}: ${message}; ${status} ${contentType}; ${hint}`;
      }
    }, SMALL);
  expect(await remove()).toMatch(
    /^asset: http.*\/dist\/wasm\/base\.plan answered 404 .*; 404 .*; Serve the package's/,
  );
  await page.unroute("**/*.plan");
  await page.route("**/*.plan", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html>" }),
  );
  expect(await remove()).toMatch(/^asset: .*with a web page.*; 200 text\/html; The server answers/);
  await page.unroute("**/*.plan");
  await page.route("**/*.plan", (route) => route.fulfill({ body: "x".repeat(1150680) }));
  expect(await remove()).toMatch(/^integrity: .*is not base\.plan as it was published/);
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

test("wasm and model are kept, and given back", async ({ page, context }) => {
  await open(page);
  const first = await page.evaluate(async () => {
    const before = await cleancut.capabilities();
    await cleancut.preload();
    return { before, after: await cleancut.capabilities(), cached: await cleancut.isCached() };
  });
  expect(first.before).toMatchObject({ cached: false, worker: true, crossOriginIsolated: false });
  expect(first.before.bytesToDownload).toBeGreaterThan(2e6);
  expect(first.after).toMatchObject({ cached: true, bytesToDownload: 0 });
  expect(first.cached).toBe(true);

  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  await page.reload();
  await open(page);
  await page.evaluate((small) => cleancut.removeBackground(new Uint8Array(small)), SMALL);
  expect(requests.filter((url) => /\.(wasm|plan)$/.test(url))).toEqual([]);

  await page.evaluate(() => cleancut.clearCache());
  expect(await page.evaluate(() => cleancut.isCached())).toBe(false);
  const uncached = await page.evaluate(async (small) => {
    const remover = await cleancut.createRemover({ cache: "none" });
    await remover.remove(new Uint8Array(small));
    await remover.dispose();
    return cleancut.isCached();
  }, SMALL);
  expect(uncached).toBe(false);
});

for (const worker of [true, false]) {
  const where = worker ? "a worker" : "this thread";
  test(`the method studio loads no model, a later network loads it once: ${where}`, async ({
    page,
    context,
  }) => {
    const requests: string[] = [];
    context.on("request", (request) => requests.push(request.url()));
    await open(page);
    const asked = () => requests.splice(0).flatMap((url) => /\w+\.(?:wasm|plan)$/.exec(url) ?? []);
    await page.evaluate(async (worker) => {
      const remover = await cleancut.createRemover({ worker });
      Object.assign(window, { remover });
    }, worker);
    const remove = (photo: number[], method: "studio" | "network") =>
      page.evaluate(
        async ({ photo, method }) => {
          const { remover } = window as unknown as { remover: Cleancut.Remover };
          const outcome = await remover.remove(new Uint8Array(photo), { method }).then(
            ({ type }) => type,
            (error) => error.code,
          );
          const { cached, bytesToDownload } = await cleancut.capabilities();
          return { outcome, cached, bytesToDownload };
        },
        { photo, method },
      );
    const model = statSync("dist/wasm/base.plan").size;
    const lacking = { cached: false, bytesToDownload: model };
    expect(await remove(BALL, "studio")).toEqual({ outcome: "image/png", ...lacking });
    expect(asked()).toEqual(["relaxed.wasm"]);
    expect(await remove(MUG, "studio")).toEqual({ outcome: "busy-ground", ...lacking });
    expect(asked()).toEqual([]);
    const there = { cached: true, bytesToDownload: 0 };
    for (const loaded of [["base.plan"], []]) {
      expect(await remove(MUG, "network")).toEqual({ outcome: "image/png", ...there });
      expect(asked()).toEqual(loaded);
    }
  });
}

test("a cut-out lives in its worker until it is disposed of", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(
    async ({ mug, small }) => {
      const remover = await cleancut.createRemover();
      const cutout = await remover.segment(new Uint8Array(mug), { background: "white" });
      const controller = new AbortController();
      const aborted = remover
        .segment(new Uint8Array(mug), {
          signal: controller.signal,
          onProgress: ({ phase }) => phase === "inference" && controller.abort("enough"),
        })
        .catch((reason) => reason);
      const reason = await aborted;
      const bitmap = await cutout.toImageBitmap();
      const image = await cutout.toImageData();
      const file = await cutout.toFile("mug.photo.jpg".replace(/\.jpg$/, ""));
      const edited = await cutout.edit([
        { mode: "erase", points: [{ x: 0, y: 0 }], radius: 2000, hardness: 1 },
      ]);
      const workers = window.workers.length;
      cutout.dispose();
      edited.dispose();
      const gone = await cutout.toBlob().catch((error) => error.code);
      const next = await remover.segment(new Uint8Array(small));
      await remover.dispose();
      const lost = await next.toBlob().catch((error) => error.code);
      return {
        reason,
        sizes: [bitmap.width, bitmap.height, image.width, image.height],
        name: file.name,
        box: edited.box,
        workers,
        gone,
        lost,
        backend: cutout.backend,
      };
    },
    { mug: MUG, small: SMALL },
  );
  expect(outcome).toEqual({
    reason: "enough",
    sizes: [720, 540, 720, 540],
    name: "mug.photo",
    box: null,
    workers: 1,
    gone: "disposed",
    lost: "disposed",
    backend: "relaxed",
  });
});

test("an idle worker is ended, and the next call starts a new one", async ({ page }) => {
  await open(page);
  const workers = await page.evaluate(async (small) => {
    const remover = await cleancut.createRemover({ idleTimeout: 50 });
    const cutout = await remover.segment(new Uint8Array(small));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await cutout.toBlob();
    cutout.dispose();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await remover.remove(new Uint8Array(small));
    return window.workers.length;
  }, SMALL);
  expect(workers).toBe(2);
});

test("workers share the work of a batch, in order", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(async (small) => {
    const remover = await cleancut.createRemover({ workers: 2 });
    const seen: number[] = [];
    const inputs = Array.from({ length: 6 }, () => new Uint8Array(small));
    for await (const { index, ok } of remover.batch(inputs)) if (ok) seen.push(index);
    await remover.dispose();
    return { seen, workers: window.workers.length };
  }, SMALL);
  expect(outcome).toEqual({ seen: [0, 1, 2, 3, 4, 5], workers: 2 });
});

test("in this thread the same comes out", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(async (small) => {
    const hash = async (blob: Blob) =>
      [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))].join();
    const expected = await hash(await cleancut.removeBackground(new Uint8Array(small)));
    const remover = await cleancut.createRemover({ worker: false });
    const started = window.workers.length;
    const local = await hash(await remover.remove(new Uint8Array(small)));
    const core = await import(new URL("/dist/core.js", location.href).href);
    const inline = await import(new URL("/dist/inline.js", location.href).href);
    return {
      local: local === expected,
      core: (await hash(await core.removeBackground(new Uint8Array(small)))) === expected,
      inline: (await hash(await inline.removeBackground(new Uint8Array(small)))) === expected,
      workers: window.workers.length - started,
    };
  }, SMALL);
  expect(outcome).toEqual({ local: true, core: true, inline: true, workers: 0 });
});

test("without WebGPU auto is the CPU, quietly, and webgpu an error with a hint", async ({
  page,
  context,
}) => {
  const urls: string[] = [];
  const said: string[] = [];
  context.on("request", (request) => urls.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  await open(page);
  await page.evaluate(async (small) => {
    await cleancut.removeBackground(new Uint8Array(small));
  }, SMALL);
  expect(urls.filter((url) => /webgpu\.(js|wasm)$/.test(url))).toEqual([]);
  const found = await page.evaluate(async (small) => {
    const photo = new Uint8Array(small);
    const cutout = await cleancut.segment(photo, { device: "auto" });
    cutout.dispose();
    const error = await cleancut.removeBackground(photo, { device: "webgpu" }).catch((e) => e);
    const { gpu } = await cleancut.capabilities();
    return {
      backend: cutout.backend,
      error: `${error.code}: ${error.message}. ${error.hint}`,
      gpu,
    };
  }, SMALL);
  expect(found.backend).toMatch(/relaxed|simd/);
  expect(found.error).toMatch(/^device: there is no WebGPU here\. Ask for the device "auto"/);
  expect(found.gpu).toBeNull();
  // Chromium's own words are of the favicon and of adapters.
  expect(
    said.filter((text) => !/^(Failed to load resource|No available adapters)/.test(text)),
  ).toEqual([]);
  expect(urls.filter((url) => url.endsWith("webgpu.wasm"))).toEqual([]);
});
