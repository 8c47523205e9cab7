"""Training views: a picture as it is, cropped, cut out and put on another ground, or a ground alone.

In:  folders and backgrounds from `pictures`, a numpy Generator.
Out: one (rgb [size, size, 3] u8, mask [size, size] u8, 255 = foreground), or `tries` composites, whose masks are exact,
     to train on the hardest of.
"""

import cv2
import numpy as np

from data.grounds import ground, photo
from data.pictures import resize

KERNEL_3 = np.ones((3, 3), np.uint8)
# The share of views that show no subject.
EMPTY = 0.06
# Of the composites of products, the share that is to stand before a scene of this folder, where a thing of its own may be
# seen; scenes of which that thing takes more are passed over.
BEFORE_A_SCENE = 0.08
SCENES = "ecssd"
SMALL = 0.3


def views(rng, folders, weights, backgrounds, size, tries):
    folder = folders[rng.choice(len(folders), p=weights)]
    if rng.random() < EMPTY:
        image = np.clip(ground(rng, backgrounds, size), 0, 255).astype(np.uint8)
        drawn = [(image, np.zeros((size, size), np.uint8))]
    elif rng.random() < (0.7 if folder.real else 0.08):
        drawn = [cropped(rng, *pick(rng, folder), size)]
    else:
        drawn = [composite(rng, folders, weights, folder, backgrounds, size) for _ in range(tries)]
    return [photographed(rng, *view) for view in drawn]


def photographed(rng, image, mask):
    """Mirrored half of the time, at times upside down, and what cameras and uploads do."""
    if rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    if rng.random() < 0.04:
        image, mask = image[::-1], mask[::-1]
    return degrade(rng, np.ascontiguousarray(image)), np.ascontiguousarray(mask)


def pick(rng, folder):
    return folder.pairs[rng.integers(len(folder.pairs))]


def cropped(rng, image, mask, size):
    """The whole picture (three of five times) or a hard crop that keeps at least 2 % foreground."""
    if rng.random() < 0.3:
        image, mask = rotated(rng, image, mask, 12)
    h, w = mask.shape
    if rng.random() < 0.4:
        ys, xs = np.nonzero(mask[::4, ::4] > 127)
        for _ in range(4 if len(ys) else 0):
            scale, stretch = rng.uniform(0.3, 1), rng.uniform(0.8, 1.25)
            ch, cw = min(h, int(h * scale * stretch)), min(w, int(w * rng.uniform(0.8, 1.25) * max(scale, 0.45)))
            at = rng.integers(len(ys))
            y = int(np.clip(4 * ys[at] - ch * rng.uniform(0.1, 0.9), 0, h - ch))
            x = int(np.clip(4 * xs[at] - cw * rng.uniform(0.1, 0.9), 0, w - cw))
            if (mask[y : y + ch : 4, x : x + cw : 4] > 127).mean() > 0.02:
                image, mask = image[y : y + ch, x : x + cw], mask[y : y + ch, x : x + cw]
                break
    return resize(image, size), resize(mask, size)


