/** The device "software", which is WebGPU on Chromium's software adapter, through the API. */

import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";

import type * as Cleancut from "../../../dist/index.js";
import { CHROMIUM_ARGS, WEBGPU_ARGS } from "../../../tools/setup.mjs";
import { MUG, ORIGIN, open } from "./open.js";

test.use({
  launchOptions: {
    executablePath: process.env.CLEANCUT_CHROMIUM ?? "/usr/bin/chromium",
    args: [...CHROMIUM_ARGS, ...WEBGPU_ARGS],
  },
});
test.setTimeout(300_000);

/** How many photos memory is watched over, and by how many MB it may grow after the tenth. */
const PHOTOS = 50;
const GROWTH_MB = 25;

declare global {
  interface Window {
    gpus: GPUDevice[];
    /** Cuts the mug out: what made it, and its picture's hash. */
    cut(remover: Cleancut.Remover, device: Cleancut.Device): Promise<string[]>;
  }
}

async function prepare(page: Page): Promise<void> {
  await open(page);
  await page.evaluate(async (mug) => {
    window.gpus = [];
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      window.gpus.push(device);
      return device;
    };
    window.cut = async (remover, device) => {
      const options = { device, inputSize: 160 };
      const cutout = await remover.segment(new Uint8Array(mug), options);
      const { data } = await cutout.toPixels();
      cutout.dispose();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
      return [cutout.backend, digest.join()];
    };
  }, MUG);
}

test("the same bytes in a worker, of a file that is loaded only then", async ({
  page,
  context,
}) => {
  const urls: string[] = [];
  context.on("request", (request) => urls.push(request.url()));
  await prepare(page);
  const expected = await page.evaluate(async () => {
    const remover = await cleancut.createRemover();
    const found = await window.cut(remover, "cpu");
    await remover.dispose();
    return found;
  });
  expect(urls.filter((url) => /webgpu\.(js|wasm)$/.test(url))).toEqual([]);
  const found = await page.evaluate(async () => {
    const before = (await cleancut.capabilities()).gpu;
    const remover = await cleancut.createRemover({ device: "software" });
    await remover.preload();
    const first = await window.cut(remover, "software");
    const cpu = await window.cut(remover, "cpu");
    await remover.dispose();
    return { before, first, cpu, after: (await cleancut.capabilities()).gpu };
  });
  expect(found.first).toEqual(["webgpu", expected[1]]);
  expect(found.cpu).toEqual(expected);
  expect(found.before).toMatchObject({ isSoftware: true });
  expect(found.before?.passed).toBeUndefined();
  expect(found.before?.adapter).toMatch(/swiftshader/i);
  expect(found.before?.features).toContain("packed_4x8_integer_dot_product");
  expect(found.after?.passed).toBe(true);
  for (const file of ["webgpu.js", "webgpu.wasm"]) {
    expect(urls.filter((url) => url.endsWith(file))).toHaveLength(1);
  }
  expect(urls.filter((url) => !url.startsWith(`${ORIGIN}/`))).toEqual([]);
});

test("a software adapter is no GPU: auto is the CPU, webgpu an error", async ({ page }) => {
  await prepare(page);
  const found = await page.evaluate(async () => {
    const remover = await cleancut.createRemover({ device: "auto" });
    await remover.preload();
    const [auto] = await window.cut(remover, "auto");
    const { code, message, hint } = await window.cut(remover, "webgpu").catch((error) => error);
    const wrong = await window.cut(remover, "gpu" as "webgpu").catch((error) => error.message);
    return { auto, error: `${code}: ${message}. ${hint}`, wrong };
  });
  expect(found.auto).toMatch(/relaxed|simd/);
  expect(found.error).toMatch(/^device: WebGPU is the CPU here\. Ask for the device "auto"/);
  expect(found.wrong).toMatch(/^device is gpu; it takes auto, cpu, webgpu, software/);
});

/** What breaks a GPU, in the page's own thread, before it is asked for, or while a picture runs. */
const FAULTS: Record<string, () => void> = {
  "a device that is lost": () => {
    const { submit } = GPUQueue.prototype;
    GPUQueue.prototype.submit = function (commands) {
      submit.call(this, commands);
      for (const device of window.gpus) device.destroy();
    };
  },
  "a buffer that is refused": () => {
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (options) {
      return createBuffer.call(this, { ...options, size: 2 ** 40 });
    };
  },
  "a dispatch that is refused": () => {
    const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function () {
      dispatchWorkgroups.call(this, 1e6);
    };
  },
  "a pipeline that is refused": () => {
    GPUDevice.prototype.createComputePipelineAsync = async () => {
      throw new Error("refused");
    };
  },
  "a shader that does not compile": () => {
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function () {
      return createShaderModule.call(this, { code: "fn nonsense(" });
    };
  },
  "a wrong byte among the weights": () => {
    const { writeBuffer } = GPUQueue.prototype;
    GPUQueue.prototype.writeBuffer = function (buffer, at, data) {
      const words = (data as Uint32Array<ArrayBuffer>).slice();
      if (words.length > 100_000) words[words.length >> 1] = 0x7f7f7f7f;
      writeBuffer.call(this, buffer, at, words);
    };
  },
};
/** What only happens while a picture runs, after the check. */
const LATE = ["a device that is lost", "a dispatch that is refused"];

