/**
 * Takes page.jpg for the README: the built demo page with a sample, half before, half after.
 * `npm run build:demo`, then `node docs/screenshot.mjs`.
 */

import { join } from "node:path";

import { launch, preview } from "../tools/lab.mjs";
import { ROOT } from "../tools/step.mjs";

const PORT = 4183;
const server = await preview(PORT);
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`http://localhost:${PORT}/`);
  await page.getByText("works without any network").waitFor();
  await page.getByRole("button", { name: "Shoe" }).click();
  await page.locator("#stage[aria-busy=false]").waitFor();
  const divider = page.getByRole("slider", { name: "Before and after" });
  await divider.press("End");
  for (let step = 0; step < 5; step++) await divider.press("PageDown");
  await divider.blur();
  await page.screenshot({ path: join(ROOT, "docs", "page.jpg"), quality: 85 });
} finally {
  await browser.close();
  server.kill();
}
