/** `cleancut/attach`: a plain file input sends cut-outs. */

import { toCleancutError } from "./contract/errors.js";
import { choose } from "./contract/options.js";
import {
  acceptedFormat,
  type CutDetail,
  type CutErrorDetail,
  cutFile,
  type FormOptions,
  holdSubmit,
} from "./form/form.js";
import { removeBackground } from "./index.js";

export type { CutDetail, CutErrorDetail, Cutter, FormOptions } from "./form/form.js";

/** What `attach` gives. */
export interface Attachment {
  /** Settles when nothing is in work any more; never rejects. */
  readonly ready: Promise<void>;
  /** Lets the input be as it was before; what is in work is dropped. */
  detach(): void;
}

/**
 * Swaps the files of `input` for their cut-outs when they are chosen, and tells by the bubbling
 * events `cleancut` and `cleancuterror`. **Fails open**: a file that cannot be cut out, for
 * whatever reason, stays as it is and is submitted.
 *
 * @throws {CleancutError} `option`, at once, when an option is not known
 */
export function attach(input: HTMLInputElement, options: FormOptions = {}): Attachment {
  choose(options, ["timeout", "wait", "remover", "device"]);
  let current = new AbortController();
  let work: Promise<void> | undefined;
  /** What this function put there itself. */
  let own: FileList | null = null;

  const onChange = () => {
    const { files } = input;
    if (files === own && files !== null) return;
    current.abort();
    current = new AbortController();
    own = null;
    const mine = swap(input, options, current.signal, (list) => {
      own = list;
    }).finally(() => {
      if (work === mine) work = undefined;
    });
    work = mine;
  };
  const stopHolding = holdSubmit(
    input,
    () => input.form,
    () => (options.wait === false ? undefined : work),
  );
  input.addEventListener("change", onChange);
  if (input.files?.length) onChange();
  return {
    get ready() {
      return work ?? Promise.resolve();
    },
    detach() {
      current.abort();
      stopHolding();
      input.removeEventListener("change", onChange);
    },
  };
}

async function swap(
  input: HTMLInputElement,
  options: FormOptions,
  signal: AbortSignal,
  take: (list: FileList) => void,
): Promise<void> {
  const chosen = input.files;
  const all = { format: acceptedFormat(input.accept), ...options };
  const files = [...(chosen ?? [])];
  const details: (CutDetail | CutErrorDetail)[] = [];
  for (const original of files) {
    try {
      details.push({ original, file: await cutFile(original, removeBackground, all, signal) });
    } catch (thrown) {
      if (signal.aborted) return;
      details.push({ original, error: toCleancutError(thrown) });
    }
  }
  if (signal.aborted || input.files !== chosen) return;
  try {
    const transfer = new DataTransfer();
    for (const detail of details) {
      transfer.items.add("file" in detail ? detail.file : detail.original);
    }
    input.files = transfer.files;
    if (input.files) take(input.files);
  } catch (thrown) {
    const error = toCleancutError(thrown);
    details.forEach(({ original }, index) => {
      details[index] = { original, error };
    });
  }
  for (const detail of details) {
    const name = "file" in detail ? "cleancut" : "cleancuterror";
    input.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}
