import { CleancutError } from "../contract/errors.js";

interface NodeFs {
  readonly promises: { readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> };
}

/** Node's fetch does not read file: URLs, and an `import "node:fs"` would break bundlers. */
export async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: "node:fs"): NodeFs | undefined };
  };
  const fs = process?.getBuiltinModule?.("node:fs");
  const { href } = url;
  if (!fs) {
    throw new CleancutError("asset", `${href} cannot be read: this page has no web address`, {
      url: href,
    });
  }
  try {
    return await fs.promises.readFile(url);
  } catch (cause) {
    throw new CleancutError("asset", `${href} could not be read`, { cause, url: href });
  }
}
