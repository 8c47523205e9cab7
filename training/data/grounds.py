"""Grounds to put cut-outs on: photographs, and what studios and homes have.

In:  a numpy Generator, photographs as (rgb [h, w, 3] u8, mask [h, w] u8 or None) and a side length. Of a photograph
     with a mask only what shows no subject is used, or its subject is covered with what lies around it.
Out: [size, size, 3] f32 RGB in 0-255.
"""

import cv2
import numpy as np

from data.pictures import resize

# A subject, with what is close to it, of more than this share of a picture leaves too little to cover it with.
LEAVES_LITTLE = 0.6


def ground(rng, photos, size):
    kind = rng.choice(7, p=(0.74, 0.03, 0.03, 0.03, 0.02, 0.03, 0.12))
    if kind < 2:
        return (photo, pattern)[kind](rng, photos, size)
    return (plain, gradient, wood, fabric, ornament)[kind - 2](rng, size)


def photo(rng, photos, size):
    """One of `photos`, whole half of the time, its subject covered where it has one; else a part of it, which where it has
    one mostly goes on as its mirror image; a gradient where its subject is everywhere."""
    picture, mask = photos[rng.integers(len(photos))]
    crop = None
    if rng.random() < 0.5:
        crop = picture if mask is None else emptied(resize(picture, size), resize(mask, size))
    whole = mask is None or crop is not None
    if crop is None:
        crop = window(rng, picture, mask)
    if crop is None:
        return gradient(rng, size)
    crop = resize(crop, size) if whole or rng.random() < 0.3 else continued(rng, crop, size)
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    crop = np.ascontiguousarray(crop, np.float32)
    if rng.random() < 0.3:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.004, 0.03) * size)
    return tinted(rng, crop)


def pattern(rng, photos, size):
    """A small part of one of `photos` again and again, each beside its mirror image: tiles, blinds, printed cloth."""
    crop = window(rng, *photos[rng.integers(len(photos))])
    if crop is None:
        return fabric(rng, size)
    height, width = (max(2, int(size * rng.uniform(0.02, 0.2))) for _ in range(2))
    tile = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    return tinted(rng, mirrored_tiles(tile, size))


