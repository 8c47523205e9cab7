/** What each step of a task took. Each that begins is reported. */

import type { Phase } from "../contract/types.js";
import { phaseBegins } from "./progress.js";
import type { Job } from "./task.js";

export interface Steps {
  begin(phase: Phase): void;
  /** ms of each step so far. */
  end(): Partial<Record<Phase, number>>;
}

export function stepsOf(job: Job): Steps {
  const timings: Partial<Record<Phase, number>> = {};
  let current: Phase | undefined;
  let began = 0;
  const end = () => {
    if (current) timings[current] = (timings[current] ?? 0) + performance.now() - began;
    current = undefined;
    return timings;
  };
  return {
    begin(phase) {
      end();
      current = phase;
      began = performance.now();
      job.report(phaseBegins(phase));
    },
    end,
  };
}
