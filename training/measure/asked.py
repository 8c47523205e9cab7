"""Scores the command line where one subject of several is asked for, by a point and by a box.

In:  the data folder, the command line. Out: a table, IoU of the asked one: two to four cut-outs of the validation sets stand
side by side on a ground kept apart. `whole`: the whole mask, without asking; `parts`, the connected part of the mask under the point.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np

from data.pictures import read_pair, read_rgb
from data.split import read_split
from measure.validation import COMPOSITED
from paths import BUILT, DATA

WIDTH, HEIGHT = 960, 640


def compose(rng, pairs, ground):
    """rgb [h, w, 3] u8, and a mask [h, w] bool for each of `pairs`, which stand beside each other and hide nothing of each other."""
    canvas = cv2.resize(ground, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
    column = WIDTH // len(pairs)
    masks = []
    for i, (image, mask) in enumerate(pairs):
        ys, xs = np.nonzero(mask > 127)
        box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
        cut, alpha = image[box], mask[box]
        scale = rng.uniform(0.6, 0.92) * min(column / alpha.shape[1], HEIGHT / alpha.shape[0])
        size = tuple(max(1, round(n * scale)) for n in alpha.shape[::-1])
        cut, alpha = (cv2.resize(a, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC) for a in (cut, alpha))
        x = i * column + rng.integers(column - size[0] + 1)
        y = rng.integers(HEIGHT - size[1] + 1)
        part = slice(y, y + size[1]), slice(x, x + size[0])
        canvas[part] += alpha[..., None] / np.float32(255) * (cut - canvas[part])
        full = np.zeros((HEIGHT, WIDTH), bool)
        full[part] = alpha > 127
        masks.append(full)
    return np.clip(canvas + 0.5, 0, 255).astype(np.uint8), masks


def depths(mask):
    """From each place inside to the nearest outside, px."""
    return cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]


def middle(mask):
    """The place furthest inside, x and y."""
    inside = depths(mask)
    y, x = np.unravel_index(inside.argmax(), inside.shape)
    return int(x), int(y)


def run(binary, photo, folder, *words):
    out = folder / "mask.png"
    out.unlink(missing_ok=True)
    subprocess.run([binary, photo, "-o", out, "--channels", "alpha", "--quiet", *words], stderr=subprocess.DEVNULL)
    found = cv2.imread(str(out), cv2.IMREAD_GRAYSCALE) if out.exists() else None
    return np.zeros((HEIGHT, WIDTH), bool) if found is None else found > 127


def part_at(found, x, y):
    _, labels = cv2.connectedComponents(found.astype(np.uint8))
    return labels == labels[y, x] if labels[y, x] else np.zeros_like(found)


def iou(found, mask):
    return (found & mask).sum() / max(1, (found | mask).sum())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--binary", type=Path, default=BUILT / "cleancut")
    parser.add_argument("--pictures", type=int, default=60)
    args = parser.parse_args()
    split, rng = read_split(), np.random.default_rng(5)
    names = [(folder, name) for folder in COMPOSITED for name in split[folder]]
    scores = {"whole": [], "parts": [], "at": [], "roi": []}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        photo = folder / "photo.png"
        for i in range(args.pictures):
            chosen = [names[n] for n in rng.choice(len(names), 2 + i % 3, replace=False)]
            ground = read_rgb(args.data / "bg" / split["bg"][i % len(split["bg"])])
            rgb, masks = compose(rng, [read_pair(args.data / name, stem) for name, stem in chosen], ground)
            cv2.imwrite(str(photo), rgb[..., ::-1])
            found = run(args.binary, photo, folder)
            for mask in masks:
                x, y = middle(mask)
                ys, xs = np.nonzero(mask)
                box = (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1)
                scores["whole"].append(iou(found, mask))
                scores["parts"].append(iou(part_at(found, x, y), mask))
                scores["at"].append(iou(run(args.binary, photo, folder, "--at", f"{x},{y}"), mask))
                scores["roi"].append(iou(run(args.binary, photo, folder, "--roi", ",".join(map(str, box))), mask))
    count = len(scores["at"])
    print(f"| {count} subjects of {args.pictures} pictures | IoU, mean | median | below .5 |\n|---|---:|---:|---:|")
    for name, values in scores.items():
        print(f"| {name} | {np.mean(values):.4f} | {np.median(values):.4f} | {np.mean(np.array(values) < 0.5):.3f} |")
