"""The validation sets, always the same pictures and the same composites.

In:  the data folder and `split.json`. Out: {set: (rgb [n, 320, 320, 3] u8, mask [n, 320, 320] u8)}.
Pictures are squeezed to 320 x 320 as the engine does. A cut-out of a set in `COMPOSITED` stands on one of the 30
backgrounds kept apart, 35-90 % of the frame high or wide; its seed is its index. In those of `empty` nothing stands out.
"""

from pathlib import Path

import cv2
import numpy as np

from data.pictures import read_pair, read_rgb, resize

SIZE = 320
COMPOSITED = ("fashion_products", "people_cutouts")
SETS = ("ccp", "fashion_products", "clothing_gc", "ecssd", "duts", "sod", "horses", "feral_cats", "people_cutouts")


def validation_sets(data, split, step=1):
    """Every `step`-th picture of each set."""
    sets = {}
    for name in SETS:
        pairs = ((resize(image, SIZE), resize(mask, SIZE)) for _, image, mask in originals(data, split, name, step))
        images, masks = zip(*pairs)
        sets[name] = np.stack(images), np.stack(masks)
    return sets


def originals(data, split, name, step=1):
    """(index, rgb, mask) of every `step`-th picture of a set, of its own size; composites are [`SIZE`, `SIZE`]."""
    grounds = [read_rgb(Path(data) / "bg" / path) for path in split["bg"]] if name in COMPOSITED else []
    for index in range(0, len(split[name]), step):
        pair = read_pair(Path(data) / name, split[name][index])
        yield index, *(on_ground(index, *pair, grounds[index % len(grounds)]) if grounds else pair)


def empty_pictures(data, split, step=1):
    """Every `step`-th picture without a subject, [n, 320, 320, 3] u8."""
    return np.stack([resize(read_rgb(Path(data) / "bg" / name), SIZE) for name in split["empty"][::step]])


def on_ground(seed, image, mask, picture):
    rng = np.random.default_rng(seed)
    ys, xs = np.nonzero(mask > 127)
    box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    cut, alpha = image[box], cv2.erode(mask, np.ones((3, 3), np.uint8))[box]
    scale = SIZE * rng.uniform(0.35, 0.9) / max(alpha.shape)
    width, height = (max(1, round(n * scale)) for n in (alpha.shape[1], alpha.shape[0]))
    cut, alpha = (cv2.resize(a, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC) for a in (cut, alpha))
    y, x = rng.integers(SIZE - height + 1), rng.integers(SIZE - width + 1)
    canvas = resize(picture, SIZE).astype(np.float32)
    full = np.zeros((SIZE, SIZE), np.uint8)
    full[y : y + height, x : x + width] = alpha
    part = canvas[y : y + height, x : x + width]
    part += alpha[..., None] / np.float32(255) * (cut - part)
    return np.clip(canvas + 0.5, 0, 255).astype(np.uint8), full
