/** Strokes as the engine takes them. In: anything. Out: numbers in turn, or a `CleancutError`. */

import { CleancutError, cut, isObject } from "./errors.js";
import type { Stroke } from "./types.js";

/** Keep (1) or erase (0), radius px, hardness, the number of points, and x, y of each. */
export function pack(strokes: Iterable<Stroke>): Float32Array {
  const numbers: number[] = [];
  for (const stroke of listed(strokes, "the strokes")) {
    const { mode, points, radius, hardness = 0.8 } = stroke;
    if (mode !== "keep" && mode !== "erase") {
      throw wrong("a stroke's mode", mode, "it takes keep or erase");
    }
    if (typeof radius !== "number" || !(radius > 0)) {
      throw wrong("a stroke's radius", radius, "it must be above 0");
    }
    if (typeof hardness !== "number") throw wrong("a stroke's hardness", hardness, "0 to 1");
    const places = listed(points, "a stroke's points").flatMap(({ x, y }) => [x, y]);
    for (const place of places) {
      if (!Number.isFinite(place)) throw wrong("a point's x or y", place, "it takes px");
    }
    numbers.push(mode === "keep" ? 1 : 0, radius, hardness, places.length / 2);
    for (const place of places) numbers.push(place);
  }
  return Float32Array.from(numbers);
}

/** Objects in turn, whatever holds them. */
function listed<T extends object>(items: Iterable<T>, name: string): T[] {
  if (!isObject(items) || !(Symbol.iterator in items)) {
    throw wrong(name, items, "an array is wanted");
  }
  return Array.from(items, (item) => {
    if (!isObject(item)) throw wrong(`one of ${name}`, item, "an object is wanted");
    return item;
  });
}

function wrong(name: string, value: unknown, takes: string): CleancutError {
  return new CleancutError("option", `${name} is ${cut(value)}; ${takes}`);
}
