/** Projects: what was done to a photo, saved without it and gone on with. */

import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";

import { open } from "../package/open.js";
import {
  alphaAt,
  choose,
  drag,
  type Given,
  MUG_JPG,
  press,
  RGB_PNG,
  saved,
  settled,
  status,
  unfold,
} from "./demo.js";

const mug = readFileSync(MUG_JPG);
const named = (name: string, buffer: Buffer | string): Given => ({
  name,
  mimeType: "",
  buffer: Buffer.from(buffer),
});

/** A mug with settings and strokes of its own: what it looks like, and its project. */
async function mend(page: Page): Promise<{ cutout: Buffer; project: Buffer }> {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await page.getByRole("radio", { name: "Colour", exact: true }).check();
  await page.locator("input[name=colour]").fill("#ff0080");
  await page.getByRole("radio", { name: "White line" }).check();
  await unfold(page, "Frame");
  await page.getByLabel("Crop to").selectOption("4:5");
  await page.getByLabel("Margin").fill("12");
  await unfold(page, "Edges");
  await page.getByLabel("Holes").selectOption("fill");
  await page.getByLabel("Clean the colour").uncheck();
  await page.getByLabel("File format").selectOption("webp");
  await unfold(page, "Fix by hand");
  await press(page, "Only this");
  await settled(page);
  await drag(page, [[0.5, 0.5]]);
  await press(page, "Erase");
  await settled(page);
  await drag(page, [
    [0.45, 0.5],
    [0.55, 0.52],
  ]);
  await press(page, "Keep");
  await drag(page, [[0.5, 0.5]]);
  await press(page, "Keep");
  await settled(page);
  await unfold(page, "Go on later");
  const { name, bytes: project } = await saved(page, "Save project");
  expect(name).toBe("mug.cleancut");
  return { cutout: (await saved(page)).bytes, project };
}

/** What the code of docs/recipes.md makes of the mug, in a page of its own. */
async function runRecipe(page: Page, project: Buffer): Promise<Buffer> {
  const [, text = ""] = readFileSync("docs/recipes.md", "utf8").split("\n## Projects of the demo");
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  const site = await page.context().newPage();
  await open(site);
  const script = `(async ({ project, bytes }) => {
    const { segment } = cleancut;
    const photo = new Uint8Array(bytes);
    ${code}
    return [...new Uint8Array(await file.arrayBuffer())];
  })(${JSON.stringify({ project: `${project}`, bytes: [...mug] })})`;
  const made = await site.evaluate<number[]>(script);
  await site.close();
  return Buffer.from(made);
}

test("a project is settings and strokes without the photo, and goes on with its photo", async ({
  page,
}) => {
  const { cutout, project } = await mend(page);
  const { cleancut, photo, options, strokes, learn } = JSON.parse(`${project}`);
  expect({ cleancut, photo, learn }).toEqual({
    cleancut: 1,
    learn: true,
    photo: { name: "mug.jpg", bytes: mug.length, width: 720, height: 540 },
  });
  expect(options).toEqual({
    holes: "fill",
    aspect: "4:5",
    margin: "12%",
    decontaminate: false,
    background: "#ff0080",
    outline: "2% white",
    format: "webp",
    at: expect.objectContaining({ x: expect.any(Number) }),
  });
  expect(strokes.map(({ mode }: { mode: string }) => mode)).toEqual(["erase", "keep"]);
  expect(project.length).toBeLessThan(mug.length / 10);
  expect((await runRecipe(page, project)).equals(cutout), "the recipe makes it too").toBe(true);

  await page.reload();
  const chooser = page.waitForEvent("filechooser");
  await press(page, "Go on with a project");
  await (await chooser).setFiles([named("mug.cleancut", project)] as never);
  await expect(status(page).first()).toHaveText(
    "mug.cleancut: Now choose its photo, mug.jpg (720 × 540 px).",
  );
  await expect(page.locator("[name=ground][value=transparent]")).toBeChecked();
  await choose(page, RGB_PNG);
  await expect(status(page)).toHaveText(/The project waits for mug\.jpg, 720 × 540 px\.$/);
  await choose(page, named("IMG_1.jpg", mug));
  await expect(status(page)).toHaveText(/^IMG_1\.jpg: .* The project goes on\.$/);
  expect((await saved(page)).bytes.equals(cutout)).toBe(true);
  await unfold(page, "Fix by hand");
  await press(page, "Undo");
  await settled(page);
  expect((await saved(page)).bytes.equals(cutout)).toBe(false);
  await page.getByRole("button", { name: "All of it" }).click();
  await settled(page);
});

