"""A contact sheet: picture | mask | saliency, the worst pictures of each validation set, two in a row.

In:  an ONNX file and the data folder. Out: one PNG.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from data.split import read_split
from measure.metrics import score
from measure.runtimes import saliency, session
from measure.validation import SETS, validation_sets
from paths import DATA


def tile(rgb, mask, found, size):
    parts = (rgb, mask[..., None].repeat(3, 2), (found[..., None] * 255).astype(np.uint8).repeat(3, 2))
    return np.hstack([cv2.resize(p, (size, size), interpolation=cv2.INTER_AREA) for p in parts])


def sheet(model, sets, skip, count, size):
    rows = []
    for images, masks in sets.values():
        found = [saliency(model, rgb) for rgb in images]
        worst = np.argsort([score(f, m)["iou"] for f, m in zip(found, masks)])[skip : skip + count]
        tiles = [tile(images[i], masks[i], found[i], size) for i in worst]
        rows += [np.hstack(pair) for pair in zip(tiles[::2], tiles[1::2])]
    return np.vstack(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--step", type=int, default=5)
    parser.add_argument("--skip", type=int, default=0, help="leave out so many of the worst, whose masks are wrong")
    parser.add_argument("--count", type=int, default=4, help="pictures per set, even")
    parser.add_argument("--size", type=int, default=150)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    sets = validation_sets(args.data, read_split(), args.step)
    chosen = {name: sets[name] for name in args.sets.split(",")}
    image = sheet(session(args.model), chosen, args.skip, args.count, args.size)
    cv2.imwrite(str(args.out), image[..., ::-1], (cv2.IMWRITE_PNG_COMPRESSION, 9))
