import { defineConfig } from "@playwright/test";

import { CHROMIUM_ARGS } from "./tools/setup.mjs";

const PORT = 4179;

export default defineConfig({
  testDir: "tests/browser",
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  reporter: "list",
  webServer: [
    {
      command: `npx vite preview www --port ${PORT} --strictPort`,
      url: `http://localhost:${PORT}`,
    },
    { command: "node tests/browser/serve.mjs 4180", url: "http://localhost:4180" },
  ],
  use: {
    baseURL: `http://localhost:${PORT}`,
    launchOptions: {
      executablePath: process.env.CLEANCUT_CHROMIUM ?? "/usr/bin/chromium",
      args: CHROMIUM_ARGS,
    },
  },
});