for (const [name, plant] of Object.entries(FAULTS)) {
  test(`${name}: the picture is finished on the CPU, and the GPU is not asked again`, async ({
    page,
  }) => {
    await prepare(page);
    const isLate = LATE.includes(name);
    await page.evaluate(async (isLate) => {
      const remover = await cleancut.createRemover({ worker: false });
      const expected = await window.cut(remover, "cpu");
      if (isLate) await remover.preload({ device: "software" });
      Object.assign(window, { remover, expected });
    }, isLate);
    await page.evaluate(plant);
    const found = await page.evaluate(async (isLate) => {
      const { remover, expected } = window as unknown as {
        remover: Cleancut.Remover;
        expected: string[];
      };
      const refused = () =>
        window.cut(remover, "software").then(
          ([backend]) => `${backend}`,
          ({ code, message }) => `${code}: ${message}`,
        );
      const first = isLate ? await window.cut(remover, "software") : await refused();
      const second = await refused();
      const { gpu } = await cleancut.capabilities();
      const devices = window.gpus.length;
      const third = await refused();
      await cleancut.clearCache();
      const cleared = (await cleancut.capabilities()).gpu?.passed;
      const asked = window.gpus.length - devices;
      return { first, second, third, expected, passed: gpu?.passed, cleared, asked };
    }, isLate);
    if (isLate) expect(found.first).toEqual(found.expected);
    else expect(found.first).toMatch(/^device: the GPU failed: /);
    expect(found.second).toMatch(/^device: the GPU failed: /);
    expect(found.third).toBe(found.second);
    expect(found).toMatchObject({ passed: false, asked: 0 });
    expect(found.cleared).toBeUndefined();
    if (name.includes("weights")) expect(found.second).toContain("it gave wrong numbers");
  });
}

test("abort in the middle, in a worker and in this thread; the next call works", async ({
  page,
}) => {
  await prepare(page);
  const found = await page.evaluate(async (mug) => {
    const outcomes: string[] = [];
    for (const worker of [true, false]) {
      const remover = await cleancut.createRemover({ worker, device: "software" });
      await remover.preload();
      const ended = new AbortController();
      const options = {
        inputSize: 160,
        signal: ended.signal,
        onProgress: ({ phase }: Cleancut.Progress) => {
          if (phase === "inference") setTimeout(() => ended.abort("enough"), 20);
        },
      };
      const reason = await remover.remove(new Uint8Array(mug), options).catch((thrown) => thrown);
      const [backend] = await window.cut(remover, "software");
      outcomes.push(`${reason}, then ${backend}`);
      await remover.dispose();
    }
    return outcomes;
  }, MUG);
  expect(found).toEqual(Array(2).fill("enough, then webgpu"));
});

test("disposing destroys the device, and 50 pictures leave memory flat", async ({
  page,
  browser,
}) => {
  test.skip(process.platform !== "linux", "memory is read from /proc");
  test.setTimeout(900_000);
  const session = await browser.newBrowserCDPSession();
  const heldMegabytes = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const sizes = processInfo
      .filter(({ type }) => type === "renderer" || type === "GPU")
      .map(({ id }) => /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]);
    return sizes.reduce((sum, kilobytes) => sum + Number(kilobytes ?? 0), 0) / 1024;
  };
  await prepare(page);
  await page.evaluate(async () => {
    const remover = await cleancut.createRemover({ worker: false });
    Object.assign(window, { remover });
  });
  const sizes: number[] = [];
  const hashes = new Set<string>();
  for (let photos = 0; photos < PHOTOS; photos++) {
    const [backend, hash] = await page.evaluate(() =>
      window.cut((window as unknown as { remover: Cleancut.Remover }).remover, "software"),
    );
    expect(backend).toBe("webgpu");
    hashes.add(`${hash}`);
    sizes.push(await heldMegabytes());
  }
  console.log(`MB after each photo: ${sizes.map(Math.round)}`);
  expect(hashes.size).toBe(1);
  expect(Math.max(...sizes.slice(-10))).toBeLessThan(Math.max(...sizes.slice(5, 10)) + GROWTH_MB);
  const lost = await page.evaluate(async () => {
    const { remover } = window as unknown as { remover: Cleancut.Remover };
    await remover.dispose();
    return Promise.all(window.gpus.map(async (device) => (await device.lost).reason));
  });
  expect(lost).toEqual(["destroyed"]);
});
