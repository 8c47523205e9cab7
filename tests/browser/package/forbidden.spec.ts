/** Pages that may have no worker: the package works there, and says why it does so in their thread. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, type Frame, type Page, test } from "@playwright/test";

import { type Field, load, ORIGIN, open, SMALL } from "./open.js";

const MUG = "tests/fixtures/mug.jpg";
const SCRIPTS = "script-src 'self' 'wasm-unsafe-eval'";
const CSP = "content-security-policy";
const COEP = { "cross-origin-embedder-policy": "require-corp" };
const TRUSTED = `default-src 'self'; ${SCRIPTS}; require-trusted-types-for 'script'`;

/** Every warning of the console from now on. */
function warningsOf(page: Page): string[] {
  const warnings: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "warning") warnings.push(message.text());
  });
  return warnings;
}

/** What a cut-out is, and how many workers made it. */
const cutOut = (page: Page | Frame) =>
  page.evaluate(async (small) => {
    const [first, second] = await Promise.all([
      cleancut.removeBackground(new Uint8Array(small)),
      cleancut.removeBackground(new Uint8Array(small)),
    ]);
    if (first.size !== second?.size) throw new Error("they differ");
    const cutout = await cleancut.segment({ data: new Uint8Array(64), width: 4, height: 4 });
    cutout.dispose();
    return first.type;
  }, SMALL);

test("Trusted Types: a worker by the policy cleancut", async ({ page }) => {
  const warnings = warningsOf(page);
  for (const list of ["", "; trusted-types cleancut"]) {
    await open(page, { [CSP]: TRUSTED + list });
    expect(await cutOut(page)).toBe("image/png");
    expect(await page.evaluate(() => window.workers.length)).toBe(1);
  }
  expect(warnings).toEqual([]);
});

const REFUSALS: [string, Record<string, string>, RegExp][] = [
  [
    "Trusted Types that list other policies",
    { [CSP]: `${TRUSTED}; trusted-types other` },
    /Trusted Types forbid its worker\. Allow its policy in the CSP: trusted-types cleancut/,
  ],
  [
    "Trusted Types of nobody",
    { [CSP]: `${TRUSTED}; trusted-types 'none'` },
    /Trusted Types forbid/,
  ],
  [
    "a CSP without workers",
    { [CSP]: `default-src 'self'; ${SCRIPTS}; worker-src 'none'` },
    /the Content-Security-Policy forbids its worker\. Allow .* worker-src/,
  ],
  ["COEP", COEP, /Cross-Origin-Embedder-Policy \(COEP\) blocks the worker's script\. Serve/],
  [
    "COEP and COOP",
    { ...COEP, "cross-origin-opener-policy": "same-origin" },
    /Cross-Origin-Embedder-Policy \(COEP\)/,
  ],
];

for (const [name, headers, told] of REFUSALS) {
  test(`${name}: the page's own thread, and one warning`, async ({ page }) => {
    const warnings = warningsOf(page);
    await open(page, headers);
    expect(await cutOut(page)).toBe("image/png");
    expect(warnings).toEqual([expect.stringMatching(told)]);

    const own = await page.evaluate(async (small) => {
      const worker = () => new Worker("/dist/worker.js", { type: "module" });
      const remover = await cleancut.createRemover({ worker });
      const requests = [0, 1].map(() => remover.remove(new Uint8Array(small)).catch((e) => e));
      const errors = await Promise.all(requests);
      return errors.map(({ code, message, hint }) => `${code}: ${message}. ${hint}`);
    }, SMALL);
    for (const error of own) {
      expect(error).toMatch(/^worker: /);
      expect(error).toMatch(told);
    }
  });
}

test("COEP with the header on the worker's script: a worker", async ({ page }) => {
  const warnings = warningsOf(page);
  await page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), ...COEP } });
  });
  await open(page, COEP);
  expect(await cutOut(page)).toBe("image/png");
  expect(warnings).toEqual([]);
});

test("a sandboxed frame: the page's own thread, forms too", async ({ page }) => {
  const warnings = warningsOf(page);
  await page.route("**/dist/**", (route) =>
    route.continue({ url: route.request().url().replace("/dist/", "/cors/dist/") }),
  );
  await page.goto(`${ORIGIN}/blank?${CSP}=`);
  await page.evaluate(() => {
    document.body.innerHTML = `<iframe sandbox="allow-scripts allow-forms" src="/blank?content-security-policy="></iframe>`;
  });
  await expect.poll(() => page.frames().length).toBe(2);
  const frame = page.frames()[1] as Frame;
  await frame.waitForLoadState();
  expect(await frame.evaluate(() => globalThis.origin)).toBe("null");
  await load(frame);
  expect(await cutOut(frame)).toBe("image/png");
  expect(warnings).toEqual([expect.stringMatching(/opaque origin .*allow-same-origin/)]);

  await frame.evaluate(async () => {
    document.body.innerHTML = `<form action="/upload" method="post" enctype="multipart/form-data">
      <input type="file" name="attached"><cleancut-input name="element"></cleancut-input>
      <button>Sell</button></form>`;
    const { attach } = await import(new URL("/dist/attach.js", location.href).href);
    const { define } = await import(new URL("/dist/element.js", location.href).href);
    attach(document.querySelector("input"));
    define();
  });
  await frame.locator("input").first().setInputFiles(MUG);
  await frame.locator("cleancut-input input").setInputFiles(MUG);
  await frame.getByRole("button", { name: "Sell" }).click();
  await frame.waitForURL("**/upload");
  const fields: Field[] = JSON.parse((await frame.locator("body").textContent()) ?? "");
  expect(fields.map(({ field, name }) => [field, name])).toEqual([
    ["attached", "mug.png"],
    ["element", "mug.png"],
  ]);
  expect(fields[0]?.sha256).toBe(fields[1]?.sha256);
});

test("element and attach under Trusted Types send the cut-out", async ({ page }) => {
  await open(page, { [CSP]: `${TRUSTED}; trusted-types cleancut` });
  await page.evaluate(async () => {
    const form = document.createElement("form");
    Object.assign(form, { action: "/upload", method: "post", enctype: "multipart/form-data" });
    const input = document.createElement("input");
    Object.assign(input, { type: "file", name: "attached" });
    const { attach } = await import(new URL("/dist/attach.js", location.href).href);
    const { define } = await import(new URL("/dist/element.js", location.href).href);
    define();
    const element = document.createElement("cleancut-input");
    element.setAttribute("name", "element");
    form.append(input, element, document.createElement("button"));
    document.body.append(form);
    attach(input);
  });
  await page.locator("form > input").setInputFiles(MUG);
  await page.locator("cleancut-input input").setInputFiles(MUG);
  await page.locator("form > button").click();
  await page.waitForURL("**/upload");
  const fields: Field[] = JSON.parse((await page.locator("body").textContent()) ?? "");
  const original = createHash("sha256").update(readFileSync(MUG)).digest("hex");
  for (const { name, sha256 } of fields) {
    expect(name).toBe("mug.png");
    expect(sha256).not.toBe(original);
  }
  expect(fields).toHaveLength(2);
});
