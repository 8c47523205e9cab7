/** In: where this module is. Out: the worker beside it, as pages under Trusted Types take its URL. */

/** What TypeScript's DOM does not know yet, as far as it is used. */
interface Policy {
  createScriptURL(input: string): URL;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(input: string): string }): Policy;
}

/** The policy `cleancut`, which knows one URL; nothing where the page forbids it, or has none. */
export function workerPolicy(base: string): Policy | undefined {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  const { href, protocol } = new URL("./worker.js", base);
  if (!protocol.startsWith("http")) return undefined;
  try {
    return trustedTypes?.createPolicy("cleancut", { createScriptURL: () => href });
  } catch {
    return undefined;
  }
}
