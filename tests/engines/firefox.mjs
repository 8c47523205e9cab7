/**
 * Firefox through Playwright, which drives a stock one (`channel: "moz-firefox"`) by WebDriver BiDi but
 * expects a newer one than Debian's: a command that it lacks is answered here.
 */

import { createRequire } from "node:module";
import { firefox } from "@playwright/test";

const require = createRequire(createRequire(import.meta.url).resolve("@playwright/test"));
const { ws } = require("playwright-core/lib/utilsBundle");
const LACKED = '"emulation.setMediaFeaturesOverride"';

const { send } = ws.prototype;
ws.prototype.send = function (text, ...rest) {
  if (typeof text !== "string" || !text.includes(LACKED)) return send.call(this, text, ...rest);
  const answer = JSON.stringify({ type: "success", id: JSON.parse(text).id, result: {} });
  setImmediate(() => this.emit("message", Buffer.from(answer), false));
};

/** @param {string} executablePath */
export async function launchFirefox(executablePath) {
  const browser = await firefox.launch({ channel: "moz-firefox", executablePath });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(0);
  return {
    goto: (url) => page.goto(url),
    evaluate: (work, given) => page.evaluate(work, given),
    setFiles: (css, ...paths) => page.locator(css).setInputFiles(paths),
    close: () => browser.close(),
  };
}
