/**
 * The shop recipes of docs/recipes.md, as they are written there, on the markup of the shops' own
 * product forms; the bytes that arrive.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";

import { type Field, ORIGIN } from "./open.js";

const MUG = "tests/fixtures/mug.jpg";
const BALL = "tests/fixtures/ball.jpg";
const [, SHOPS = ""] = readFileSync("docs/recipes.md", "utf8").split("\n## Upload forms");
const CODE = [...SHOPS.matchAll(/```html\n([\s\S]*?)```/g)].map(([, code]) => code ?? "");
const [ATTACH = "", ELEMENT = "", PREVIEWS = "", SHOPIFY_FORM = "", WOOCOMMERCE_FORM = ""] = CODE;

/** Where a theme sends its product form without leaving the page, as Shopify's Dawn does. */
const AJAX = `<script>
  const form = document.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    document.body.textContent = await response.text();
  });
</script>`;

const SHOPIFY = (field: string) => `
  <form method="post" action="/cart/add" accept-charset="UTF-8" enctype="multipart/form-data">
    <input type="hidden" name="form_type" value="product"><input type="hidden" name="utf8" value="✓">
    <input type="hidden" name="id" value="40001">
    <p class="line-item-property__field"><label for="photo">Photo</label>${field}</p>
    <button type="submit" name="add">Add to cart</button>
  </form>`;
const WOOCOMMERCE = (field: string) => `
  <form class="cart" action="/product/mug/" method="post" enctype="multipart/form-data">
    <div class="wc-pao-addon-container"><label for="photo">Photo</label>
      <p class="form-row form-row-wide wc-pao-addon-wrap">${field}</p></div>
    <input type="number" name="quantity" value="1">
    <button type="submit" name="add-to-cart" value="15">Add to cart</button>
  </form>`;

/** A file field as each shop's own forms have it. */
const FIELDS = {
  "properties[Photo]": '<input id="photo" type="file" name="properties[Photo]" required>',
  "addon-15-photo-0": `<input id="photo" type="file" name="addon-15-photo-0"
    class="wc-pao-addon-file-upload input-text wc-pao-addon-field" data-price-type="flat_fee">`,
};

/** Opens `html` as a page of the shop; the package stands where the recipe has it. */
async function openShop(page: Page, html: string): Promise<void> {
  await page.route("**/assets/cleancut/**", (route) =>
    route.continue({ url: route.request().url().replace("/assets/cleancut/", "/dist/") }),
  );
  const body = `<!doctype html><meta charset="utf-8"><title>shop</title><body>${html}</body>`;
  await page.route("**/shop", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(`${ORIGIN}/shop`);
}

/** Chooses the photo, sends the form at once, and returns what the server says that it got. */
async function buy(page: Page): Promise<Field[]> {
  await page.getByLabel("Photo", { exact: true }).setInputFiles(MUG);
  const answer = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name: "Add to cart" }).click();
  return (await answer).json();
}

const WHITE = { background: "white", aspect: 1, fill: 0.85, format: "jpeg" };

