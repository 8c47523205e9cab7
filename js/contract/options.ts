/** In: options as a caller writes them. Out: pairs of name and value, as the engine takes them. */

import { models } from "../wasm/assets.js";
import { optionNames } from "../wasm/options.js";
import { CleancutError, cut, isObject } from "./errors.js";
import type { ImageInput } from "./types.js";

/** The engine's words, and a background picture, which is no word. */
export interface Choice {
  readonly words: readonly string[];
  readonly ground?: ImageInput | undefined;
}

/** No option takes a longer word. */
const LONGEST = 80;
const REQUEST = ["signal", "onProgress"];

/** Refuses options that are no object. */
export function mustBeOptions(options: unknown): void {
  if (isObject(options)) return;
  throw new CleancutError("option", `the options are ${cut(options)}; give an object`);
}

/** Refuses what neither the engine nor `also` knows; values are the engine's to judge. */
export function choose(options: object, also: readonly string[] = []): Choice {
  mustBeOptions(options);
  const words: string[] = [];
  let ground: Choice["ground"];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || REQUEST.includes(name) || also.includes(name)) continue;
    const word = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (name.includes("-") || !optionNames.includes(word)) throw unknown(name, also);
    if (name === "background" && isObject(value) && "image" in value) {
      const { image, fit } = value as { image: ImageInput; fit?: unknown };
      ground = image;
      if (fit !== undefined) words.push("background-fit", toText("backgroundFit", fit));
    } else {
      const text = toWord(name, value);
      if (text.length > LONGEST) throw wrong(name, text);
      words.push(word, text);
    }
  }
  return { words, ground };
}

/** `input-size` -> `inputSize` */
export function toName(word: string): string {
  return word.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Refuses every option that is not in `known`. */
export function checkNames(options: object, known: readonly string[]): void {
  mustBeOptions(options);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new CleancutError(
        "option",
        `unknown option "${cut(name)}"; known are ${[...known].sort().join(", ")}`,
      );
    }
  }
}

/** Refuses what is no model's name; none is the default's. */
export function mustBeModel(name: unknown): void {
  const names = Object.keys(models);
  if (name === undefined || names.includes(name as string)) return;
  throw new CleancutError("option", `model is ${cut(name)}; it takes ${names.join(" or ")}`);
}

function toWord(name: string, value: unknown): string {
  if (value === false && name === "refine") return "off";
  if (value === false && (name === "shadow" || name === "outline")) return "none";
  if (name === "margin" && Array.isArray(value))
    return value.map((length) => toText(name, length)).join(" ");
  if (isObject(value)) {
    if (name === "size" && ("width" in value || "height" in value)) {
      const { width = "", height = "" } = value as { width?: unknown; height?: unknown };
      return `${toText(name, width)}x${toText(name, height)}`;
    }
    if (name === "at" && "x" in value && "y" in value) return toPoint(name, value);
    if (name === "roi" && "x" in value && "y" in value && "width" in value && "height" in value) {
      return `${toPoint(name, value)},${toPoint(name, { x: value.width, y: value.height })}`;
    }
    if (name === "outline" && "width" in value && "color" in value) {
      return `${toText(name, value.width)} ${toText(name, value.color)}`;
    }
    if (name === "background" && "blur" in value) return `blur ${toText(name, value.blur)}`;
  }
  return toText(name, value);
}

/** Whole pixels. */
function toPoint(name: string, { x, y }: { x: unknown; y: unknown }): string {
  const whole = (value: unknown) => (typeof value === "number" ? Math.floor(value) : value);
  return `${toText(name, whole(x))},${toText(name, whole(y))}`;
}

function toText(name: string, value: unknown): string {
  if (["string", "number", "boolean"].includes(typeof value)) return String(value);
  throw wrong(name, value);
}

function wrong(name: string, value: unknown): CleancutError {
  return new CleancutError("option", `${name} is ${cut(value)}`, {
    hint: "docs/api.md says what each option takes.",
  });
}

function unknown(name: string, also: readonly string[]): CleancutError {
  const known = [...REQUEST, ...also, ...optionNames.map(toName)].sort();
  return new CleancutError(
    "option",
    `unknown option "${cut(name)}"; known are ${known.join(", ")}`,
  );
}
