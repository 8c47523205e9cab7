"""Soft maps of a teacher for pictures with and without masks, for a smaller network to learn from (Hinton et al. 2015, arXiv 1503.02531).

In:  ONNX files, one teacher together; the data folder.
Out: `<out>/<folder>/im/NAME.png` and `gt/NAME.png`, as `train.py --add` reads them: every picture of `unlabeled/` and of
     `FOLDERS`, without those in `split.json`.

A map is the mean over the files, over two sides and the mirror image. Where the picture has a mask, the mean of both is
taken: the mask says what counts, the map how sure one can be.
"""

import argparse
from functools import partial
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from data.pictures import read_pair, read_rgb
from data.split import read_split
from measure.runtimes import saliency, session
from paths import DATA, RUNS
from selftrain import look

FOLDERS = ("duts", "ecssd", "sod", "ccp", "clothing_gc")
SIDES_PX = (320, 416)


def taught(finders, rgb):
    """rgb [h, w, 3] u8 -> the teacher's map of it, [h, w] f32."""
    maps = [look(find, rgb, side, step) for find, side, step in product(finders, SIDES_PX, (1, -1))]
    return cv2.resize(np.mean(maps, 0), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def write(out, name, rgb, found):
    for folder, image in (("im", rgb[..., ::-1]), ("gt", (found * 255 + 0.5).astype(np.uint8))):
        (out / folder).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(out / folder / f"{name}.png"), image)


def distil(finders, data, out, split):
    for name in FOLDERS:
        for path in sorted((data / name / "im").iterdir()):
            if path.stem not in split.get(name, ()):
                rgb, mask = read_pair(data / name, path.stem)
                write(out / name, path.stem, rgb, (taught(finders, rgb) + mask / np.float32(255)) / 2)
        print(name, flush=True)
    for source in sorted((data / "unlabeled").iterdir()):
        for path in sorted((source / "im").iterdir()):
            rgb = read_rgb(path)
            write(out / f"unlabeled-{source.name}", path.stem, rgb, taught(finders, rgb))
        print(f"unlabeled/{source.name}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teachers", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=RUNS / "taught")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    finders = [partial(saliency, session(path, args.threads)) for path in args.teachers]
    distil(finders, args.data, args.out, read_split())
