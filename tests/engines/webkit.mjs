/** WebKitGTK through WebKitWebDriver, by the W3C protocol, on a display of its own (Xvfb). */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** What the protocol calls an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const TIMEOUTS = { script: 300_000, pageLoad: 60_000 };

/** @param {string} miniBrowser the path of WebKitGTK's browser */
export async function launchWebKit(miniBrowser) {
  const { display, stop } = await startDisplay();
  const port = await freePort();
  const home = mkdtempSync(join(tmpdir(), "cleancut-webkit-"));
  const folders = { HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home };
  const env = {
    ...process.env,
    ...folders,
    DISPLAY: display,
    GDK_BACKEND: "x11",
    NO_AT_BRIDGE: "1",
  };
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" });
  const call = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  const answers = () => call("GET", "/status").then(Boolean, () => false);
  while (driver.exitCode === null && !(await answers())) await setTimeout(50);
  const browser = { binary: miniBrowser, args: ["--automation"] };
  const { sessionId } = await call("POST", "/session", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": browser, timeouts: TIMEOUTS } },
  });
  const session = (method, path, body) => call(method, `/session/${sessionId}${path}`, body);
  return {
    goto: (url) => session("POST", "/url", { url }),
    async evaluate(work, given) {
      const script = `const done = arguments[1];
        Promise.resolve().then(() => (${work})(arguments[0])).then(
          (value) => done({ value }), (error) => done({ error: error + "\\n" + error?.stack }))`;
      const args = [given ?? null];
      const { value, error } = await session("POST", "/execute/async", { script, args });
      if (error) throw new Error(error);
      return value;
    },
    async setFiles(css, ...paths) {
      const using = { using: "css selector", value: css };
      const { [ELEMENT]: id } = await session("POST", "/element", using);
      await session("POST", `/element/${id}/value`, { text: paths.join("\n") });
    },
    async close() {
      try {
        await session("DELETE", "");
      } finally {
        driver.kill();
        stop();
      }
    },
  };
}

/** Xvfb, on a display that it picks itself. */
async function startDisplay() {
  const args = ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
  const xvfb = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [line] = await once(xvfb.stdio[3], "data");
  return { display: `:${String(line).trim()}`, stop: () => xvfb.kill() };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
