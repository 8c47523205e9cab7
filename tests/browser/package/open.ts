/** A blank page with the package, imported without a bundler, under a strict CSP. */

import { readFileSync } from "node:fs";
import type { Frame, Page } from "@playwright/test";

import type * as Cleancut from "../../../dist/index.js";

export const ORIGIN = "http://localhost:4180";
/** On a plain ground. */
export const BALL = bytesOf("ball.jpg");
export const MUG = bytesOf("mug.jpg");
export const SMALL = bytesOf("rgb.png");

export function bytesOf(name: string): number[] {
  return [...readFileSync(`tests/fixtures/${name}`)];
}

/** What the server says of one field of a form that was posted to it. */
export interface Field {
  field: string;
  value?: string;
  name?: string;
  type?: string;
  size?: number;
  sha256?: string;
  /** Of a PNG: the shares of it that are. */
  alpha?: { clear: number; solid: number };
}

declare global {
  interface Window {
    cleancut: typeof Cleancut;
    workers: Worker[];
    /** Changes what is sent to the workers; the hook that breaks them. */
    tamper: ((message: unknown) => void) | undefined;
  }
}

/**
 * Opens it with the package as `cleancut` and every worker it starts in `workers`; `headers` are
 * those of the page.
 */
export async function open(page: Page, headers: Record<string, string> = {}): Promise<void> {
  await page.goto(`${ORIGIN}/blank?${new URLSearchParams(headers)}`);
  await load(page);
}

/** Makes the package and its workers known to a page or frame. */
export async function load(page: Page | Frame): Promise<void> {
  await page.evaluate(async () => {
    window.workers = [];
    window.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        window.workers.push(this);
      }
      override postMessage(message: unknown, transfer?: unknown) {
        window.tamper?.(message);
        super.postMessage(message, transfer as Transferable[]);
      }
    };
    window.cleancut = await import(new URL("/dist/index.js", location.href).href);
  });
}
