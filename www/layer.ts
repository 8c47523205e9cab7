/**
 * A picture in two sizes, so that drawing a 48-megapixel photo small costs no more than a small one.
 *
 * In: a bitmap, which the layer owns from then on. Out: the bitmap to draw at a scale.
 */

const SMALL_PX = 4e6;

export class Layer {
  readonly full: ImageBitmap;
  readonly #shrunk: Promise<void>;
  /** The full one when that is small itself. */
  #small: ImageBitmap | undefined;
  #isClosed = false;

  constructor(full: ImageBitmap) {
    this.full = full;
    this.#shrunk = this.#shrink();
  }

  /** What to draw at `scale`, device px per picture px; `isSmooth` when it is not too large for it. */
  at(scale: number): { bitmap: ImageBitmap; isSmooth: boolean } {
    const small = this.#small;
    if (small && scale * this.full.width <= small.width) return { bitmap: small, isSmooth: true };
    return { bitmap: this.full, isSmooth: small === this.full };
  }

  /** Calls `use` with the small bitmap after the next frame, unless the layer is closed by then. */
  async withSmall(use: (small: ImageBitmap) => void): Promise<void> {
    await this.#shrunk;
    await new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    if (this.#small && !this.#isClosed) use(this.#small);
  }

  close(): void {
    this.#isClosed = true;
    this.full.close();
    this.#small?.close();
  }

  async #shrink(): Promise<void> {
    const { width, height } = this.full;
    const share = Math.sqrt(SMALL_PX / (width * height));
    if (share >= 1) {
      this.#small = this.full;
      return;
    }
    const small = await createImageBitmap(this.full, {
      resizeWidth: Math.max(1, Math.round(width * share)),
      resizeHeight: Math.max(1, Math.round(height * share)),
      resizeQuality: "high",
    });
    if (this.#isClosed) small.close();
    else this.#small = small;
  }
}
