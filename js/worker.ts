import { type ErrorCode, toCleancutError } from "./errors.js";
import { LocalRemover } from "./local.js";
import type { Progress } from "./types.js";

/** What `remote.ts` sends: one photo. */
export interface Request {
  readonly id: number;
  readonly photo: Uint8Array<ArrayBuffer>;
  readonly maxPixels: number | undefined;
}

/** What comes back: any number of `progress`, then exactly one of `done` and `failed`. */
export type Reply = { readonly id: number } & (
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly png: Uint8Array<ArrayBuffer> }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string }
);

const remover = new LocalRemover();

function reply(message: Reply, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

self.addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  const { id, photo, maxPixels } = data;
  const onProgress = (progress: Progress) => reply({ id, kind: "progress", progress });
  try {
    const png = await remover.remove(photo, { maxPixels, onProgress });
    reply({ id, kind: "done", png }, [png.buffer]);
  } catch (thrown) {
    const { code, message } = toCleancutError(thrown);
    reply({ id, kind: "failed", code, message });
  }
});
