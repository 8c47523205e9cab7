"""Networks, sides and mirror images together: an ensemble (Hansen and Salamon 1990) that teaches and judges, and is never shipped.

In:  files, or `find` functions, rgb [h, w, 3] u8 -> saliency [h, w] f32, and a picture, rgb [h, w, 3] u8. Out: maps [320, 320] f32.
"""

from functools import partial
from itertools import product

import numpy as np

from data.pictures import resize
from measure.runtimes import saliency, session
from measure.validation import SIZE

SIDES_PX = (320, 384)
# Of the pixels that any look shows, this share is shown by all of them.
AGREE = 0.9
SHOWN = (0.02, 0.9)


def finders_of(paths, threads):
    """The `find` functions of ONNX files."""
    return [partial(saliency, session(path, threads)) for path in paths]


def look(find, rgb, side, step):
    """What `find` sees at `side` px; mirrored when `step` is -1."""
    small = np.ascontiguousarray(resize(rgb, side)[:, ::step])
    return resize(find(small)[:, ::step], SIZE)


def looks(finders, rgb):
    return (look(find, rgb, side, step) for find, side, step in product(finders, SIDES_PX, (1, -1)))


def taught(finders, rgb):
    """The mean of all looks."""
    return np.mean(list(looks(finders, rgb)), 0)


def agreed(finders, rgb):
    """The mean of all looks; None where they do not agree or show nearly nothing or everything."""
    maps = []
    for found in looks(finders, rgb):
        maps.append(found)
        shown = np.stack(maps) > 0.5
        if shown.all(0).sum() < AGREE * shown.any(0).sum():
            return None
    mean = np.mean(maps, 0)
    return mean if SHOWN[0] < (mean > 0.5).mean() < SHOWN[1] else None
