#!/usr/bin/env node
/// <reference types="node" />
/** `npx cleancut`: the command line of the Rust crate, in Node, with the same words. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { argv, exit, stderr, stdout } from "node:process";

import { toName } from "./contract/options.js";
import {
  CleancutError,
  createRemover,
  type Phase,
  type RemoveOptions,
  type Remover,
} from "./core.js";
import { endingOf } from "./picture/names.js";
import { optionNames } from "./wasm/options.js";

const HELP = `Remove the background of photos.

Usage: cleancut [OPTIONS] PHOTO...

Arguments:
  PHOTO...  JPEG, PNG or WebP files, or folders of them

Options:
  -o, --output PATH        the file to write; a folder when there are several photos
                           (without it: PHOTO.cutout.png beside each photo)
      --background-image FILE
                           a picture to put behind the subject
      --max-megapixels N   refuse larger photos [default: 64]
      --timings            print the milliseconds of each step to standard error
      --copy-assets PATH   copy the worker, the wasms and the model into a folder of a website
  -h, --help               print this help
  -V, --version            print the version

Each of these takes a value: ${optionNames.map((name) => `--${name}`).join(", ")}.

Exit status: 0 when every photo was cut out, 1 when some were not, 2 when the
arguments are wrong.
`;

/** The arguments are wrong. */
class UsageError extends Error {}

interface Args {
  readonly photos: string[];
  output: string | undefined;
  timings: boolean;
  background: string | undefined;
  readonly options: Record<string, string | number>;
}

function parse(words: readonly string[]): Args | undefined {
  const args: Args = {
    photos: [],
    output: undefined,
    timings: false,
    background: undefined,
    options: {},
  };
  const rest = [...words];
  let isPlain = false;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name, given] = splitOption(isPlain ? "" : word);
    const value = () => {
      const text = given ?? rest.shift();
      if (text === undefined) throw new UsageError(`missing argument for option '${name}'`);
      return text;
    };
    if (name === undefined) args.photos.push(word);
    else if (name === "--") isPlain = true;
    else if (name === "-o" || name === "--output") args.output = value();
    else if (name === "--background-image") args.background = value();
    else if (name === "--max-megapixels") {
      const text = value();
      if (!(Number(text) > 0)) throw new UsageError(`cannot parse argument "${text}"`);
      args.options.maxPixels = Math.floor(Number(text) * 1e6);
    } else if (name === "--timings") args.timings = true;
    else if (name === "-h" || name === "--help") return void stdout.write(HELP);
    else if (name === "-V" || name === "--version") return void stdout.write(`${version()}\n`);
    else if (name === "--copy-assets") return copyAssets(value());
    else if (optionNames.includes(name.slice(2))) {
      args.options[toName(name.slice(2))] = value();
    } else throw new UsageError(`invalid option '${name}'`);
  }
  if (args.photos.length === 0) throw new UsageError("no photo given");
  return args;
}

/** `--name=value` in two; a word that is no option gives nothing. */
function splitOption(word: string): [string?, string?] {
  if (!word.startsWith("-") || word === "-") return [];
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return `cleancut ${JSON.parse(manifest).version}`;
}

/** For bundlers that leave `new URL` alone: what belongs beside the bundle. */
function copyAssets(folder: string): undefined {
  mkdirSync(join(folder, "wasm"), { recursive: true });
  for (const file of ["worker.js", "wasm/simd.wasm", "wasm/relaxed.wasm", "wasm/cleancut.plan"]) {
    writeFileSync(join(folder, file), readFileSync(new URL(`./${file}`, import.meta.url)));
  }
}

/** A photo and the file to write, whose name gets its ending from what comes out unless it is `named`. */
interface Job {
  readonly photo: string;
  readonly output: string;
  readonly named: boolean;
}

function planJobs({ photos, output }: Args): Job[] {
  const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
  const paths = photos.flatMap((path) => (isFolder(path) ? photosIn(path) : [path]));
  const [first] = paths;
  if (first !== undefined && paths.length === 1 && !isFolder(photos[0] ?? "")) {
    if (output !== undefined && !isFolder(output)) return [{ photo: first, output, named: true }];
  }
  if (output !== undefined) mkdirSync(output, { recursive: true });
  const outputOf = (photo: string) => {
    const stem = basename(photo, extname(photo));
    return output === undefined ? join(dirname(photo), `${stem}.cutout`) : join(output, stem);
  };
  const jobs = paths.map((photo) => ({ photo, output: outputOf(photo), named: false }));
  const seen = new Set<string>();
  for (const { output } of jobs) {
    if (seen.has(output)) throw new UsageError(`two photos would both be written to ${output}`);
    seen.add(output);
  }
  return jobs;
}

/** The format that a file's name asks for. */
function formatOf(file: string): string | undefined {
  const formats: Record<string, string> = {
    ".png": "png",
    ".webp": "webp",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".rgba": "raw",
    ".raw": "raw",
  };
  return formats[extname(file).toLowerCase()];
}

/** The photos directly in `folder`, by name. */
function photosIn(folder: string): string[] {
  const photos = readdirSync(folder).filter((name) => /\.(jpe?g|png|webp)$/i.test(name));
  if (photos.length === 0) {
    throw new UsageError(`no .jpg, .jpeg, .png or .webp file in ${folder}`);
  }
  return photos.sort().map((name) => join(folder, name));
}

async function cutOut(remover: Remover, { photo, output, named }: Job, args: Args) {
  const began: [Phase, number][] = [];
  const options: RemoveOptions = {
    ...(named && { format: formatOf(output) as RemoveOptions["format"] }),
    ...(args.background !== undefined && { background: { image: readFileSync(args.background) } }),
    ...args.options,
    onProgress: ({ phase }) => {
      if (phase !== "load" && began.at(-1)?.[0] !== phase) began.push([phase, performance.now()]);
    },
  };
  const blob = await remover.remove(readFileSync(photo), options);
  if (args.timings) {
    const steps = began.slice(0, -1).map(([phase, at], index) => {
      return `${phase} ${((began[index + 1]?.[1] ?? at) - at).toFixed(1)} ms  `;
    });
    stderr.write(`${steps.join("")}${photo}\n`);
  }
  const path = named ? output : `${output}.${endingOf(blob.type)}`;
  writeFileSync(path, new Uint8Array(await blob.arrayBuffer()));
}

async function main(): Promise<number> {
  try {
    const args = parse(argv.slice(2));
    if (!args) return 0;
    const jobs = planJobs(args);
    const remover = await createRemover();
    let failed = 0;
    for (const job of jobs) {
      try {
        await cutOut(remover, job, args);
      } catch (error) {
        if (error instanceof CleancutError && error.code === "option") {
          throw new UsageError(error.message);
        }
        stderr.write(`cleancut: ${job.photo}: ${error instanceof Error ? error.message : error}\n`);
        failed += 1;
      }
    }
    if (failed > 0 && jobs.length > 1) {
      stderr.write(`cleancut: ${failed} of ${jobs.length} photos failed\n`);
    }
    return failed > 0 ? 1 : 0;
  } catch (error) {
    const hint = error instanceof UsageError ? "; see cleancut --help" : "";
    stderr.write(`cleancut: ${error instanceof Error ? error.message : error}${hint}\n`);
    return 2;
  }
}

exit(await main());
