"""Scores the masks of the whole pipeline at the pictures' full resolution, one row per choice of options.

In:  the built `cleancut`, the data folder, options such as "--refine off". Out: IoU, MAE and boundary F
(3 px at 320, scaled) of each validation set, against the masks that came with the pictures.
A picture in which no subject is found counts as an empty mask.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from data.split import read_split
from measure.metrics import BOUNDARY_PX, boundary_f
from measure.validation import SETS, SIZE, originals
from paths import BUILT, DATA


def score(found, mask):
    truth, subject = mask > 127, found > 127
    overlap = (subject & truth).sum() / max((subject | truth).sum(), 1)
    error = np.abs(found.astype(np.float32) - mask).mean() / 255
    return overlap, error, boundary_f(subject, truth, BOUNDARY_PX * max(mask.shape) / SIZE)


def scores(binary, folder, masks, options):
    with tempfile.TemporaryDirectory() as out:
        command = [binary, folder, "-o", out, "--channels", "alpha", *options.split()]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        rows = []
        for name, mask in masks.items():
            found = cv2.imread(str(Path(out) / name), cv2.IMREAD_GRAYSCALE)
            rows.append(score(np.zeros_like(mask) if found is None else found, mask))
        return np.mean(rows, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("options", nargs="+")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--binary", type=Path, default=BUILT / "cleancut")
    parser.add_argument("--step", type=int, default=1)
    args = parser.parse_args()
    print("| set | options | IoU | MAE | boundary F |\n|---|---|---:|---:|---:|")
    for name in SETS:
        with tempfile.TemporaryDirectory() as folder:
            masks = {}
            for index, picture, mask in originals(args.data, read_split(), name, args.step):
                file = f"{index:04}.png"
                cv2.imwrite(str(Path(folder) / file), picture[..., ::-1])
                masks[file] = mask
            for options in args.options:
                row = scores(args.binary, folder, masks, options)
                print(f"| {name} | {options} | " + " | ".join(f"{value:.4f}" for value in row) + " |", flush=True)


if __name__ == "__main__":
    main()
