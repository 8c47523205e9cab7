/** What index.html holds, found by id and checked once. */

export function find<T extends Element>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html lacks #${id}`);
  return found;
}

export const button = (id: string, press: () => void): HTMLButtonElement => {
  const found = find(id, HTMLButtonElement);
  found.addEventListener("click", press);
  return found;
};

/** Says one sentence, aloud too, wherever the reader is. */
export function say(text: string, isBad = false): void {
  for (const status of document.querySelectorAll("[role=status]")) {
    status.textContent = text;
    status.classList.toggle("bad", isBad);
  }
}

/** 1234567 -> "1.23 MB", in the reader's own way of writing numbers. */
export function bytes(count: number): string {
  const [unit, size] = count < 1e6 ? (["kB", 1e3] as const) : (["MB", 1e6] as const);
  return `${(count / size).toLocaleString(undefined, { maximumSignificantDigits: 3 })} ${unit}`;
}
