/** The picture that a GPU has to get right before it is used, and what of a right answer is stored. */

/** The least that the networks take, px. */
export const CHECK_SIDE = 160;

/** `[160, 160, 3]` u8: a disc on a gradient, with a grain. */
export function checkPicture(): Uint8Array<ArrayBuffer> {
  const picture = new Uint8Array(3 * CHECK_SIDE * CHECK_SIDE);
  for (let pixel = 0; pixel < CHECK_SIDE * CHECK_SIDE; pixel++) {
    const [x, y] = [pixel % CHECK_SIDE, Math.floor(pixel / CHECK_SIDE)];
    const isInside = (x - 84) ** 2 + (y - 76) ** 2 < 52 ** 2;
    const grain = (pixel * pixel) % 29;
    picture.set(isInside ? [190 + grain, 40 + grain, 60] : [x + grain, y, 255 - x], 3 * pixel);
  }
  return picture;
}

/** The SHA-256 of a saliency's bytes, hexadecimal. */
export async function digestOf(saliency: Float32Array): Promise<string> {
  const bytes = new Uint8Array(saliency.slice().buffer);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