def rotated(rng, image, mask, degrees):
    h, w = mask.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), rng.uniform(-degrees, degrees), rng.uniform(1, 1.15))
    return tuple(
        cv2.warpAffine(a, turn, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        for a in (image, mask)
    )


def composite(rng, folders, weights, folder, backgrounds, size):
    """One cut-out, at times two, on a ground, with soft shadows."""
    canvas = scene(rng, folders, size) if not folder.real and rng.random() < BEFORE_A_SCENE else None
    if canvas is None:
        canvas = ground(rng, backdrops(rng, folders, folder, backgrounds), size)
    covered = np.zeros((size, size), np.float32)
    pale = rng.random() < 0.08
    if pale:
        canvas = 255 - (255 - canvas) * 0.15
    count = 2 if rng.random() < 0.18 else 1
    for i in range(count):
        if i and rng.random() < 0.5:
            folder = folders[rng.choice(len(folders), p=weights)]
        image, mask = pick(rng, folder)
        cut, alpha, origin = placed(rng, image, mask, size, 0.65 if count == 2 else 0.95)
        if cut is None:
            continue
        cut = recoloured(rng, cut, pale)
        paste(rng, canvas, covered, cut, alpha, origin)
    return np.clip(canvas, 0, 255).astype(np.uint8), (covered * 255 + 0.5).astype(np.uint8)


def backdrops(rng, folders, folder, backgrounds):
    """Photographs for grounds: a real folder's own mostly, garments lie on the floors of others."""
    if folder.real and rng.random() < 0.75:
        return folder.pairs
    real = [f for f in folders if f.real]
    return real[rng.integers(len(real))].pairs if rng.random() < 0.4 else backgrounds


def scene(rng, folders, size):
    """A photograph in which something stands already, not in front now: a flower, an animal. None where it fills much."""
    folder = next((f for f in folders if f.name == SCENES), None)
    if folder is None:
        return None
    image, mask = pick(rng, folder)
    return photo(rng, [(image, None)], size) if (mask > 127).mean() < SMALL else None


def placed(rng, image, mask, size, largest):
    """The subject scaled and turned, its alpha eroded 1 px, and where its corner lands.

    A subject that its own photo cuts off stays on that side of the frame.
    """
    ys, xs = np.nonzero(mask > 127)
    if len(ys) < 50:
        return None, None, None
    top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    h, w = mask.shape
    touches = (top <= 1, bottom >= h - 1, left <= 1, right >= w - 1)
    cut, alpha = image[top:bottom, left:right], mask[top:bottom, left:right]
    alpha = cv2.erode(alpha, KERNEL_3, borderType=cv2.BORDER_REPLICATE)

    target = size * (0.1 + (largest - 0.1) * rng.random() ** 0.6)
    if any(touches):
        target = max(target, 0.45 * size)
    stretch = rng.uniform(0.85, 1.18)
    scale = target / max(alpha.shape[0] * stretch, alpha.shape[1])
    height = max(4, round(alpha.shape[0] * stretch * scale))
    width = max(4, round(alpha.shape[1] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = cv2.resize(cut, (width, height), interpolation=method)
    alpha = cv2.resize(alpha, (width, height), interpolation=method)
    if not any(touches) and rng.random() < 0.4:
        cut, alpha = turned(rng, cut, alpha)
        height, width = alpha.shape

    overhang = rng.uniform(0, 0.4) if rng.random() < 0.2 else 0
    y = lands(rng, size, height, touches[0], touches[1], overhang)
    x = lands(rng, size, width, touches[2], touches[3], overhang)
    return cut.astype(np.float32), alpha.astype(np.float32) / 255, (y, x)


def turned(rng, cut, alpha):
    degrees = rng.uniform(-180, 180) if rng.random() < 0.25 else rng.uniform(-25, 25)
    h, w = alpha.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    out_w, out_h = int(h * sin + w * cos) + 1, int(h * cos + w * sin) + 1
    turn[:, 2] += (out_w - w) / 2, (out_h - h) / 2
    return cv2.warpAffine(cut, turn, (out_w, out_h)), cv2.warpAffine(alpha, turn, (out_w, out_h))


def lands(rng, size, length, touches_low, touches_high, overhang):
    if touches_low:
        return -round(overhang * 0.5 * length)
    if touches_high:
        return size - length + round(overhang * 0.5 * length)
    margin = round(overhang * length)
    low, high = -margin, size - length + margin
    return int(rng.integers(min(low, high), max(low, high) + 1))


def recoloured(rng, cut, pale):
    if pale:
        grey = cut.mean(2, keepdims=True)
        return 255 - (255 - (0.3 * cut + 0.7 * grey)) * rng.uniform(0.2, 0.45)
    if rng.random() < 0.5:
        cut = cut * rng.uniform(0.6, 1.2) * rng.uniform(0.9, 1.1, 3).astype(np.float32)
    return cut


def paste(rng, canvas, covered, cut, alpha, origin):
    """Draws shadow and cut-out into `canvas`, and the alpha into `covered`, both in place."""
    size = len(canvas)
    y, x = origin
    y0, x0 = max(y, 0), max(x, 0)
    y1, x1 = min(y + alpha.shape[0], size), min(x + alpha.shape[1], size)
    if y1 - y0 < 2 or x1 - x0 < 2:
        return
    cut = cut[y0 - y : y1 - y, x0 - x : x1 - x]
    alpha = alpha[y0 - y : y1 - y, x0 - x : x1 - x]
    full = np.zeros((size, size), np.float32)
    full[y0:y1, x0:x1] = alpha
    if rng.random() < 0.5:
        length = max(alpha.shape)
        move = np.float32(((1, 0, rng.uniform(-0.12, 0.12) * length), (0, 1, rng.uniform(-0.02, 0.14) * length)))
        shadow = cv2.warpAffine(full, move, (size, size))
        shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.01, 0.1) * length + 0.5)
        canvas *= 1 - rng.uniform(0.1, 0.6) * shadow[..., None]
    canvas[y0:y1, x0:x1] += alpha[..., None] * (cut - canvas[y0:y1, x0:x1])
    np.maximum(covered, full, out=covered)


def degrade(rng, image):
    """What cameras and uploads do: light, colour casts, noise, blur, jpeg."""
    table = np.arange(256, dtype=np.float32)[:, None].repeat(3, 1)
    if rng.random() < 0.6:
        table = 255 * (table / 255) ** rng.uniform(0.7, 1.4)
        table = (table - 128) * rng.uniform(0.75, 1.25) + 128 + rng.uniform(-25, 25)
    if rng.random() < 0.4:
        table = table * rng.uniform(0.85, 1.12, 3).astype(np.float32)
    if rng.random() < 0.08:
        table = table * rng.uniform(0.15, 0.5)
    table = np.clip(table, 0, 255).astype(np.uint8)
    image = cv2.LUT(image, table[None])
    if rng.random() < 0.05:
        image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.12:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.4) * len(image) / 256)
    if rng.random() < 0.15:
        grain = rng.standard_normal(image.shape, dtype=np.float32) * rng.uniform(2, 12)
        image = np.clip(image + grain, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = int(rng.integers(25, 95))
        image = cv2.imdecode(cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))[1], cv2.IMREAD_COLOR)
    return image