def mirrored_tiles(tile, size):
    """`tile` again and again, each beside its mirror image."""
    tile = np.concatenate((tile, tile[:, ::-1]), 1)
    tile = np.concatenate((tile, tile[::-1]), 0)
    canvas = np.tile(tile, (size // len(tile) + 1, size // tile.shape[1] + 1, 1))[:size, :size]
    return np.ascontiguousarray(canvas)


def continued(rng, crop, size):
    """`crop`, its longer side a quarter to all of `size`, continued by its mirror image."""
    scale = size / max(crop.shape[:2]) * rng.uniform(0.25, 1)
    tile = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return mirrored_tiles(tile, size)


def tinted(rng, canvas):
    """Other colours and other light half of the time, so that no ground is known by heart."""
    if rng.random() < 0.5:
        return canvas
    canvas = canvas[..., rng.permutation(3)] * rng.uniform(0.6, 1.15, 3).astype(np.float32)
    return 255 * (np.clip(canvas, 0, 255) / 255) ** np.float32(rng.uniform(0.7, 1.5))


def window(rng, picture, mask):
    """A part of `picture`, its sides up to 2 : 1; None where all tries, smaller and smaller, show the subject of `mask`."""
    h, w = picture.shape[:2]
    for attempt in range(24):
        side = min(h, w) * (rng.uniform(0.4, 1) if mask is None else rng.uniform(0.2, 0.6 - 0.015 * attempt))
        stretch = rng.uniform(1, 2) ** rng.choice((-0.5, 0.5))
        height, width = min(h, int(side * stretch)), min(w, int(side / stretch))
        y, x = anywhere(rng, h - height), anywhere(rng, w - width)
        part = slice(y, y + height), slice(x, x + width)
        if mask is None or not mask[part][::2, ::2].any():
            return picture[part]
    return None


def emptied(picture, mask):
    """`picture`, its subject covered with the mirror image of what lies around it; None where the subject leaves little."""
    reach = max(3, len(mask) // 24)
    subject = cv2.dilate((mask > 64).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2))
    if subject.mean() > LEAVES_LITTLE:
        return None
    _, labels = cv2.distanceTransformWithLabels(subject, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    ground_at = np.empty((labels.max() + 1, 2), np.int32)
    ground_at[labels[subject == 0]] = np.argwhere(subject == 0)
    nearest = ground_at[labels]
    covered = np.argwhere(subject)
    source, last = covered.copy(), np.array(mask.shape) - 1
    inside = np.arange(len(source))
    for _ in range(4):
        at = source[inside]
        source[inside] = np.clip(2 * nearest[at[:, 0], at[:, 1]] - at, 0, last)
        inside = inside[subject[source[inside, 0], source[inside, 1]] > 0]
    source[inside] = nearest[source[inside, 0], source[inside, 1]]
    picture = picture.copy()
    picture[covered[:, 0], covered[:, 1]] = picture[source[:, 0], source[:, 1]]
    return picture


def anywhere(rng, last):
    """From 0 to `last`, at one of the ends half of the time: there is ground at a photograph's border."""
    return last * int(rng.integers(2)) if rng.random() < 0.5 else int(rng.integers(last + 1))


def studio_colour(rng):
    """White half of the time, else grey, pastel or any colour."""
    kind = rng.random()
    if kind < 0.5:
        return np.full(3, rng.uniform(235, 255), np.float32) - rng.uniform(0, 6, 3).astype(np.float32)
    if kind < 0.75:
        return np.full(3, rng.uniform(15, 235), np.float32) + rng.uniform(-8, 8, 3).astype(np.float32)
    if kind < 0.9:
        return rng.uniform(170, 255, 3).astype(np.float32)
    return rng.uniform(0, 255, 3).astype(np.float32)


def plain(rng, size):
    canvas = np.empty((size, size, 3), np.float32)
    canvas[:] = studio_colour(rng)
    return canvas


def gradient(rng, size):
    """A lamp on a paper roll: linear or radial, at times with a line where the floor begins."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        t = np.cos(angle) * x + np.sin(angle) * y
    else:
        t = np.hypot(x - rng.uniform(0, 1), y - rng.uniform(0, 1))
    t = (t - t.min()) / (np.ptp(t) + 1e-6)
    colour = studio_colour(rng)
    canvas = colour * (1 - rng.uniform(0.05, 0.6) * t[..., None])
    if rng.random() < 0.4:
        floor = int(size * rng.uniform(0.5, 0.9))
        canvas[floor:] = canvas[floor:] * rng.uniform(0.7, 1.1) + rng.uniform(-15, 15)
    return canvas


def noise(rng, rows, columns, size):
    """Smooth noise in about [-1, 1] from a `rows` x `columns` grid."""
    grid = rng.standard_normal((rows, columns)).astype(np.float32)
    return cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)


def wood(rng, size):
    """Stretched noise with plank joints."""
    grain = noise(rng, size // 2, 3, size) * 0.5 + noise(rng, size // 8, 2, size)
    base = np.array((rng.uniform(90, 220), rng.uniform(60, 180), rng.uniform(40, 150)), np.float32)
    canvas = base + rng.uniform(4, 22) * grain[..., None]
    plank = max(4, int(size * rng.uniform(0.1, 0.4)))
    canvas[rng.integers(plank) :: plank] *= rng.uniform(0.4, 0.9)
    return canvas if rng.random() < 0.5 else canvas.transpose(1, 0, 2)


def fabric(rng, size):
    """A weave or a carpet, with folds."""
    fine = rng.standard_normal((size, size)).astype(np.float32)
    folds = noise(rng, rng.integers(3, 8), rng.integers(3, 8), size)
    canvas = studio_colour(rng) * (1 + rng.uniform(0.02, 0.15) * folds[..., None])
    return canvas + rng.uniform(2, 18) * fine[..., None]


def ornament(rng, size):
    """Carpets, bedspreads, printed cloth: smooth noise cut into a few colours, at times mirrored again and again."""
    side = int(size * rng.uniform(0.08, 0.5)) if rng.random() < 0.6 else size
    cells = int(rng.integers(3, 8) * (1 if side < size else rng.uniform(1, 4)))
    field = noise(rng, cells, cells, side) + rng.uniform(0, 0.8) * noise(rng, 3 * cells, 3 * cells, side)
    colours = rng.integers(3, 8)
    edges = np.quantile(field, np.sort(rng.uniform(0.05, 0.95, colours - 1)))
    palette = rng.uniform(0, 255, (colours, 3)).astype(np.float32)
    palette += rng.uniform(0, 0.7) * (palette[0] - palette)
    canvas = palette[np.digitize(field, edges)]
    if side < size:
        canvas = mirrored_tiles(canvas, size)
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-180, 180), rng.uniform(1, 1.5))
    canvas = cv2.warpAffine(canvas, turn, (size, size), borderMode=cv2.BORDER_REFLECT)
    canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.3, 1.2) * size / 256)
    folds = noise(rng, 4, 4, size)[..., None]
    weave = rng.standard_normal((size, size, 1)).astype(np.float32)
    return canvas * (1 + rng.uniform(0, 0.15) * folds) * rng.uniform(0.4, 1) + rng.uniform(0, 15) * weave
