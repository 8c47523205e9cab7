/**
 * A project: what was asked of one photo and painted on it, without the photo, to go on another day.
 *
 * In: the text of a `.cleancut` file, or what the page holds. Out: a `Project`, or that text:
 * `{ "cleancut": 1, "photo": {}, "options": {}, "strokes": [], "learn": true }`, where `options` are those
 * of `segment`, `strokes` and `learn` those of `edit`; px of the upright photo.
 */

import type { FindOptions, RenderOptions, Stroke } from "cleancut";

export interface Project {
  readonly photo: {
    readonly name: string;
    readonly bytes: number;
    readonly width: number;
    readonly height: number;
  };
  /** Its background picture is there by name alone. */
  readonly options: FindOptions & RenderOptions;
  readonly strokes: readonly Stroke[];
  readonly learn?: boolean | undefined;
  /** The network, where it was not the package's. */
  readonly network?: string | undefined;
}

const VERSION = 1;
const LARGEST_BYTES = 50e6;
/** No photo is as wide; a stroke may leave it. */
const FURTHEST_PX = 1e6;
const SMALLEST_PX = 0.01;

export const isProject = ({ name }: File): boolean => /\.cleancut$/i.test(name);

export function write({ photo, options, network, strokes, learn }: Project): string {
  return `${JSON.stringify({ cleancut: VERSION, photo, options, network, strokes, learn })}\n`;
}

/** @throws {Error} whose message goes on behind the file's name */
export async function read(file: File): Promise<Project> {
  const value = file.size > LARGEST_BYTES ? undefined : toValue(await file.text());
  if (!isObject(value) || typeof value.cleancut !== "number") {
    throw new Error("this is no project, or its end is missing");
  }
  if (value.cleancut !== VERSION) {
    throw new Error("another version of this page saved it; reload the page for the newest");
  }
  const { photo, options, strokes, network, learn } = value;
  if (!isPhoto(photo)) throw new Error("it does not say which photo it belongs to");
  if (!isObject(options)) throw new Error("its settings are damaged");
  if (!Array.isArray(strokes)) throw new Error("its strokes are damaged");
  if (learn !== undefined && typeof learn !== "boolean") throw new Error("its learn is damaged");
  const bad = strokes.findIndex((stroke) => !isStroke(stroke));
  if (bad >= 0) throw new Error(`its stroke ${bad + 1} of ${strokes.length} is damaged`);
  for (const [name, sides] of Object.entries(PLACES)) {
    const place = options[name];
    const isPlace = isObject(place) && sides.every((side) => isWithin(place[side], 0, FURTHEST_PX));
    if (place !== undefined && !isPlace) throw new Error(`its ${name} is damaged`);
  }
  const named = typeof network === "string" ? network : undefined;
  return { photo, options, strokes, learn: learn || undefined, network: named };
}

/** Whether `file` is a project's photo: its name or its length is, and what is seen has its size. */
export async function isPhotoOf({ photo }: Project, file: File): Promise<boolean> {
  if (file.name !== photo.name && file.size !== photo.bytes) return false;
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  const isAsLarge = bitmap?.width === photo.width && bitmap.height === photo.height;
  bitmap?.close();
  return !bitmap || isAsLarge;
}

const PLACES: Record<string, string[]> = { at: ["x", "y"], roi: ["x", "y", "width", "height"] };

function toValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPhoto(photo: unknown): photo is Project["photo"] {
  const lengths = ["bytes", "width", "height"];
  return (
    isObject(photo) &&
    typeof photo.name === "string" &&
    lengths.every((length) => isWithin(photo[length], 1, Number.MAX_SAFE_INTEGER))
  );
}

function isStroke(stroke: unknown): stroke is Stroke {
  if (!isObject(stroke)) return false;
  const { mode, points, radius, hardness = 0 } = stroke;
  const isPoint = (point: unknown) =>
    isObject(point) &&
    isWithin(point.x, -FURTHEST_PX, FURTHEST_PX) &&
    isWithin(point.y, -FURTHEST_PX, FURTHEST_PX);
  return (
    (mode === "keep" || mode === "erase") &&
    Array.isArray(points) &&
    points.length > 0 &&
    points.every(isPoint) &&
    isWithin(radius, SMALLEST_PX, FURTHEST_PX) &&
    isWithin(hardness, 0, 1)
  );
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
