/**
 * A network of the reader's own, in place of those of the package until it is left. It is read where the
 * photos are: nothing of it leaves the page.
 */

import type { OnnxModel, OnnxPreset } from "cleancut";
import { onnx } from "cleancut/onnx";

import { button, find, say } from "./dom.js";

export const isNetwork = ({ name }: File): boolean => /\.onnx$/i.test(name);

export class OwnNetwork {
  readonly #change: (model: OnnxModel | undefined) => void;
  readonly #family = find("family", HTMLSelectElement);
  #file: File | undefined;

  /** `change`: what is to look for subjects from now on; undefined: the package's own. */
  constructor(change: (model: OnnxModel | undefined) => void) {
    this.#change = change;
    const input = find("network", HTMLInputElement);
    button("own", () => input.click());
    button("leave-own", () => this.#use(undefined));
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      input.value = "";
      if (file) this.take(file);
    });
    this.#family.addEventListener("change", (event) => {
      event.stopPropagation();
      this.#use(this.#file);
    });
  }

  /** Its name, and the family that it is like. */
  get spec(): { name: string; family: OnnxPreset } | undefined {
    return this.#file && { name: this.#file.name, family: this.#family.value as OnnxPreset };
  }

  /** Takes an ONNX file; of which family it is, its name may tell. */
  take(file: File): void {
    const families = Array.from(this.#family.options, ({ value }) => value);
    const name = file.name.toLowerCase();
    const named = families.find((family) => name.includes(family)) ?? families[0];
    if (named) this.#family.value = named;
    this.#use(file);
  }

  #use(file: File | undefined): void {
    this.#file = file;
    find("own-name", HTMLElement).textContent = file?.name ?? "";
    say(file ? `${file.name} looks for subjects now; it stays on this page.` : "");
    this.#change(file && onnx(file, this.#family.value as OnnxPreset));
  }
}
