"""Soft maps of a teacher for pictures with and without masks, for a smaller network to learn from (Hinton et al. 2015, arXiv 1503.02531).

In:  ONNX files, one teacher together (`measure/teacher.py`); the data folder.
Out: `<out>/<folder>/{im,gt}`, as `train.py --add` reads them: every picture of `FOLDERS` and, as `unlabeled-<folder>`, of
     `unlabeled/`, without those in `split.json`.

Where the picture has a mask, the mean of mask and map is taken: the mask says what counts, the map how sure one can be.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from data.pictures import read_pair, read_rgb, write_pair
from data.split import read_split
from measure.teacher import finders_of, taught
from paths import DATA, RUNS

FOLDERS = ("duts", "ecssd", "sod", "ccp", "clothing_gc")


def distil(finders, data, out, split):
    for name in FOLDERS:
        for path in sorted((data / name / "im").iterdir()):
            if path.stem not in split.get(name, ()):
                rgb, mask = read_pair(data / name, path.stem)
                found = cv2.resize(taught(finders, rgb), mask.shape[::-1])
                write_pair(out / name, path.stem, rgb, (found + mask / np.float32(255)) / 2)
        print(name, flush=True)
    for source in sorted((data / "unlabeled").iterdir()):
        for path in sorted((source / "im").iterdir()):
            rgb = read_rgb(path)
            write_pair(out / f"unlabeled-{source.name}", path.stem, rgb, taught(finders, rgb))
        print(f"unlabeled/{source.name}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teachers", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=RUNS / "taught")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    finders = finders_of(args.teachers, args.threads)
    distil(finders, args.data, args.out, read_split())
