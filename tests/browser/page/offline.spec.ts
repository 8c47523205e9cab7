/** The demo page as an app: on any static host under a sub-path, without network, kept up to date. */

import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { expect, type Page, test } from "@playwright/test";

import { choose, cutOutNatively, loadedAhead, MUG_JPG, RGB_PNG, saved, status } from "./demo.js";

const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
const PATH = "/tools/cutout/";

/** A copy of the built page on a host that knows nothing but files, below `PATH`. */
async function host() {
  const folder = mkdtempSync(join(tmpdir(), "cleancut-host-"));
  cpSync("www-dist", folder, { recursive: true });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://host");
    const file = normalize(pathname.slice(PATH.length)).replace(/^\.$/, "index.html");
    try {
      if (!pathname.startsWith(PATH) || request.method !== "GET") throw new Error("not a file");
      const body = readFileSync(join(folder, file));
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-length": body.length }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { folder, url: `http://localhost:${port}${PATH}`, close };
}

/** A first visit, until everything is there. */
async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await loadedAhead(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
}

test("after the first visit it works with the host gone", async ({ page }) => {
  const { url, close } = await host();
  await visit(page, url);
  close();
  await expect(page.goto(url)).resolves.toBeTruthy();
  await choose(page, MUG_JPG);
  expect((await saved(page)).bytes.equals(cutOutNatively(MUG_JPG))).toBe(true);
  await page.reload();
  await choose(page, RGB_PNG);
  await expect(status(page)).toHaveText(/^rgb\.png: 64 × 48 px/);
});

test("a network of the reader's own works with the host gone once it was used", async ({
  page,
}) => {
  const { url, close } = await host();
  const use = async () => {
    await choose(page, MUG_JPG);
    await page.locator("#network").setInputFiles("tests/fixtures/onnx/red.onnx");
    await expect(page.locator("#facts")).toContainText("red.onnx, by tract");
  };
  await visit(page, url);
  await use();
  close();
  await expect(page.goto(url)).resolves.toBeTruthy();
  await use();
});

test("a new version is seen at the next visit, and kept for times without network", async ({
  page,
}) => {
  const { folder, url, close } = await host();
  await visit(page, url);
  const html = readFileSync(join(folder, "index.html"), "utf8");
  writeFileSync(
    join(folder, "index.html"),
    html.replace(/<title>.*<\/title>/, "<title>new</title>"),
  );
  const worker = readFileSync(join(folder, "service-worker.js"), "utf8");
  const other = worker.replace(/cleancut-page-\w+/, "cleancut-page-new");
  expect(other).not.toBe(worker);
  writeFileSync(join(folder, "service-worker.js"), other);

  await page.reload();
  await expect(page).toHaveTitle("new");
  const kept = () => page.evaluate(() => caches.keys());
  await expect.poll(async () => (await kept()).includes("cleancut-page-new")).toBe(true);
  await expect
    .poll(async () => (await kept()).filter((name) => name.startsWith("cleancut-page")))
    .toEqual(["cleancut-page-new"]);
  close();
  await page.reload();
  await expect(page).toHaveTitle("new");
  await choose(page, RGB_PNG);
});

test("photos shared with the installed app are taken", async ({ page }) => {
  const { url, close } = await host();
  await visit(page, url);
  const photo = [...readFileSync(RGB_PNG)];
  const isSentOn = await page.evaluate(async (bytes) => {
    const form = new FormData();
    form.append("photos", new File([new Uint8Array(bytes)], "größe 1.png", { type: "image/png" }));
    const answer = await fetch("./share", { method: "POST", body: form, redirect: "manual" });
    return answer.type === "opaqueredirect";
  }, photo);
  expect(isSentOn).toBe(true);
  await page.goto(`${url}?shared`);
  await expect(status(page)).toHaveText(/^größe 1\.png: 64 × 48 px/);
  expect(page.url()).toBe(url);
  expect(await page.evaluate(() => caches.has("cleancut-shared"))).toBe(false);
  close();
});

test("the browser finds it fit to be installed", async ({ page, context }) => {
  const { url, close } = await host();
  await visit(page, url);
  const session = await context.newCDPSession(page);
  const { errors, data } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? "{}");
  for (const { src } of manifest.icons) {
    expect((await page.request.get(new URL(src, url).href)).ok(), src).toBe(true);
  }
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Playwright's contexts are incognito, where nothing can be installed.
  const others = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
  expect(others).toEqual([]);
  close();
});
