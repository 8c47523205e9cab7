import { CleancutError, cut } from "../contract/errors.js";

interface NodeFs {
  readonly promises: { readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> };
}

const ADDRESS = "Give a Blob: pages of file: addresses may read no other file.";

/** Node's fetch does not read file: URLs, and an `import "node:fs"` would break bundlers. */
export async function readFile(
  url: URL,
  code: "asset" | "fetch",
): Promise<Uint8Array<ArrayBuffer>> {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: "node:fs"): NodeFs | undefined };
  };
  const fs = process?.getBuiltinModule?.("node:fs");
  const { href } = url;
  if (!fs) {
    throw new CleancutError(code, `${cut(href)} cannot be read: this page has no web address`, {
      url: href,
      hint: code === "fetch" ? ADDRESS : "Import cleancut/inline, which has its assets inside.",
    });
  }
  try {
    return await fs.promises.readFile(new URL(href));
  } catch (cause) {
    const hint = code === "fetch" ? "Is it there, and may it be read?" : undefined;
    throw new CleancutError(code, `${cut(href)} could not be read`, { cause, url: href, hint });
  }
}
