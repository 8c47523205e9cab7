#!/usr/bin/env node
/// <reference types="node" />
/** `npx cleancut`: the command line of the Rust crate, in Node, with the same words. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";

import { type Args, parse, UsageError } from "./command/args.js";
import { formatOf } from "./command/endings.js";
import { because, isClosedPipe, load, PIPE, print, say, store } from "./command/files.js";
import { type Job, plan } from "./command/jobs.js";
import { readNetwork } from "./command/network.js";
import { readStrokes, type Strokes } from "./command/strokes.js";
import { choose } from "./contract/options.js";
import {
  CleancutError,
  createRemover,
  type Phase,
  type RemoveOptions,
  type Remover,
} from "./core.js";
import { artefact } from "./engine/probe.js";
import { endingOf } from "./picture/names.js";
import { joined } from "./picture/picture.js";
import { initSync, mediaType, Picture } from "./wasm/cleancut.js";
import { onnx } from "./wasm/onnx-driver.js";
import { wasm as onnxWasm } from "./wasm/onnx-wasm.js";
import { optionNames } from "./wasm/options.js";
import { type Pin, pins } from "./wasm/pins.js";
import { webgpu } from "./wasm/webgpu-driver.js";
import { wasm as webgpuWasm } from "./wasm/webgpu-wasm.js";

const HELP = `Remove the background of photos.

Usage: cleancut [OPTIONS] PHOTO...

Arguments:
  PHOTO...  JPEG, PNG or WebP files, folders of them, or - for standard input

Options:
  -o, --output PATH        the file to write, or - for standard output; a folder when
                           there are several photos or PATH ends in a slash
                           (without it: PHOTO.cutout.png beside each photo)
      --background-image FILE
                           a picture to put behind the subject
      --strokes FILE       what to keep and to erase by hand, of one photo, and what looks
                           like it: JSON of edit()'s strokes, or a project of the page
  -r, --recursive          the folders in folders too; -o keeps their tree
      --list FILE          more photos, by the names in FILE, one a line; - for standard
                           input; with -r their folders are kept too
  -0, --null               NUL ends the names of --list, not a line break
      --model FILE.onnx    any network that tells a subject, in place of base and small
      --spec NAME=VALUE    how it is fed and read, or its family, such as --spec isnet;
                           may be repeated, and stand in FILE.json: docs/research.md
      --quiet              say what fails, and nothing else
      --max-megapixels N   refuse larger photos [default: 64]
      --timings            print the milliseconds of each step to standard error
      --copy-assets PATH   copy the worker, the wasms and the models into a folder of a website
  -h, --help               print this help
  -V, --version            print the version

Each of these takes a value: ${optionNames.map((name) => `--${name}`).join(", ")}.

Many photos at a time, and runs that go on where they stopped, are the native command line's.

Exit status: 0 when every photo was cut out, 1 when some were not, 2 when the
arguments are wrong.
`;

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return `cleancut ${JSON.parse(manifest).version}\n`;
}

/** For bundlers that leave `new URL` alone: what belongs beside the bundle. */
function copyAssets(folder: string): void {
  mkdirSync(join(folder, "wasm"), { recursive: true });
  const drivers = [webgpu().file, webgpuWasm.file, onnx().file, onnxWasm.file];
  const assets = [...Object.keys(pins), ...drivers];
  for (const file of ["worker.js", ...assets.map((name) => `wasm/${name}`)]) {
    writeFileSync(join(folder, file), readFileSync(new URL(`./${file}`, import.meta.url)));
  }
}

/** Starts the wasm, which judges the options, and reads the picture behind the subject. */
async function prepare({ options, background, strokes: painted }: Args) {
  const { url } = pins[`${artefact()}.wasm`] as Pin;
  const wasm = await WebAssembly.compile(readFileSync(url()));
  initSync({ module: wasm });
  const words = joined(choose(options).words);
  const type = asUsage(() => mediaType(words));
  const image = background === undefined ? undefined : readGround(background, words);
  const strokes = painted === undefined ? undefined : readStrokes(painted);
  return { wasm, ending: endingOf(type) ?? "png", image, strokes };
}

