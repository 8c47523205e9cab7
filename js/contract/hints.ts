/**
 * What can go wrong, and what to do about it. The worker's bundle has no hints: its errors get
 * theirs in the page.
 */

/** What can go wrong, as a stable word:
 *
 * - `input`: the argument is not something that holds a picture
 * - `option`: an option is not known or does not take this value
 * - `fetch`: a picture's URL could not be fetched
 * - `unsupported-format`, `too-large`, `decode`: this picture cannot be read; another may
 * - `no-subject`: nothing in the photo stands out
 * - `busy-ground`: the method `studio` was asked for and the ground is not plain
 * - `other-shape`: a mask was applied to a picture of another shape
 * - `asset`: wasm or model could not be fetched
 * - `integrity`: wasm or model is not the file that this version was published with
 * - `model`: the model is not one that this version was made for, or not the one that was asked for
 * - `wasm`: WebAssembly is missing, too old or forbidden
 * - `worker`: the worker could not be started
 * - `crashed`: the engine broke down or ran out of memory; the next call starts a new one
 * - `lost`: the cut-out went when its engine broke down or was ended
 * - `disposed`: the cut-out or remover was disposed of before
 * - `timeout`: a form's time for one photo was up
 * - `device`: a GPU was asked for, and there is none that could be used
 * - `inference`, `encode`: the engine or the encoder refused
 */
export type ErrorCode =
  | "input"
  | "option"
  | "fetch"
  | "unsupported-format"
  | "too-large"
  | "decode"
  | "no-subject"
  | "busy-ground"
  | "other-shape"
  | "asset"
  | "integrity"
  | "model"
  | "wasm"
  | "worker"
  | "crashed"
  | "lost"
  | "disposed"
  | "timeout"
  | "device"
  | "inference"
  | "encode";

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
  model:
    "Serve wasm and model of the same version as the JavaScript, and the model that is asked for.",
  wasm: "Needs WebAssembly SIMD (browsers since 2023) and, with a CSP, script-src 'wasm-unsafe-eval'.",
  worker: "Serve dist/worker.js from the page's own origin or set worker: false.",
  crashed: "Call again; please report what always does this.",
  lost: "Segment the photo again.",
  disposed: "Make a new one.",
  timeout: "Raise the option timeout to wait longer.",
  device: 'Ask for the device "auto", which takes the CPU where no GPU will do.',
  inference: REPORT,
  encode: REPORT,
};

export const hintOf = (code: ErrorCode): string => HINTS[code];
