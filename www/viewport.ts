/**
 * Where a picture lies in the view. In: sizes, gestures. Out: scale and offset.
 *
 * Picture px and view px (CSS px from the view's top left corner); `scale` is view px per picture px.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}

const LARGEST_SCALE = 16;
/** How far a small picture is blown up to fit. */
const LARGEST_FIT = 4;

export class Viewport {
  #view: Size = { width: 1, height: 1 };
  #picture: Size = { width: 1, height: 1 };
  /** Whether the picture keeps fitting when the view changes. */
  #isFitted = true;
  scale = 1;
  x = 0;
  y = 0;

  get picture(): Size {
    return this.#picture;
  }

  get width(): number {
    return this.#picture.width * this.scale;
  }

  get height(): number {
    return this.#picture.height * this.scale;
  }

  /** Whether all of the picture is seen. */
  get isWhole(): boolean {
    return this.scale <= this.#fitScale() * 1.001;
  }

  resize(view: Size): void {
    this.#view = view;
    if (this.#isFitted) this.fit();
    else this.#clamp();
  }

  /** Shows a picture of this size; another size than before is fitted. */
  show(picture: Size): void {
    const { width, height } = this.#picture;
    if (width === picture.width && height === picture.height) return;
    this.#picture = picture;
    this.fit();
  }

  fit(): void {
    this.#isFitted = true;
    this.scale = this.#fitScale();
    this.#clamp();
  }

  /** Changes the scale and keeps what is at `at` there; the middle unless told. */
  zoomTo(scale: number, at: Point = { x: this.#view.width / 2, y: this.#view.height / 2 }): void {
    const { x, y } = this.toPicture(at);
    const smallest = Math.min(this.#fitScale(), 1);
    this.scale = Math.min(Math.max(scale, smallest), Math.max(LARGEST_SCALE, smallest));
    this.#isFitted = this.isWhole;
    this.x = at.x - x * this.scale;
    this.y = at.y - y * this.scale;
    this.#clamp();
  }

  panBy(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
    this.#clamp();
  }

  toPicture({ x, y }: Point): Point {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  #fitScale(): number {
    const { width, height } = this.#picture;
    return Math.min(this.#view.width / width, this.#view.height / height, LARGEST_FIT);
  }

  /** A picture smaller than the view is centred; a larger one covers it. */
  #clamp(): void {
    const place = (at: number, view: number, size: number) =>
      size <= view ? (view - size) / 2 : Math.min(0, Math.max(view - size, at));
    this.x = place(this.x, this.#view.width, this.width);
    this.y = place(this.y, this.#view.height, this.height);
  }
}
