"""Figures of drawn masks, which `tests/rust/research.rs` holds `cleancut score` against.

Out: `tests/fixtures/scores.json`: for each pair its sizes and scores, and those of all. The test draws the same
masks: soft discs in whole numbers, and stripes of six classes. A found mask of another size than its truth is
resized to it, bilinearly, as OpenCV does.
"""

import json

import cv2
import numpy as np

from measure.metrics import BETA_SQUARED, score, summary
from paths import TRAINING

PAIRS = 12
NAMES = ("iou", "mae", "max_f", "boundary_f", "pixel_accuracy", "miou")


def disc(width, height, x, y, radius):
    ys, xs = np.mgrid[:height, :width]
    return np.clip(128 + (radius**2 - (xs - x) ** 2 - (ys - y) ** 2) // 8, 0, 255).astype(np.uint8)


def stripes(width, height, across, down, first):
    ys, xs = np.mgrid[:height, :width]
    return (xs // across + ys // down + first) % 6


def pair(i):
    width, height = 64 + 7 * i, 80 - 3 * i
    truth = disc(width, height, 30 + i, 30, 12 + i)
    if i % 3 == 2:
        return disc(40 + i, 50, 20, 24 + i, 9 + i), truth
    return disc(width, height, 32, 29 + i % 4, 10 + 2 * i), truth


def scored(found, truth):
    size = truth.shape[1], truth.shape[0]
    return score(cv2.resize(found.astype(np.float32) / 255, size, interpolation=cv2.INTER_LINEAR), truth)


def max_f(row):
    f = (1 + BETA_SQUARED) * row["precision"] * row["recall"]
    return (f / np.maximum(BETA_SQUARED * row["precision"] + row["recall"], 1e-9)).max()


def class_figures():
    both, union, hits, pixels = np.zeros(6), np.zeros(6), 0, 0
    for i in range(PAIRS):
        found, truth = stripes(60 + i, 50, 5, 7, i), stripes(60 + i, 50, 5, 8, i)
        hits, pixels = hits + (found == truth).sum(), pixels + truth.size
        for c in range(6):
            both[c] += ((found == c) & (truth == c)).sum()
            union[c] += ((found == c) | (truth == c)).sum()
    return {"pixel_accuracy": round(hits / pixels, 4), "miou": round((both / union).mean(), 4)}


if __name__ == "__main__":
    rows = [scored(*pair(i)) for i in range(PAIRS)]
    each = [{name: round(float(max_f(row) if name == "max_f" else row[name]), 4) for name in NAMES} for row in rows]
    figures = {"each": each, "all": summary(rows), "classes": class_figures()}
    (TRAINING.parent / "tests/fixtures/scores.json").write_text(json.dumps(figures, indent=1) + "\n")
