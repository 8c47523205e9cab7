/** Real forms posted to a real server: the bytes that arrive. */

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";

import type { CutErrorDetail, FormOptions } from "../../../dist/attach.js";
import type { CleancutInput } from "../../../dist/element.js";
import { type Field, ORIGIN, open } from "./open.js";

const MUG = "tests/fixtures/mug.jpg";
const SMALL = "tests/fixtures/rgb.png";
const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Opens a page with a form of `fields`; `events` collects what cleancut tells. */
async function openForm(page: Page, fields: string): Promise<void> {
  await open(page);
  await page.evaluate((fields) => {
    document.body.innerHTML = `
      <form action="/upload" method="post" enctype="multipart/form-data">
        <input name="title" value="A mug">
        ${fields}
        <button name="how" value="sold">Sell</button>
        <button type="reset">Reset</button>
      </form>`;
    for (const name of ["cleancut", "cleancuterror"]) {
      document.addEventListener(name, (event) => {
        const { error } = (event as CustomEvent<Partial<CutErrorDetail>>).detail;
        document.title += ` ${name}${error ? `:${error.code}` : ""}`;
      });
    }
  }, fields);
}

async function attach(page: Page, options: FormOptions = {}): Promise<void> {
  await page.evaluate(async (options) => {
    const { attach } = await import(new URL("/dist/attach.js", location.href).href);
    attach(document.querySelector("input[type=file]"), options);
  }, options);
}

async function define(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { define } = await import(new URL("/dist/element.js", location.href).href);
    define();
  });
}

/** Submits and returns what the server says that it got. */
async function sell(page: Page): Promise<Field[]> {
  await page.getByRole("button", { name: "Sell" }).click();
  await page.waitForURL("**/upload");
  return JSON.parse((await page.locator("body").textContent()) ?? "");
}

/** What the package makes of a photo, hashed. */
async function expected(page: Page, path: string): Promise<string> {
  return page.evaluate(
    async (bytes) => {
      const blob = await cleancut.removeBackground(new Uint8Array(bytes));
      const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
      return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    },
    [...readFileSync(path)],
  );
}

const PLAIN = '<input type="file" name="photo" accept="image/*" required>';
const ELEMENT = `<label for="photo">Photo of the product</label>
  <cleancut-input id="photo" name="photo" required>
    <input type="file" name="photo" accept="image/*">
  </cleancut-input>`;

test("attach: a submit waits for the cut-out, and it arrives", async ({ page }) => {
  await openForm(page, PLAIN);
  await attach(page);
  const cut = await expected(page, MUG);
  await page.locator("input[type=file]").setInputFiles(MUG);
  const [title, photo, how, ...more] = await sell(page);
  expect(title).toEqual({ field: "title", value: "A mug" });
  expect(how).toEqual({ field: "how", value: "sold" });
  expect(more).toEqual([]);
  expect(photo).toMatchObject({ field: "photo", name: "mug.png", type: "image/png", sha256: cut });
});

