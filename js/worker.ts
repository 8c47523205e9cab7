/** The worker: one `LocalEngine` behind `postMessage`. */

import { packError, toCleancutError } from "./contract/errors.js";
import type { Progress } from "./contract/types.js";
import { LocalEngine } from "./engine/local.js";
import { type Reply, type Request, UNREAD } from "./engine/messages.js";
import type { Gives, Takes, TaskName } from "./engine/task.js";

let engine: LocalEngine;

function reply(message: Reply, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

async function run(id: number, name: TaskName, takes: Takes<TaskName>): Promise<void> {
  const report = (progress: Progress) => reply({ id, kind: "progress", progress });
  try {
    const gives = await engine.run(name, takes as never, { report });
    reply({ id, kind: "done", gives }, transferOf(gives));
  } catch (thrown) {
    reply({ id, kind: "failed", error: packError(toCleancutError(thrown)) });
  }
}

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  switch (data.kind) {
    case "start":
      engine = new LocalEngine(data.sources, data.firstId);
      return;
    case "free":
      engine.free(data.cutout);
      return;
    case "run":
      void run(data.id, data.name, data.takes);
      return;
    default:
      throw new Error("unknown message");
  }
});

self.addEventListener("messageerror", () => {
  const error = { code: "input", message: "the picture did not arrive in the worker" } as const;
  reply({ id: UNREAD, kind: "failed", error });
});

/** The buffers and bitmaps of an answer, which the worker needs no more. */
function transferOf(gives: Gives<TaskName>): Transferable[] {
  if (typeof gives !== "object") return [];
  if (gives instanceof Uint8Array) return [gives.buffer];
  if ("close" in gives) return [gives];
  if ("file" in gives) return [gives.file.buffer];
  if ("data" in gives) return [gives.data.buffer];
  return [];
}