function readGround(file: string, words: string): Uint8Array<ArrayBuffer> {
  return asUsage(() => {
    const bytes = readFileSync(file);
    Picture.decode(bytes, words).free();
    return bytes;
  }, `${file}: `);
}

/** What is wrong with an option is wrong with the arguments. */
function asUsage<T>(work: () => T, where = ""): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(where + because(error));
  }
}

async function cutOut(
  remover: Remover,
  { photo, output }: Job,
  { timings, options }: Args,
  image: Uint8Array<ArrayBuffer> | undefined,
  strokes: Strokes | undefined,
) {
  const began: [Phase, number][] = [];
  const format = output === PIPE || options.format !== undefined ? undefined : formatOf(output);
  const request: RemoveOptions = {
    ...(format && { format }),
    ...(image && { background: { image } }),
    ...options,
    onProgress: ({ phase }) => {
      if (phase !== "load" && began.at(-1)?.[0] !== phase) began.push([phase, performance.now()]);
    },
  };
  const bytes = await load(photo);
  const blob = strokes
    ? await paint(remover, bytes, strokes, request)
    : await remover.remove(bytes, request);
  if (timings) {
    const steps = began.slice(0, -1).map(([phase, at], index) => {
      return `${phase} ${((began[index + 1]?.[1] ?? at) - at).toFixed(1)} ms  `;
    });
    stderr.write(`${steps.join("")}${photo}\n`);
  }
  try {
    await store(output, new Uint8Array(await blob.arrayBuffer()));
  } catch (error) {
    if (isClosedPipe(error)) throw error;
    throw new Error(`cannot write ${output}: ${because(error)}`);
  }
}

async function paint(
  remover: Remover,
  photo: Awaited<ReturnType<typeof load>>,
  { strokes, learn }: Strokes,
  request: RemoveOptions,
): Promise<Blob> {
  const found = await remover.segment(photo, request);
  const { onProgress } = request;
  const cutout = await found.edit(strokes, { learn, onProgress });
  return cutout.toBlob({ onProgress });
}

/** A network of somebody's own is read at once: what is wrong with it is wrong with the arguments. */
async function start({ network, spec }: Args, wasm: WebAssembly.Module): Promise<Remover> {
  if (network === undefined) return createRemover({ assets: { wasm } });
  const remover = await createRemover({ assets: { wasm }, model: readNetwork(network, spec) });
  try {
    await remover.preload();
  } catch (error) {
    const where = (error as CleancutError).code === "option" ? "" : `${network}: `;
    throw new UsageError(where + because(error));
  }
  return remover;
}

async function cutAll(args: Args): Promise<number> {
  const { wasm, ending, image, strokes } = await prepare(args);
  const jobs = await plan(args, ending);
  const remover = await start(args, wasm);
  let failed = 0;
  for (const job of jobs) {
    try {
      await cutOut(remover, job, args, image, strokes);
    } catch (error) {
      failed += 1;
      if (!isClosedPipe(error)) say(`${job.photo}: ${because(error)}`);
    }
  }
  if (failed > 0 && jobs.length > 1) say(`${failed} of ${jobs.length} photos failed`);
  return failed > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  try {
    const asked = parse(argv.slice(2));
    if (asked.kind === "photos") return await cutAll(asked);
    if (asked.kind === "copy-assets") copyAssets(asked.folder);
    else await print(asked.kind === "help" ? HELP : version());
    return 0;
  } catch (error) {
    if (isClosedPipe(error)) return 0;
    const isUsage = error instanceof UsageError || error instanceof CleancutError;
    say(because(error) + (isUsage ? "; see cleancut --help" : ""));
    return 2;
  }
}

/** Whoever closed a pipe has read enough. */
for (const pipe of [stdout, stderr]) pipe.on("error", () => {});
exit(await main());