/** What a recipe's options make of the photo, hashed. */
async function expected(page: Page, photo = MUG, options: object = WHITE): Promise<string> {
  const blob = await page.evaluate(
    async ([bytes, options]) => {
      const { removeBackground } = await import(new URL("/dist/index.js", location.href).href);
      const blob = await removeBackground(new Uint8Array(bytes), options);
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [[...readFileSync(photo)], options] as const,
  );
  return createHash("sha256").update(new Uint8Array(blob)).digest("hex");
}

const RECIPES: [string, string, keyof typeof FIELDS, (field: string) => string, string[]][] = [
  ["Shopify", "", "properties[Photo]", SHOPIFY, ["form_type", "utf8", "id"]],
  ["Shopify by fetch", AJAX, "properties[Photo]", SHOPIFY, ["form_type", "utf8", "id"]],
  ["WooCommerce", "", "addon-15-photo-0", WOOCOMMERCE, ["quantity", "add-to-cart"]],
];

for (const [shop, script, name, form, others] of RECIPES) {
  test(`${shop}: a field that is there sends the cut-out`, async ({ page }) => {
    await openShop(page, form(FIELDS[name]) + script + ATTACH);
    const cut = await expected(page);
    const fields = await buy(page);
    expect(fields.filter(({ field }) => field === name)).toEqual([
      expect.objectContaining({ name: "mug.jpg", type: "image/jpeg", sha256: cut }),
    ]);
    for (const field of others) expect(fields.map((each) => each.field)).toContain(field);
  });

  test(`${shop}: a new field sends the cut-out`, async ({ page }) => {
    const field = ELEMENT.replaceAll('name="photo"', `name="${name}"`);
    await openShop(page, form(field.replace("<cleancut-input", '$& id="photo"')) + script);
    const cut = await expected(page);
    const fields = await buy(page);
    expect(fields.filter(({ field }) => field === name)).toEqual([
      expect.objectContaining({ name: "mug.jpg", type: "image/jpeg", sha256: cut }),
    ]);
  });
}

/** A cut-out that arrived: the photo's name, its subject solid, its ground clear. */
async function cutOut(page: Page, field: string, name: string, photo: string): Promise<Field> {
  const sha256 = await expected(page, photo, { format: "png" });
  return {
    field,
    name,
    type: "image/png",
    size: expect.any(Number),
    sha256,
    alpha: expect.any(Object),
  };
}

async function checkPreviews(page: Page, ...names: string[]): Promise<void> {
  const previews = page.locator("form img");
  await expect(previews).toHaveCount(names.length);
  for (const [index, name] of names.entries()) {
    await expect(previews.nth(index)).toHaveAttribute("alt", name);
    await expect
      .poll(() => previews.nth(index).evaluate(({ naturalWidth: w }: HTMLImageElement) => w))
      .toBeGreaterThan(0);
  }
}

async function addToCart(page: Page): Promise<Field[]> {
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.waitForURL(/cart\/add|product\/mug/);
  return JSON.parse((await page.locator("body").textContent()) ?? "");
}

function checkAlpha(files: Field[]): void {
  for (const { name, alpha } of files) {
    expect(alpha?.clear, `${name} has no ground`).toBeGreaterThan(0.2);
    expect(alpha?.solid, `${name} has a subject`).toBeGreaterThan(0.05);
  }
}

test("Shopify: a photo in each of several fields, with previews", async ({ page }) => {
  await openShop(page, SHOPIFY_FORM + PREVIEWS);
  const wanted = [
    await cutOut(page, "properties[Front]", "mug.png", MUG),
    await cutOut(page, "properties[Back]", "ball.png", BALL),
  ];
  await page.getByLabel("Front").setInputFiles(BALL);
  await checkPreviews(page, "ball.png");
  await page.getByLabel("Front").setInputFiles(MUG);
  await page.getByLabel("Back").setInputFiles(BALL);
  await checkPreviews(page, "mug.png", "ball.png");
  const fields = await addToCart(page);
  const files = fields.filter(({ name }) => name !== undefined);
  expect(files).toEqual(wanted);
  checkAlpha(files);
  expect(fields.map(({ field }) => field)).toEqual(
    expect.arrayContaining(["form_type", "id", "add"]),
  );
});

test("WooCommerce: several files in one field, with previews, sent at once", async ({ page }) => {
  await openShop(page, WOOCOMMERCE_FORM + PREVIEWS);
  const name = "addon-15-photos[]";
  const notes = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no photo") };
  const photos = [MUG, BALL].map((path) => ({
    name: path.slice(path.lastIndexOf("/") + 1),
    mimeType: "image/jpeg",
    buffer: readFileSync(path),
  }));
  const [mug, ball] = [
    await cutOut(page, name, "mug.png", MUG),
    await cutOut(page, name, "ball.png", BALL),
  ];
  await page.getByLabel("Photos").setInputFiles([photos[0], notes, photos[1]] as never);
  await checkPreviews(page, "mug.png", "ball.png");
  await expect(page.locator("form")).toContainText("notes.txt");
  await page.getByLabel("Photos").setInputFiles([photos[1], notes, photos[0]] as never);
  const fields = await addToCart(page);
  const files = fields.filter(({ name }) => name !== undefined);
  const sha256 = createHash("sha256").update(notes.buffer).digest("hex");
  expect(files).toEqual([
    ball,
    expect.objectContaining({ field: name, name: "notes.txt", sha256 }),
    mug,
  ]);
  checkAlpha(files.filter(({ type }) => type === "image/png"));
  expect(fields.map(({ field }) => field)).toEqual(
    expect.arrayContaining(["quantity", "add-to-cart"]),
  );
});
