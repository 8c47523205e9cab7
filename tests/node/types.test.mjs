/** The types of the tarball, as strict users of both module resolutions see them. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { app, dist, ROOT } from "./installed.mjs";

const USE = `
import { CleancutError, createRemover, removeBackground, segment, type ErrorCode } from "cleancut";
import { attach } from "cleancut/attach";
import { removeBackground as here } from "cleancut/core";
import { type CleancutInput, define } from "cleancut/element";
import { removeBackground as inline } from "cleancut/inline";
import { onnx } from "cleancut/onnx";
import { useCutout } from "cleancut/react";
import { type CutoutState, createCutout } from "cleancut/svelte";

export async function use(file: File, input: HTMLInputElement, element: CleancutInput) {
  const blob: Blob = await removeBackground(file, { margin: ["5%", 20], refine: false });
  using cutout = await segment(file, { background: { image: blob, fit: "cover" } });
  const box: number = cutout.box?.width ?? 0;
  await using remover = await createRemover({ workers: 2, assets: "/cleancut/" });
  const spec = { preset: "isnet", side: "640x480", mean: [0.5], classes: "not 0" } as const;
  await using own = await createRemover({ model: onnx("net.onnx", spec) });
  const backend: "onnx" | (string & {}) = (await own.segment(file)).backend;
  // @ts-expect-error
  onnx("net.onnx", "sam");
  // @ts-expect-error
  await createRemover({ model: "net.onnx" });
  for await (const item of remover.batch([file])) if (item.ok) item.blob; else item.error;
  attach(input, { timeout: 1000, remover }).detach();
  attach(input, { remover: { remove: inline } });
  define();
  element.texts = { choose: "Foto" };
  const state: CutoutState = useCutout(undefined, { crop: true, remover });
  createCutout().cut(state.blob, { format: "webp" });
  // @ts-expect-error
  await here(file, { colour: "red" });
  // @ts-expect-error
  await here(5);
  return [box, backend];
}
export const codeOf = (error: unknown): ErrorCode | undefined =>
  error instanceof CleancutError ? error.code : undefined;
`;

test("strict TypeScript takes every entry point", () => {
  writeFileSync(join(app, "use.ts"), USE);
  for (const resolution of ["Bundler", "NodeNext"]) {
    const compilerOptions = {
      target: "ES2022",
      lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"],
      module: resolution === "Bundler" ? "ESNext" : "NodeNext",
      moduleResolution: resolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: [],
    };
    writeFileSync(
      join(app, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["use.ts"] }),
    );
    const tsc = join(ROOT, "node_modules", ".bin", "tsc");
    const { status, stdout } = spawnSync(tsc, ["-p", app], { encoding: "utf8" });
    assert.equal(status, 0, `${resolution}:\n${stdout}`);
  }
});

test("the documentation names every option, error, and entry point", () => {
  const text = readFileSync(join(ROOT, "docs/api.md"), "utf8");
  const named = (name) => text.includes(`\`${name}\``) || text.includes(`"${name}"`);
  const types = readFileSync(dist("contract/types.d.ts"), "utf8");
  const fields = [...types.matchAll(/^ {4}readonly (\w+)\??:/gm)].map(([, name]) => name);
  const codes = [
    ...readFileSync(join(ROOT, "js/contract/hints.ts"), "utf8").matchAll(/^ {2}\| "([\w-]+)"/gm),
  ];
  const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const entries = Object.keys(exports).map((path) => path.replace(/^\./, "cleancut"));
  const unnamed = [
    ...fields.filter((name) => !new RegExp(`\\b${name}\\b`).test(text)),
    ...codes.map(([, code]) => code).filter((code) => !named(code)),
    ...entries.filter((entry) => !/[*]|package\.json/.test(entry) && !named(entry)),
  ];
  assert.ok(fields.length > 40 && codes.length > 15);
  assert.deepEqual(unnamed, []);
});
