/** The call of cleancut that does what the page does. In: options. Out: JavaScript to copy. */

import type { EditOptions, FindOptions, RenderOptions } from "cleancut";

/** `mending`: how strokes are taken, if there are any; `network`: of the reader's own. */
export function toSnippet(
  find: FindOptions,
  render: RenderOptions,
  mending: EditOptions | undefined,
  network?: { name: string; family: string },
): string {
  const own = network && [
    'import { createRemover } from "cleancut";',
    'import { onnx } from "cleancut/onnx";',
    "",
    `const model = onnx(${JSON.stringify(network.name)}, "${network.family}");`,
    "const remover = await createRemover({ model });",
  ];
  if (!mending) {
    const call = own ? "remover.remove" : "removeBackground";
    return [
      ...(own ?? ['import { removeBackground } from "cleancut";', ""]),
      `const file = await ${call}(${list("photo", { ...find, ...render })});`,
    ].join("\n");
  }
  return [
    ...(own ?? ['import { segment } from "cleancut";', ""]),
    `const found = await ${own ? "remover." : ""}segment(${list("photo", find)});`,
    `const cutout = await found.edit(${list("strokes", mending)});`,
    `const file = await cutout.toBlob(${list("", render)});`,
  ].join("\n");
}

/** The arguments of a call: what comes first, then the options if there are any. */
function list(first: string, options: object): string {
  const lines = Object.entries(options).map(([name, value]) => `  ${name}: ${write(value)},\n`);
  const object = lines.length > 0 ? [`{\n${lines.join("")}}`] : [];
  return [...(first ? [first] : []), ...object].join(", ");
}

function write(value: unknown): string {
  if (value instanceof File) return "picture";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, value]) => `${name}: ${write(value)}`);
  return `{ ${entries.join(", ")} }`;
}
