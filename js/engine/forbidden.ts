/**
 * In: what starting a worker failed with. Out: the error that names the cause. A `NoWorkerError`
 * where the page itself is the cause: trying again would not help.
 */

import { CleancutError, isDomException, NoWorkerError, reasonOf } from "../contract/errors.js";

const HERE = "or work in the page's thread: worker: false.";
const COEP = "cross-origin-embedder-policy";
/** ms that a worker may take to be refused. */
const PATIENCE_MS = 1000;

/** `cause`: what `start` threw; without it, the worker's script was not loaded. */
export async function whyNoWorker(start: () => Worker, cause?: unknown): Promise<CleancutError> {
  const because = (message: string, hint: string) => new NoWorkerError(message, { cause, hint });
  const said = cause === undefined ? "" : reasonOf(cause);
  if (hasTrustedTypes()) {
    return because(
      "Trusted Types forbid its worker",
      `Allow its policy in the CSP: trusted-types cleancut, give worker: () => new Worker(...), ${HERE}`,
    );
  }
  if (globalThis.origin === "null") {
    return because(
      "a page of an opaque origin may start no worker from a file",
      `Give the frame's sandbox allow-same-origin, serve file: pages over http, ${HERE}`,
    );
  }
  const isRefused =
    /content security policy/i.test(said) || (cause === undefined && (await isForbidden(start)));
  if (isRefused) {
    return because(
      "the Content-Security-Policy forbids its worker",
      `Allow the worker's address in worker-src (or script-src), ${HERE}`,
    );
  }
  if (isDomException(cause, "SecurityError")) {
    return because(
      `the worker's script is of another origin: ${said}`,
      `Serve dist/worker.js from the page's own origin, ${HERE}`,
    );
  }
  if (cause !== undefined) {
    return new CleancutError("worker", `the worker could not be started: ${said}`, { cause });
  }
  if (await isEmbedder()) {
    return because(
      "the page's Cross-Origin-Embedder-Policy (COEP) blocks the worker's script",
      `Serve dist/worker.js with the page's own Cross-Origin-Embedder-Policy header, ${HERE}`,
    );
  }
  return new CleancutError("worker", "the worker's script could not be loaded", {
    hint: "Nothing is at its address, or no JavaScript (404?): serve dist/worker.js from the page's own origin.",
  });
}

/** Whether a script's address may be no plain string here, as only Trusted Types say. */
function hasTrustedTypes(): boolean {
  try {
    const script = globalThis.document?.createElement("script");
    if (script) script.src = "data:,";
    return false;
  } catch {
    return true;
  }
}

/** Tries again, and listens to whom it is that refuses. */
async function isForbidden(start: () => Worker): Promise<boolean> {
  let isRefused = false;
  const onViolation = ({ effectiveDirective }: SecurityPolicyViolationEvent) => {
    isRefused ||= /^(worker|child|script|default)-src/.test(effectiveDirective);
  };
  globalThis.addEventListener?.("securitypolicyviolation", onViolation);
  const worker = start();
  await new Promise((settle) => {
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      setTimeout(settle, 50);
    });
    setTimeout(settle, PATIENCE_MS);
  });
  worker.terminate();
  globalThis.removeEventListener?.("securitypolicyviolation", onViolation);
  return isRefused;
}

/** Whether the page's own answer has a Cross-Origin-Embedder-Policy. */
async function isEmbedder(): Promise<boolean> {
  if (globalThis.crossOriginIsolated) return true;
  try {
    const { headers } = await fetch(globalThis.location.href, { method: "HEAD" });
    return /require-corp|credentialless/.test(headers.get(COEP) ?? "");
  } catch {
    return false;
  }
}
