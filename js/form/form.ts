/** What the element and `attach` share: a photo's way through a form, which must never lose it. */

import { CleancutError, cut, toCleancutError } from "../contract/errors.js";
import type { ImageInput, Progress, RemoveOptions } from "../contract/types.js";
import { renamed } from "../picture/names.js";

/** How forms treat photos, beside everything `removeBackground` takes. */
export interface FormOptions extends Omit<RemoveOptions, "signal"> {
  /** ms that one photo may take before its original stands; 30 000 unless set. */
  readonly timeout?: number | undefined;
  /** Whether a submit waits for a photo that is in work, at most `timeout`; true unless set. */
  readonly wait?: boolean | undefined;
  /** What cuts photos out: a remover of your own, or another entry point's; `cleancut`'s unless set. */
  readonly remover?: Cutter | undefined;
}

/** Anything that cuts out: a `Remover`, or `{ remove: removeBackground }`. */
export interface Cutter {
  remove(input: ImageInput, options: RemoveOptions): Promise<Blob>;
}

/** `detail` of the event `cleancut`: what the form now holds. */
export interface CutDetail {
  readonly original: File;
  readonly file: File;
}

/** `detail` of the event `cleancuterror`: the original stands, and why. */
export interface CutErrorDetail {
  readonly original: File;
  readonly error: CleancutError;
}

const TIMEOUT_MS = 30_000;

/**
 * The cut-out of `original` under its own name, made by `remove` unless the options bring a remover.
 * Always settles within `timeout`, whatever hangs.
 *
 * @throws the signal's reason, or a `CleancutError`
 */
export async function cutFile(
  original: File,
  remove: Cutter["remove"],
  { timeout = TIMEOUT_MS, wait: _, remover, ...options }: FormOptions,
  signal: AbortSignal,
  onProgress?: (progress: Progress) => void,
): Promise<File> {
  const ended = new AbortController();
  const end = (reason: unknown) => ended.abort(reason);
  const onAbort = () => end(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const timer = setTimeout(() => {
    end(new CleancutError("timeout", `${cut(original.name)} took longer than ${timeout} ms`));
  }, timeout);
  const stopped = new Promise<never>((_, reject) => {
    ended.signal.addEventListener("abort", () => reject(ended.signal.reason), { once: true });
    if (ended.signal.aborted) reject(ended.signal.reason);
  });
  try {
    const report = (progress: Progress) => {
      options.onProgress?.(progress);
      onProgress?.(progress);
    };
    const request = { ...options, signal: ended.signal, onProgress: report };
    const work = (remover ?? { remove }).remove(original, request);
    const blob = await Promise.race([work, stopped]);
    return new File([blob], renamed(original.name, blob.type), { type: blob.type });
  } catch (thrown) {
    throw signal.aborted ? signal.reason : toCleancutError(thrown);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** A format that `accept` lets through, for a server that takes no PNG. */
export function acceptedFormat(accept: string): "png" | "webp" | "jpeg" {
  const takes = (type: string, ...endings: string[]) =>
    accept.trim() === "" ||
    accept
      .toLowerCase()
      .split(",")
      .map((part) => part.trim())
      .some((part) => part === "image/*" || part === "*/*" || [type, ...endings].includes(part));
  if (takes("image/png", ".png")) return "png";
  if (takes("image/webp", ".webp")) return "webp";
  return takes("image/jpeg", ".jpg", ".jpeg") ? "jpeg" : "png";
}

/**
 * Holds `form`'s submit back while `pending` gives a promise, then submits it as it was meant, once.
 * `owner` stands in that form's window. The promise must settle; `form.submit()` asks nobody and sends what is there.
 */
export function holdSubmit(
  owner: Element,
  form: () => HTMLFormElement | null,
  pending: () => Promise<unknown> | undefined,
): () => void {
  const onSubmit = async (event: SubmitEvent) => {
    const own = form();
    const work = own && event.target === own ? pending() : undefined;
    if (!own || !work) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await Promise.allSettled([work]);
    const { submitter } = event;
    if (submitter?.isConnected && !(submitter as HTMLButtonElement).disabled) {
      own.requestSubmit(submitter);
    } else own.requestSubmit();
  };
  const page = windowOf(owner);
  page.addEventListener("submit", onSubmit, { capture: true });
  return () => page.removeEventListener("submit", onSubmit, { capture: true });
}

/** The window of an element's own document, which may be a frame's. */
export const windowOf = ({ ownerDocument }: Element): typeof globalThis & Window =>
  ownerDocument.defaultView ?? window;