test("attach: the server's formats are kept, several files too", async ({ page }) => {
  await openForm(page, '<input type="file" name="photo" accept=".jpg,image/webp" multiple>');
  await attach(page);
  await page.locator("input[type=file]").setInputFiles([
    { name: "mug.jpg", mimeType: "image/jpeg", buffer: readFileSync(MUG) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no photo") },
    { name: "rgb.png", mimeType: "image/png", buffer: readFileSync(SMALL) },
  ]);
  await expect(page).toHaveTitle(/cleancut cleancuterror:unsupported-format cleancut/);
  const photos = (await sell(page)).filter(({ field }) => field === "photo");
  expect(photos.map(({ name, type }) => [name, type])).toEqual([
    ["mug.webp", "image/webp"],
    ["notes.txt", "text/plain"],
    ["rgb.webp", "image/webp"],
  ]);
});

/** Ways to fail: each must end with the original at the server, and an event that says why. */
const FAILURES: [string, (page: Page) => Promise<void>, FormOptions, RegExp][] = [
  ["no worker", (page) => page.route("**/worker.js", (r) => r.abort()), {}, /:worker/],
  ["no model", (page) => page.route("**/*.plan", (r) => r.abort()), {}, /:asset/],
  [
    "the engine breaks down",
    (page) =>
      page.evaluate(() => {
        window.tamper = (message) => {
          const { takes } = message as { takes?: { photo?: object } };
          if (!takes?.photo) return;
          takes.photo = { kind: "pixels", pixels: new Uint8Array(64), width: 5, height: 4 };
        };
      }),
    {},
    /:crashed/,
  ],
  ["time is up", (page) => page.route("**/*.plan", () => {}), { timeout: 300 }, /:timeout/],
];

for (const [name, fail, options, told] of FAILURES) {
  test(`attach fails open: ${name}`, async ({ page }) => {
    await openForm(page, PLAIN);
    await fail(page);
    await attach(page, options);
    await page.locator("input[type=file]").setInputFiles(MUG);
    await expect(page).toHaveTitle(told);
    const photo = (await sell(page)).find(({ field }) => field === "photo");
    expect(photo).toMatchObject({ name: "mug.jpg", type: "image/jpeg", sha256: sha256(MUG) });
  });

  test(`the element fails open: ${name}`, async ({ page }) => {
    await openForm(page, ELEMENT);
    await fail(page);
    await define(page);
    await page.evaluate((options) => {
      const element = document.querySelector<CleancutInput>("cleancut-input");
      if (element) element.options = options;
    }, options);
    await page.getByLabel("Photo of the product").setInputFiles(MUG);
    const photo = (await sell(page)).filter(({ field }) => field === "photo");
    expect(photo).toEqual([
      expect.objectContaining({ name: "mug.jpg", type: "image/jpeg", sha256: sha256(MUG) }),
    ]);
  });
}

test("attach: what is wrong in the page is told at once, and detach ends it", async ({ page }) => {
  await openForm(page, PLAIN);
  const outcome = await page.evaluate(async () => {
    const { attach } = await import(new URL("/dist/attach.js", location.href).href);
    const input = document.querySelector("input[type=file]");
    let code = "";
    try {
      attach(input, { colour: "red" });
    } catch (error) {
      code = (error as { code: string }).code;
    }
    attach(input).detach();
    return code;
  });
  expect(outcome).toBe("option");
  await page.locator("input[type=file]").setInputFiles(MUG);
  const photo = (await sell(page)).find(({ field }) => field === "photo");
  expect(photo).toMatchObject({ sha256: sha256(MUG) });
});

test("the element: its cut-out arrives once, under its name", async ({ page }) => {
  await openForm(page, ELEMENT);
  const cut = await expected(page, MUG);
  await define(page);
  await page.getByLabel("Photo of the product").setInputFiles(MUG);
  const fields = await sell(page);
  expect(fields.map(({ field }) => field)).toEqual(["title", "photo", "how"]);
  expect(fields[1]).toMatchObject({ name: "mug.png", type: "image/png", sha256: cut });
});

test("the element takes which thing is meant as an attribute or a property", async ({ page }) => {
  await openForm(page, ELEMENT);
  await define(page);
  const hash = (options: object) =>
    page.evaluate(
      async ({ bytes, options }) => {
        const blob = await cleancut.removeBackground(new Uint8Array(bytes), options);
        const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
        return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      },
      { bytes: [...readFileSync(MUG)], options },
    );
  const element = page.locator("cleancut-input");
  const sent = async () => {
    await page.getByLabel("Photo of the product").setInputFiles(MUG);
    await expect(page.getByRole("status")).toHaveText("The background is removed.");
    const bytes = await element.evaluate(async (node) => [
      ...new Uint8Array(await ((node as CleancutInput).file as File).arrayBuffer()),
    ]);
    await page.getByRole("button", { name: "Reset" }).click();
    return createHash("sha256").update(new Uint8Array(bytes)).digest("hex");
  };
  const [at, roi] = [
    { x: 360, y: 270 },
    { x: 300, y: 200, width: 100, height: 100 },
  ];
  const wanted = [await hash({}), await hash({ at }), await hash({ roi })];
  expect(new Set(wanted).size).toBe(3);
  await element.evaluate((node) => node.setAttribute("at", "360,270"));
  expect(await sent()).toBe(wanted[1]);
  await element.evaluate((node, roi) => {
    node.removeAttribute("at");
    (node as CleancutInput).options = { roi };
  }, roi);
  expect(await sent()).toBe(wanted[2]);
});

test("the element without JavaScript is a plain file input", async ({ page }) => {
  await openForm(page, ELEMENT);
  await page.locator("input[type=file]").setInputFiles(SMALL);
  const photo = (await sell(page)).filter(({ field }) => field === "photo");
  expect(photo).toEqual([expect.objectContaining({ name: "rgb.png", sha256: sha256(SMALL) })]);
});

test("the element validates, resets, is disabled and takes attributes", async ({ page }) => {
  await openForm(page, ELEMENT);
  await define(page);
  const element = page.locator("cleancut-input");
  const state = () =>
    element.evaluate((node) => {
      const { validity, validationMessage, file, form } = node as CleancutInput;
      return { valid: validity?.valid, validationMessage, file: file?.name, hasForm: !!form };
    });
  expect(await state()).toEqual({
    valid: false,
    validationMessage: "Please choose a photo.",
    file: undefined,
    hasForm: true,
  });
  await page.getByRole("button", { name: "Sell" }).click();
  expect(page.url()).not.toContain("/upload");
  await expect(page.getByLabel("Photo of the product")).toBeFocused();

  await page.getByLabel("Photo of the product").setInputFiles(MUG);
  await expect(page.getByRole("status")).toHaveText("The background is removed.");
  expect(await state()).toMatchObject({ valid: true, file: "mug.png" });
  await page.getByRole("button", { name: "Send the original" }).click();
  expect(await state()).toMatchObject({ file: "mug.jpg" });
  await page.getByRole("button", { name: "Send the original" }).click();
  expect(await state()).toMatchObject({ file: "mug.png" });

  await page.getByRole("button", { name: "Reset" }).click();
  expect(await state()).toMatchObject({ valid: false, file: undefined });

  await element.evaluate((node) => node.setAttribute("format", "jpeg"));
  await page.getByLabel("Photo of the product").setInputFiles(SMALL);
  await expect(page.getByRole("status")).toHaveText("The background is removed.");
  expect(await state()).toMatchObject({ file: "rgb.jpg" });
  await element.evaluate((node) => node.setAttribute("quality", "best"));
  await page.getByLabel("Photo of the product").setInputFiles(MUG);
  await expect(page).toHaveTitle(/cleancuterror:option/);
  expect(await state()).toMatchObject({ valid: true, file: "mug.jpg" });

  await element.evaluate((node) => node.setAttribute("disabled", ""));
  await expect(page.getByLabel("Photo of the product")).toBeDisabled();
  const fields = await sell(page);
  expect(fields.map(({ field }) => field)).toEqual(["title", "how"]);
});

test("the element has its photo again when the user comes back", async ({ page }) => {
  const body = `<!doctype html><title>shop</title><script type="module" src="/shop.js"></script>
    <form action="/upload" method="post" enctype="multipart/form-data">${ELEMENT}
    <button>Sell</button></form>`;
  const script = 'import { define } from "/dist/element.js"; define();';
  await page.route("**/shop", (r) => r.fulfill({ contentType: "text/html", body }));
  await page.route("**/shop.js", (r) =>
    r.fulfill({ contentType: "text/javascript", body: script }),
  );
  await page.goto(`${ORIGIN}/shop`);
  const status = page.getByRole("status");
  await expect(status).toHaveText("Choose a photo");
  await page.getByLabel("Photo of the product").setInputFiles(MUG);
  await expect(status).toHaveText("The background is removed.");
  await page.goto(`${ORIGIN}/blank`);
  await page.goBack();
  await expect(status).toHaveText("The background is removed.");
  const original = await page.locator("cleancut-input").evaluate((node) => {
    const { name, size } = (node as CleancutInput).original ?? {};
    return { name, size };
  });
  expect(original).toEqual({ name: "mug.jpg", size: statSync(MUG).size });

  // As a page that goes into the browser's back/forward cache and comes out as it was.
  const sent = (event: string) =>
    page.evaluate((event) => {
      window.dispatchEvent(new PageTransitionEvent(event, { persisted: true }));
      const form = document.querySelector("form") as HTMLFormElement;
      return (new FormData(form).get("photo") as File).name;
    }, event);
  expect([await sent("pagehide"), await sent("pageshow")]).toEqual(["mug.jpg", "mug.png"]);
  const photo = (await sell(page)).filter(({ field }) => field === "photo");
  expect(photo).toEqual([expect.objectContaining({ name: "mug.png", type: "image/png" })]);
});

test("the element takes dropped and pasted photos, and works from the keyboard", async ({
  page,
}) => {
  const chooser = page.waitForEvent("filechooser");
  await openForm(page, ELEMENT);
  await define(page);
  const status = page.getByRole("status");
  await page.locator("input[name=title]").focus();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Photo of the product")).toBeFocused();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(MUG);
  await expect(status).toHaveText("The background is removed.");
  await page.keyboard.press("Tab");
  const compare = page.getByRole("button", { name: "Show the original" });
  await expect(compare).toBeFocused();
  await expect(page.getByRole("img", { name: "The photo without its background" })).toBeVisible();
  await page.keyboard.press("Space");
  await expect(compare).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("img", { name: "The photo as it was" })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Remove the photo" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Photo of the product")).toBeFocused();

  const files = await page.evaluateHandle(
    (bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], "given.png", { type: "image/png" }));
      return transfer;
    },
    [...readFileSync(SMALL)],
  );
  const element = page.locator("cleancut-input");
  const name = () => element.evaluate((node) => (node as CleancutInput).original?.name);
  await element.dispatchEvent("drop", { dataTransfer: files });
  await expect(status).toHaveText("The background is removed.");
  expect(await name()).toBe("given.png");
  await page.getByRole("button", { name: "Remove the photo" }).click();
  expect(await name()).toBeUndefined();
  await element.evaluate((node, clipboardData) => {
    node.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
  }, files);
  await expect(status).toHaveText("The background is removed.");
  expect(await name()).toBe("given.png");
});

test("the element can be styled by parts and says what it is told to", async ({ page }) => {
  await openForm(page, ELEMENT);
  await define(page);
  const found = await page.locator("cleancut-input").evaluate((node) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("cleancut-input::part(status) { color: rgb(1, 2, 3); }");
    document.adoptedStyleSheets = [sheet];
    (node as CleancutInput).texts = { choose: "Foto wählen", missing: "Bitte ein Foto wählen." };
    const status = node.shadowRoot?.querySelector("[part=status]") as HTMLElement;
    const parts = [...(node.shadowRoot?.querySelectorAll("[part]") ?? [])];
    return {
      colour: getComputedStyle(status).color,
      message: (node as CleancutInput).validationMessage,
      parts: [...new Set(parts.flatMap((part) => [...part.part]))].sort().join(" "),
    };
  });
  expect(found).toEqual({
    colour: "rgb(1, 2, 3)",
    message: "Bitte ein Foto wählen.",
    parts: "after before button clear compare drop image input original progress status tools",
  });
});
