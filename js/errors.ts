/** What can go wrong, as a stable word:
 *
 * - `input`: the argument is not something that holds a photo, or an option is not known
 * - `unsupported-format`, `too-large`, `decode`: this photo cannot be read; another may
 * - `asset`: wasm or model could not be fetched
 * - `model`: the model is not the one this version was made for
 * - `wasm`: WebAssembly is missing, too old or forbidden
 * - `worker`: the worker could not be started
 * - `crashed`: the engine broke down; the next call starts a new one
 * - `option`: an option is not known or does not take this value
 * - `no-subject`: nothing in the photo stands out
 * - `busy-ground`: the method `studio` was asked for and the ground is not plain
 * - `inference`, `encode`: the engine or the encoder refused
 */
export type ErrorCode =
  | "input"
  | "unsupported-format"
  | "too-large"
  | "decode"
  | "asset"
  | "model"
  | "wasm"
  | "worker"
  | "crashed"
  | "option"
  | "no-subject"
  | "busy-ground"
  | "inference"
  | "encode";

const HINTS: Record<ErrorCode, string> = {
  input: "Give a Blob, File, ArrayBuffer or typed array that holds a JPEG, PNG or WebP file.",
  "unsupported-format": "Save the picture as JPEG, PNG or WebP.",
  "too-large": "Give a smaller picture, or raise the option maxPixels.",
  decode: "The file is damaged or incomplete; take it from its source again.",
  asset: "Serve the package's dist/wasm folder unchanged beside its JavaScript.",
  model: "Serve the model file of the same cleancut version as its JavaScript.",
  wasm: "Needs WebAssembly SIMD (browsers since 2023) and, under a Content-Security-Policy, script-src 'wasm-unsafe-eval'.",
  worker: "Allow module workers from this origin (Content-Security-Policy: worker-src 'self').",
  crashed: "Call again; if it happens with one picture each time, please report it.",
  option: "The message says what the option takes.",
  "no-subject": "Show the subject larger or on a calmer ground, or keep the photo as it is.",
  "busy-ground": "Use the method auto or network.",
  inference: "Please report this picture.",
  encode: "Please report this picture.",
};

export class CleancutError extends Error {
  override readonly name = "CleancutError";
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = HINTS[code];
  }
}

/** Makes a `CleancutError` of anything thrown; what carries no known `code` is a crash. */
export function toCleancutError(thrown: unknown): CleancutError {
  if (thrown instanceof CleancutError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return new CleancutError(isErrorCode(code) ? code : "crashed", message, { cause: thrown });
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(HINTS, code);
}
