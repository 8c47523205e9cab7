"""In: `<data>/ccp/im` and `<data>/ccp_labels/gt`. Out: batches as the paper's seeds train on them.

Resized by .5 to 2, flipped, cropped; 70 % of the pictures train, 20 % validate, 10 % test, by a fixed shuffle.
"""

import cv2
import numpy as np

SHARES = (0.7, 0.2, 0.1)
IGNORED = 255


def split(data, seed=0):
    """Three lists of names."""
    names = sorted(path.stem for path in (data / "ccp_labels/gt").glob("*.png"))
    order = np.random.default_rng(seed).permutation(len(names))
    ends = np.cumsum([round(share * len(names)) for share in SHARES[:2]])
    return [[names[i] for i in part] for part in np.split(order, ends)]


def read(data, name):
    """rgb [h, w, 3] u8, classes [h, w] u8."""
    bgr = cv2.imread(str(data / f"ccp/im/{name}.jpg"))
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), cv2.imread(str(data / f"ccp_labels/gt/{name}.png"), cv2.IMREAD_GRAYSCALE)


def view(rgb, classes, side, rng):
    """A crop of `side` px of the picture, whose shorter side was brought to `side` and then by .5 to 2."""
    scale = side / min(classes.shape) * rng.uniform(0.5, 2)
    size = tuple(max(1, round(n * scale)) for n in classes.shape[::-1])
    rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR)
    classes = cv2.resize(classes, size, interpolation=cv2.INTER_NEAREST)
    if rng.random() < 0.5:
        rgb, classes = rgb[:, ::-1], classes[:, ::-1]
    missing = [(0, max(0, side - n)) for n in classes.shape]
    rgb = np.pad(rgb, (*missing, (0, 0)), constant_values=127)
    classes = np.pad(classes, missing, constant_values=IGNORED)
    y, x = (rng.integers(n - side + 1) for n in classes.shape)
    return rgb[y : y + side, x : x + side], classes[y : y + side, x : x + side]


def normalise(rgb):
    """[n, h, w, 3] u8 as [n, 3, h, w] f32."""
    return ((rgb.astype(np.float32) / 255 - 0.5) / 0.5).transpose(0, 3, 1, 2)
