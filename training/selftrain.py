"""Masks for pictures that have none, and the names of masks not to be believed, both by a trained network.

In:  an ONNX file; `<data>/unlabeled/<folder>/im` and the labelled folder in `DOUBTED`.
Out: `<out>/<folder>/im/NAME.jpg` and `gt/NAME.png`, as `train.py --add` reads them, and `<out>/dropped.json`,
     {folder: [names]}, as its `--drop` does.

A picture is looked at four times: at 256 and at 320 px, each as it is and mirrored. Where the four agree, their mean
is taken for its mask (self-training); where they agree on something else than the mask that a picture came with,
that mask is dropped. `find` is a function, rgb [h, w, 3] u8 -> saliency [h, w] f32.
"""

import argparse
import json
from functools import partial
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from data.pictures import read_pair, read_rgb, resize
from data.split import read_split
from measure.metrics import score
from measure.runtimes import saliency, session
from paths import DATA, RUNS

SIDES_PX = (256, 320)
# Of the pixels that any of the four looks shows, this share is shown by all of them.
AGREE = 0.9
# A mask that shares less than this with what the four agree on is dropped.
BELIEVED = 0.9
SHOWN = (0.02, 0.9)
# Its masks were made by GrabCut.
DOUBTED = "clothing_gc"


def look(find, rgb, side, step):
    """The saliency map [320, 320] f32 of rgb [h, w, 3] u8 seen at `side` px; mirrored when `step` is -1."""
    small = np.ascontiguousarray(resize(rgb, side)[:, ::step])
    return resize(find(small)[:, ::step], SIDES_PX[-1])


def agreed(find, rgb):
    """The mean of the four looks, [320, 320] f32; None where they do not agree or show nearly nothing or everything."""
    maps = []
    for side, step in product(SIDES_PX, (1, -1)):
        maps.append(look(find, rgb, side, step))
        found = np.stack(maps) > 0.5
        if found.all(0).sum() < AGREE * found.any(0).sum():
            return None
    mean = np.mean(maps, 0)
    return mean if SHOWN[0] < (mean > 0.5).mean() < SHOWN[1] else None


def label(find, source, out):
    """Writes the pictures of `source` on which the looks agree, with their masks, to `out`; returns how many, and of how many."""
    (out / "im").mkdir(parents=True, exist_ok=True)
    (out / "gt").mkdir(exist_ok=True)
    paths, count = sorted(source.iterdir()), 0
    for path in paths:
        rgb = read_rgb(path)
        found = agreed(find, rgb)
        if found is not None:
            mask = cv2.resize(found, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
            cv2.imwrite(str(out / "im" / f"{path.stem}.jpg"), rgb[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, 95))
            cv2.imwrite(str(out / "gt" / f"{path.stem}.png"), (mask * 255 + 0.5).astype(np.uint8))
            count += 1
    return count, len(paths)


def contradicted(find, folder, kept_apart):
    """Names in `folder` whose mask the network contradicts four times alike."""
    names = sorted(path.stem for path in (folder / "im").iterdir() if path.stem not in kept_apart)
    for name in names:
        rgb, mask = read_pair(folder, name)
        mask = resize(mask, SIDES_PX[-1])
        if score(look(find, rgb, SIDES_PX[0], 1), mask)["iou"] < BELIEVED:
            found = agreed(find, rgb)
            if found is not None and score(found, mask)["iou"] < BELIEVED:
                yield name


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=RUNS / "self")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    find = partial(saliency, session(args.model, args.threads))
    for source in sorted((args.data / "unlabeled").iterdir()):
        count, total = label(find, source / "im", args.out / source.name)
        print(f"{source.name}: {count} of {total} pictures labelled", flush=True)
    names = list(contradicted(find, args.data / DOUBTED, set(read_split()[DOUBTED])))
    print(f"{DOUBTED}: {len(names)} masks contradicted")
    (args.out / "dropped.json").write_text(json.dumps({DOUBTED: names}, indent=1) + "\n")
