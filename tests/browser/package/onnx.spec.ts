/** A network of somebody's own, in the worker, through the wasm of `cleancut/onnx`. */

import { expect, test } from "@playwright/test";

import type * as Onnx from "../../../dist/onnx.js";
import { BALL, bytesOf, open } from "./open.js";

const RED = bytesOf("onnx/red.onnx");
const SEGMENTER = bytesOf("onnx/segmenter-17.onnx");

test("a network of one's own runs like any other, and its wasm is fetched only then", async ({
  page,
}) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await open(page);
  const found = await page.evaluate(
    async ({ ball, red, segmenter }) => {
      const { onnx }: typeof Onnx = await import(new URL("/dist/onnx.js", location.href).href);
      const photo = new Blob([new Uint8Array(ball)]);
      const spec = { preset: "isnet", side: 160, mean: 0 } as const;
      const files = {
        bytes: new Uint8Array(red),
        blob: new Blob([new Uint8Array(red)]),
        address: "/tests/fixtures/onnx/red.onnx",
      };
      const boxes: Record<string, unknown> = {};
      let backend: string | undefined;
      for (const [kind, file] of Object.entries(files)) {
        const remover = await cleancut.createRemover({ model: onnx(file, spec) });
        const cutout = await remover.segment(photo, { method: "network" });
        boxes[kind] = cutout.box;
        backend = cutout.backend;
        remover.dispose();
      }
      const classes = { output: "classes", saliency: "softmax", classes: [1] } as const;
      const second = await cleancut.createRemover({
        model: onnx(files.bytes, { ...spec, ...classes }),
      });
      boxes.classes = (await second.segment(photo, { method: "network" })).box;
      second.dispose();
      const wrongs: unknown[] = [];
      const tried = [
        onnx(new Uint8Array(ball), spec),
        onnx(files.bytes, { ...spec, output: "mask" }),
        onnx(files.bytes, { ...spec, side: 7 }),
        onnx(new Uint8Array(segmenter), { side: 128, preset: "segmenter" }),
        onnx("/nowhere.onnx"),
      ];
      for (const model of tried) {
        const remover = await cleancut.createRemover({ model });
        const error = await remover.segment(photo, { method: "network" }).catch((thrown) => thrown);
        remover.dispose();
        wrongs.push([error.code, error.message]);
      }
      const wrong = await cleancut
        .createRemover({ model: "base" as never })
        .catch((thrown) => thrown.code);
      return { boxes, backend, wrongs, wrong };
    },
    { ball: BALL, red: RED, segmenter: SEGMENTER },
  );
  expect(found.backend).toBe("onnx");
  const { address, ...others } = found.boxes;
  expect(address).toMatchObject({ width: expect.any(Number) });
  for (const box of Object.values(others)) expect(box).toEqual(address);
  expect(found.wrongs).toEqual([
    ["model", expect.stringContaining("no ONNX file, or a damaged one")],
    ["model", expect.stringContaining('there is no output "mask"')],
    ["option", expect.stringContaining("px from 32 to 2048")],
    ["model", expect.stringContaining("the spec's side is 128x128")],
    ["asset", expect.stringContaining("404")],
  ]);
  expect(found.wrong).toBe("option");
  expect(fetched.filter((path) => path.endsWith(".wasm"))).toContain("/dist/wasm/onnx.wasm");
  expect(fetched.some((path) => /(relaxed|simd)\.wasm|\.plan$/.test(path))).toBe(false);
});
