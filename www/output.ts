/** Ways out: a file, the clipboard, the share sheet, a ZIP. In: blobs and names. */

import { downloadZip } from "client-zip";

const ENDINGS: Record<string, string> = {
  "image/png": "png",
  "image/webp": "webp",
  "image/jpeg": "jpg",
};

export const stem = (name: string): string => name.replace(/\.\w{1,5}$/, "") || "photo";

/** The photo's name without its ending, with the cut-out's. */
export function rename(photo: File, cutout: Blob, suffix = ""): string {
  return `${stem(photo.name)}${suffix}.${ENDINGS[cutout.type] ?? "png"}`;
}

export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The promise lets the browser see that the reader asked for it, however long it takes. */
export async function copyPicture(png: Promise<Blob>): Promise<void> {
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}

export function canShare(): boolean {
  const file = new File([], "photo.png", { type: "image/png" });
  return navigator.canShare?.({ files: [file] }) ?? false;
}

/** The reader closing the sheet is no failure. */
export async function share(file: File): Promise<void> {
  try {
    await navigator.share({ files: [file] });
  } catch (thrown) {
    if (!(thrown instanceof DOMException && thrown.name === "AbortError")) throw thrown;
  }
}

/** Stored, not packed: pictures are packed already. Equal names are numbered. */
export async function zip(files: AsyncIterable<{ name: string; blob: Blob }>): Promise<Blob> {
  const taken = new Set<string>();
  async function* entries() {
    for await (const { name, blob } of files) {
      const free = freeName(name, taken);
      taken.add(free);
      yield { name: free, input: blob };
    }
  }
  return downloadZip(entries()).blob();
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const [stem, ending] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf("."))];
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${stem} (${number})${ending}`;
  return free;
}
