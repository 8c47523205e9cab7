/** What to do about each error. The worker's bundle has none: its errors get theirs in the page. */

import type { ErrorCode } from "./errors.js";

const REPORT = "Please report this picture.";
const HINTS: Record<ErrorCode, string> = {
  input: "Give a Blob, File, ArrayBuffer, typed array, ImageData, image, canvas or URL.",
  option: "The message says what the option takes.",
  fetch: "Serve it from this origin or with Access-Control-Allow-Origin, or give it as a Blob.",
  "unsupported-format": "Save the picture as JPEG, PNG or WebP.",
  "too-large": "Give a smaller picture, or raise the option maxPixels.",
  decode: "The file is damaged or incomplete; take it from its source again.",
  "no-subject": "Show the subject larger or on a calmer ground, or keep the photo as it is.",
  "busy-ground": "Use the method auto or network.",
  asset: "Serve the package's dist/wasm folder unchanged beside its JavaScript, or set assets.",
  integrity: "Serve wasm and model of the same cleancut version as its JavaScript, unchanged.",
  model: "Serve the model file of the same cleancut version as its JavaScript.",
  wasm: "Needs WebAssembly SIMD (browsers since 2023) and, under a Content-Security-Policy, script-src 'wasm-unsafe-eval'.",
  worker:
    "Serve dist/worker.js from the page's own origin and allow it (worker-src 'self'), or set worker: false.",
  crashed: "Call again; if it happens with one picture each time, please report it.",
  lost: "Segment the photo again.",
  disposed: "Make a new one.",
  timeout: "The original file is sent; raise the option timeout to wait longer.",
  inference: REPORT,
  encode: REPORT,
};

export const hintOf = (code: ErrorCode): string => HINTS[code];
