/** What to do about each error. The worker's bundle has none: its errors get theirs in the page. */

import type { ErrorCode } from "./errors.js";

const REPORT = "Please report this picture.";
const HINTS: Record<ErrorCode, string> = {
  input: "Give a Blob, its bytes, an image, a canvas, pixels or a URL.",
  option: "The message says what the option takes.",
  fetch: "Serve it with Access-Control-Allow-Origin, or give a Blob.",
  "unsupported-format": "Save the picture as JPEG, PNG or WebP.",
  "too-large": "Give a smaller picture, or raise the option maxPixels.",
  decode: "Take the file from its source again.",
  "no-subject": "Show the subject larger or on a calmer ground.",
  "busy-ground": "Use the method auto or network.",
  "other-shape": "Give another size of the same picture.",
  asset: "Serve the package's dist/wasm folder beside its JavaScript, or set assets.",
  integrity: "Serve wasm and model of the same version as the JavaScript.",
  model: "Serve wasm and model of the same version as the JavaScript.",
  wasm: "Needs WebAssembly SIMD (browsers since 2023) and, with a CSP, script-src 'wasm-unsafe-eval'.",
  worker: "Serve dist/worker.js from the page's own origin or set worker: false.",
  crashed: "Call again; please report what always does this.",
  lost: "Segment the photo again.",
  disposed: "Make a new one.",
  timeout: "Raise the option timeout to wait longer.",
  inference: REPORT,
  encode: REPORT,
};

export const hintOf = (code: ErrorCode): string => HINTS[code];
