/** What page and worker say to each other. */

import type { PackedError } from "../contract/errors.js";
import type { Progress } from "../contract/types.js";
import type { Sources } from "./sources.js";
import type { Gives, Takes, TaskName } from "./task.js";

/** What `remote.ts` sends: `start` once, then one task at a time, and `free` at any time. */
export type Request =
  | { readonly kind: "start"; readonly sources: Sources; readonly firstId: number }
  | { readonly kind: "free"; readonly cutout: number }
  | {
      readonly kind: "run";
      readonly id: number;
      readonly name: TaskName;
      readonly takes: Takes<TaskName>;
    };

/** The `id` of a reply to a request that could not be read, which is the one that runs. */
export const UNREAD = 0;

/** What comes back: any number of `progress`, then exactly one of `done` and `failed`. */
export type Reply = { readonly id: number } & (
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly gives: Gives<TaskName> }
  | { readonly kind: "failed"; readonly error: PackedError }
);
