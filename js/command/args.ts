/** In: the command line's words. Out: what was asked for, or a `UsageError`. */

import { choose, toName } from "../contract/options.js";
import { optionNames } from "../wasm/options.js";

/** Of the native command line alone. */
const COMMANDS = ["masks", "score", "split"];
/** What the native command line does for many photos, in threads. */
const NATIVE = [
  "-j",
  ...["jobs", "memory", "resume", "report", "min-confidence", "review"].map((name) => `--${name}`),
];
/** Options without a value, by what they set. */
const FLAGS = new Map<string, "timings" | "recursive" | "nul" | "quiet">([
  ["--timings", "timings"],
  ["--recursive", "recursive"],
  ["-r", "recursive"],
  ["--null", "nul"],
  ["-0", "nul"],
  ["--quiet", "quiet"],
]);

/** The arguments are wrong. */
export class UsageError extends Error {}

export interface Args {
  readonly kind: "photos";
  /** Files, folders, and `-` for standard input. */
  readonly photos: string[];
  /** A file, a folder, or `-` for standard output. */
  output: string | undefined;
  timings: boolean;
  /** Folders in folders too, their tree kept below the output. */
  recursive: boolean;
  /** A file of names, or `-`. */
  list: string | undefined;
  /** Whether NUL ends the names, not a line break. */
  nul: boolean;
  quiet: boolean;
  /** The picture behind the subject. */
  background: string | undefined;
  /** The file of what was painted on the one photo. */
  strokes: string | undefined;
  /** A network of somebody's own, */
  network: string | undefined;
  /** and how it is fed and read. */
  readonly spec: string[];
  readonly options: Record<string, string | number>;
}

/** What is asked for instead of cut-outs. */
export type Asked =
  | Args
  | { readonly kind: "help" | "version" }
  | { readonly kind: "copy-assets"; readonly folder: string };

export function parse(words: readonly string[]): Asked {
  const args: Args = {
    kind: "photos",
    photos: [],
    output: undefined,
    timings: false,
    recursive: false,
    list: undefined,
    nul: false,
    quiet: false,
    background: undefined,
    strokes: undefined,
    network: undefined,
    spec: [],
    options: {},
  };
  const [command = ""] = words;
  if (COMMANDS.includes(command)) {
    throw new UsageError(
      `${command} is a command of the native command line alone: cargo run --release -- ${command}; ` +
        `a folder of that name is ./${command}`,
    );
  }
  const rest = [...words];
  let isPlain = false;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name, given] = splitOption(isPlain ? "" : word);
    const value = () => {
      const text = given ?? rest.shift();
      if (text === undefined) throw new UsageError(`missing argument for option '${name}'`);
      return text;
    };
    const flag = FLAGS.get(name ?? "");
    if (name === undefined) args.photos.push(word);
    else if (name === "--") isPlain = true;
    else if (name === "-o" || name === "--output") args.output = value();
    else if (name === "--background-image") args.background = value();
    else if (name === "--strokes") args.strokes = value();
    else if (name === "--max-megapixels") {
      const text = value();
      if (!(Number(text) > 0)) throw new UsageError(`cannot parse argument "${text}"`);
      args.options.maxPixels = Math.floor(Number(text) * 1e6);
    } else if (name === "--model") {
      const model = value();
      const isFile = /\.onnx$/i.test(model);
      args.network = isFile ? model : undefined;
      if (isFile) delete args.options.model;
      else args.options.model = model;
    } else if (name === "--spec") args.spec.push(value());
    else if (flag !== undefined) {
      if (given !== undefined) {
        throw new UsageError(`unexpected argument for option '${name}': "${given}"`);
      }
      args[flag] = true;
    } else if (name === "--list") args.list = value();
    else if (NATIVE.includes(name)) {
      throw new UsageError(`${name} is an option of the native command line alone`);
    } else if (name === "-h" || name === "--help") return { kind: "help" };
    else if (name === "-V" || name === "--version") return { kind: "version" };
    else if (name === "--copy-assets") return { kind: "copy-assets", folder: value() };
    else if (optionNames.includes(name.slice(2))) {
      args.options[toName(name.slice(2))] = value();
    } else throw new UsageError(`invalid option '${name}'`);
  }
  if (args.nul && args.list === undefined) {
    throw new UsageError("-0 tells how the names of a --list end, and there is none");
  }
  if (args.spec.length > 0 && args.network === undefined) {
    throw new UsageError("--spec tells of a network; give --model FILE.onnx");
  }
  if (args.photos.length === 0 && args.list === undefined) throw new UsageError("no photo given");
  choose(args.options);
  return args;
}

/** `--name=value`, `-n=value` and `-nvalue` in two; a word that is no option gives nothing. */
function splitOption(word: string): [name?: string, value?: string | undefined] {
  const [, long, longValue] = /^(--[^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (long) return [long, longValue];
  const [, short, shortValue] = /^(-.)=?(.*)$/s.exec(word) ?? [];
  return short ? [short, shortValue || undefined] : [];
}
