/**
 * A picture in two sizes, so that drawing a 48-megapixel photo small costs no more than a small one.
 *
 * In: a bitmap, which the layer owns from then on. Out: the bitmap to draw at a scale.
 */

const SMALL_PX = 4e6;

export class Layer {
  readonly full: ImageBitmap;
  readonly small: ImageBitmap;

  private constructor(full: ImageBitmap, small: ImageBitmap) {
    this.full = full;
    this.small = small;
  }

  static async of(full: ImageBitmap): Promise<Layer> {
    const share = Math.sqrt(SMALL_PX / (full.width * full.height));
    if (share >= 1) return new Layer(full, full);
    const small = await createImageBitmap(full, {
      resizeWidth: Math.max(1, Math.round(full.width * share)),
      resizeHeight: Math.max(1, Math.round(full.height * share)),
      resizeQuality: "high",
    });
    return new Layer(full, small);
  }

  /** The smallest bitmap that has all the detail `scale` (device px per picture px) shows. */
  at(scale: number): ImageBitmap {
    return scale * this.full.width <= this.small.width ? this.small : this.full;
  }

  close(): void {
    this.full.close();
    this.small.close();
  }
}
