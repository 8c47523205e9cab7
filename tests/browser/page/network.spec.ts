/** A network of the reader's own on the page: chosen or dropped, left by one press. */

import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";

import { choose, FIXTURES, MUG_JPG, press, settled, status, unfold } from "./demo.js";

const RED = `${FIXTURES}/onnx/red.onnx`;
const facts = (page: Page) => page.locator("#facts");

test("it is chosen, nothing of it leaves the page, and base is one press away", async ({
  page,
  context,
  baseURL,
}) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  await unfold(page, "Edges");
  await unfold(page, "What it took");
  await unfold(page, "Use it in your site");
  await expect(facts(page)).toContainText("WebAssembly");
  const requests: string[] = [];
  const sent: (string | null)[] = [];
  context.on("request", (request) => {
    requests.push(request.url());
    sent.push(request.postData());
  });
  await page.locator("#network").setInputFiles(RED);
  await expect(facts(page)).toContainText("red.onnx, by tract");
  await settled(page);
  await expect(page.locator("select[name=model]")).toBeHidden();
  await expect(page.locator("#own-name")).toHaveText("red.onnx");
  await expect(page.locator("#snippet")).toContainText('onnx("red.onnx", "u2net")');
  await page.getByLabel("It is like").selectOption("isnet");
  await expect(page.locator("#snippet")).toContainText('onnx("red.onnx", "isnet")');
  await settled(page);
  const elsewhere = requests.filter((url) => !/^blob:/.test(url) && !url.startsWith(`${baseURL}/`));
  expect(elsewhere).toEqual([]);
  expect(sent.filter(Boolean)).toEqual([]);
  await press(page, "Back to base");
  await expect(facts(page)).toContainText("WebAssembly");
  await expect(page.locator("select[name=model]")).toBeVisible();
  await expect(page.locator("#snippet")).toContainText("removeBackground");
});

test("it is dropped, and one that cannot run is said so", async ({ page }) => {
  await page.goto("/");
  await choose(page, MUG_JPG);
  const drop = async (name: string, bytes: Buffer) => {
    const transfer = await page.evaluateHandle(
      ({ name, bytes }) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], name));
        return transfer;
      },
      { name, bytes: [...bytes] },
    );
    await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  };
  await drop("my-isnet.onnx", readFileSync(RED));
  await settled(page);
  await unfold(page, "Edges");
  await expect(page.getByLabel("It is like")).toHaveValue("isnet");
  await drop("broken.onnx", Buffer.from("nothing"));
  await expect(status(page)).toContainText("it is no ONNX file, or a damaged one");
  await press(page, "Back to base");
  await expect(status(page)).toContainText("cut out in");
});
