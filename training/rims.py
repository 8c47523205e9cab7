"""How much of the ground's colour is left in soft edges, with and without decontamination.

In:  the built `cleancut` and the data folder. Each validation product stands on a strong colour with a
little texture. Out: the mean absolute colour error, of 1, over the pixels whose alpha the cut-out left
between 0 and 1, weighed by alpha. The truth there is the product's own colour from at least 3 px inside.

    .venv/bin/python rims.py
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from pictures import read_pair
from split import read_split

HERE = Path(__file__).parent
COLOURS = [(0, 200, 40), (220, 20, 30), (30, 60, 230), (230, 0, 220), (250, 220, 0)]
SCALE = 2


def composite(index, picture, mask):
    """(picture on a strong colour, the product's colours everywhere)."""
    rng = np.random.default_rng(index)
    size = (picture.shape[1] * SCALE, picture.shape[0] * SCALE)
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    core = cv2.erode((cv2.resize(mask, size) > 127).astype(np.uint8), np.ones((7, 7), np.uint8))
    _, labels = cv2.distanceTransformWithLabels(1 - core, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    nearest = np.zeros((labels.max() + 1, 3), np.float32)
    nearest[labels[core > 0]] = picture[core > 0]
    product = np.where(core[..., None] > 0, picture, cv2.GaussianBlur(nearest[labels], (0, 0), 2))
    alpha = cv2.GaussianBlur(core.astype(np.float32), (0, 0), 1.5)[..., None]
    texture = cv2.GaussianBlur(rng.normal(0, 60, core.shape).astype(np.float32), (0, 0), 3)[..., None]
    ground = np.array(COLOURS[index % len(COLOURS)], np.float32) + texture
    return np.clip(alpha * product + (1 - alpha) * ground, 0, 255).round().astype(np.uint8), product


def cut_out(binary, folder, out, decontaminate):
    command = [binary, folder, "-o", out, "--method", "network", "--decontaminate", decontaminate]
    subprocess.run(command, stderr=subprocess.DEVNULL, check=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE / "../../shared/data")
    parser.add_argument("--binary", type=Path, default=HERE / "../target/release/cleancut")
    parser.add_argument("--step", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        truths = {}
        for index, name in enumerate(read_split()["fashion_products"][:: args.step]):
            picture, product = composite(index, *read_pair(args.data / "fashion_products", name))
            cv2.imwrite(f"{folder}/{index:03}.png", picture[..., ::-1])
            truths[f"{index:03}.png"] = product
        for decontaminate in ("false", "true"):
            with tempfile.TemporaryDirectory() as out:
                cut_out(args.binary, folder, out, decontaminate)
                errors = []
                for name, product in truths.items():
                    cutout = cv2.imread(f"{out}/{name}", cv2.IMREAD_UNCHANGED)
                    if cutout is None or cutout.shape[2] < 4:
                        continue
                    alpha = cutout[..., 3] * ((cutout[..., 3] > 0) & (cutout[..., 3] < 255))
                    error = np.abs(cutout[..., 2::-1] - product).mean(-1) / 255
                    errors.append((error * alpha).sum() / max(alpha.sum(), 1))
                print(f"decontaminate {decontaminate}: {np.mean(errors):.4f} over {len(errors)} pictures")


if __name__ == "__main__":
    main()