test("a project that is opened beside its photo leaves what was done to that alone", async ({
  page,
}) => {
  const { cutout, project } = await mend(page);
  await press(page, "Undo");
  await settled(page);
  await page.locator("#project").setInputFiles([named("mug.cleancut", project)] as never);
  await expect(page.locator("#items button")).toHaveCount(2);
  await settled(page);
  expect((await saved(page)).bytes.equals(cutout)).toBe(true);
  await page.locator("#items button").first().click();
  await settled(page);
  expect((await saved(page)).bytes.equals(cutout)).toBe(false);
  await expect(page.getByRole("button", { name: "Redo" })).toBeEnabled();

  await press(page, "Clear");
  await choose(page, MUG_JPG);
  await page.locator("#project").setInputFiles([named("mug.cleancut", project)] as never);
  await expect(status(page)).toHaveText("mug.cleancut: The project goes on.");
  await settled(page);
  await expect(page.locator("#items button")).toHaveCount(1);
  expect((await saved(page)).bytes.equals(cutout)).toBe(true);
});

test("photo and project are dropped together; a picture behind it is asked for by name", async ({
  page,
}) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await page.getByRole("radio", { name: "Picture", exact: true }).check();
  await page.locator("input[name=picture]").setInputFiles(RGB_PNG);
  await page.locator("select[name=fit]").selectOption("contain");
  await settled(page);
  const cutout = (await saved(page)).bytes;
  await unfold(page, "Go on later");
  const { bytes: project } = await saved(page, "Save project");
  expect(JSON.parse(`${project}`).options).toEqual({
    background: { image: "rgb.png", fit: "contain" },
  });

  await page.reload();
  const files = await page.evaluateHandle(
    ([photo, project]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(photo)], "mug.jpg"));
      transfer.items.add(new File([project], "mug.cleancut"));
      return transfer;
    },
    [[...mug], `${project}`] as const,
  );
  await page.dispatchEvent("footer", "drop", { dataTransfer: files });
  await expect(status(page)).toHaveText(/choose the picture behind it, rgb\.png, once more\.$/);
  await settled(page);
  await expect(page.getByRole("radio", { name: "Picture", exact: true })).toBeChecked();
  expect(alphaAt((await saved(page)).bytes, 2, 2)).toBe(0);
  await page.locator("input[name=picture]").setInputFiles(RGB_PNG);
  await settled(page);
  expect((await saved(page)).bytes.equals(cutout)).toBe(true);
});

test("a damaged or strange project ends in a sentence and changes nothing", async ({ page }) => {
  const { cutout, project } = await mend(page);
  const changed = (change: (project: Record<string, never>) => void) => {
    const value = JSON.parse(`${project}`);
    change(value);
    return JSON.stringify(value);
  };
  const set = (path: string, value: unknown) =>
    changed((project) => {
      const names = path.split(".");
      const last = names.pop() ?? "";
      const owner = names.reduce<Record<string, unknown>>((o, name) => o[name] as never, project);
      owner[last] = value;
    });
  const bad: [string | Buffer, RegExp][] = [
    ["", /no project, or its end is missing/],
    [project.subarray(0, project.length / 2), /no project, or its end is missing/],
    [mug, /no project/],
    ["[1]", /no project/],
    ['{"options":{},"strokes":[]}', /no project/],
    [set("cleancut", 2), /another version of this page/],
    [set("photo", null), /which photo/],
    [set("photo.width", "720"), /which photo/],
    [set("options", []), /settings are damaged/],
    [set("options.holes", "some"), /holes is "some", which this page does not know/],
    [set("options.margin", "12px"), /margin is "12px"/],
    [set("options.background", "url(x)"), /background is "url\(x\)"/],
    [set("options.background", null), /background is null/],
    [set("options.background", { image: "a.png", fit: "zoom" }), /background is \{/],
    [set("options.colour", "red"), /colour is "red"/],
    [set("options.at", { x: 1 }), /its at is damaged/],
    [set("options.preset", { toString: 1 }), /preset is/],
    [set("strokes", {}), /strokes are damaged/],
    [set("learn", "yes"), /learn is damaged/],
    [set("strokes.1.points", []), /stroke 2 of 2 is damaged/],
    [set("strokes.0.points.0.x", "1"), /stroke 1 of 2 is damaged/],
    [set("strokes.0.radius", 0), /stroke 1 of 2 is damaged/],
    [set("strokes.0.mode", "paint"), /stroke 1 of 2 is damaged/],
    [`${project}`.replace('"radius":', '"radius":1e999,"old":'), /stroke 1 of 2 is damaged/],
  ];
  for (const [text, message] of bad) {
    await page.locator("#project").setInputFiles([named("bad.cleancut", text)] as never);
    await expect(status(page)).toHaveText(message);
    await expect(status(page)).toHaveText(/^bad\.cleancut: .*\. Nothing was changed\.$/);
  }
  await expect(page.locator("#items button")).toHaveCount(1);
  expect((await saved(page)).bytes.equals(cutout)).toBe(true);
  const { bytes } = await saved(page, "Save project");
  expect(bytes.equals(project)).toBe(true);

  const other = set("photo.width", 721);
  await page.locator("#project").setInputFiles([named("other.cleancut", other)] as never);
  await expect(status(page)).toHaveText(/Now choose its photo, mug\.jpg \(721 × 540 px\)/);
  await expect(page.locator("#items button")).toHaveCount(1);
  expect((await saved(page)).bytes.equals(cutout)).toBe(true);
});
