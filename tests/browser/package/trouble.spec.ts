/** Aborts, crashes and corrupt files: every promise settles, every good photo comes out right. */

import { expect, test } from "@playwright/test";

import { MUG, open, SMALL } from "./open.js";

test("twenty aborts, twenty crashes and twenty corrupt files among good ones", async ({ page }) => {
  test.setTimeout(300_000);
  await open(page);
  const outcome = await page.evaluate(async (small) => {
    const hash = async (blob: Blob) =>
      [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))].join();
    const good = () => new Uint8Array(small);
    const corrupt = (seed: number) => {
      const bytes = good().slice(0, 60 + seed);
      bytes[seed] = 0xff;
      return bytes;
    };
    const remover = await cleancut.createRemover();
    const expected = await hash(await remover.remove(good()));

    // The engine panics on pixels that are fewer than they say: a real trap, in the worker.
    let crashes = 0;
    const broken = { data: new Uint8Array(4 * 4 * 4), width: 4, height: 4 };
    window.tamper = (message) => {
      const { takes } = message as { takes?: { photo?: { kind: string; width: number } } };
      if (takes?.photo?.kind !== "pixels") return;
      takes.photo.width = 5;
      crashes += 1;
    };
    let state = 7;
    const random = () => {
      state = (state * 16807) % 2147483647;
      return state / 2147483647;
    };
    const settled: Record<string, number> = {};
    const count = (word: string) => {
      settled[word] = (settled[word] ?? 0) + 1;
    };
    const requests: Promise<void>[] = [];
    const request = (kind: string, start: () => Promise<Blob>) =>
      requests.push(
        start().then(
          async (blob) => count(`${kind} ${(await hash(blob)) === expected ? "right" : "WRONG"}`),
          (error) => count(`${kind} ${error instanceof DOMException ? error.name : error.code}`),
        ),
      );
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      request("good", () => remover.remove(good()));
      request("corrupt", () => remover.remove(corrupt(round)));
      request("aborted", () => remover.remove(good(), { signal: controller.signal }));
      setTimeout(() => controller.abort(), random() * 4000);
      request("crashing", () => remover.remove(broken));
    }
    await Promise.all(requests);
    window.tamper = undefined;
    request("last", () => remover.remove(good()));
    await Promise.all(requests);
    await remover.dispose();
    return { settled, crashes };
  }, SMALL);
  const { settled } = outcome;
  expect(settled["good right"]).toBe(20);
  expect(settled["crashing crashed"]).toBe(20);
  expect(outcome.crashes).toBe(20);
  // A bad byte among the eight of PNG's signature makes it no PNG.
  expect(settled["corrupt unsupported-format"]).toBe(8);
  expect(settled["corrupt decode"]).toBe(12);
  expect((settled["aborted AbortError"] ?? 0) + (settled["aborted right"] ?? 0)).toBe(20);
  expect(settled["aborted AbortError"]).toBeGreaterThan(0);
  expect(settled["last right"]).toBe(1);
});

test("a crash loses the cut-outs of its worker, and says so", async ({ page }) => {
  await open(page);
  const outcome = await page.evaluate(async (mug) => {
    const cutout = await cleancut.segment(new Uint8Array(mug));
    window.tamper = (message) => {
      const { takes } = message as { takes?: { photo?: { kind: string; width: number } } };
      if (takes?.photo?.kind === "pixels") takes.photo.width = 5;
    };
    const data = new Uint8Array(64);
    const crash = await cleancut.segment({ data, width: 4, height: 4 }).catch((e) => e.code);
    const lost = await cutout.toBlob().catch((error) => `${error.code}: ${error.message}`);
    const again = await cleancut.segment(new Uint8Array(mug));
    const blob = await again.toBlob();
    return { crash, lost, type: blob.type, numbers: cutout.width };
  }, MUG);
  expect(outcome).toEqual({
    crash: "crashed",
    lost: "lost: the cut-out's engine was ended",
    type: "image/png",
    numbers: 720,
  });
});

test("a worker that cannot start, and wasm that is forbidden, are told apart", async ({ page }) => {
  await page.route("**/worker.js", (route) => route.fulfill({ status: 404, body: "" }));
  await open(page);
  const remove = () =>
    page.evaluate(
      (small) =>
        cleancut.removeBackground(new Uint8Array(small)).then(
          () => "done",
          (e) => e.code,
        ),
      SMALL,
    );
  expect(await remove()).toBe("worker");
  await page.unroute("**/worker.js");
  expect(await remove()).toBe("done");

  await page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), "content-security-policy": "script-src 'self'" };
    await route.fulfill({ response, headers });
  });
  await open(page);
  expect(await remove()).toBe("wasm");
});
