"""Scores of one saliency map against its mask, and their means.

In:  saliency [h, w] f32 in [0, 1], mask [h, w] u8. Out: plain floats.
maxF is the usual one: precision and recall at 255 thresholds, averaged over the pictures, then the best F.
"""

import cv2
import numpy as np

BETA_SQUARED = 0.3
BOUNDARY_PX = 3
# What covers less of the map is noise.
SMALLEST = 0.0005
LOST = 0.01


def score(saliency, mask):
    truth = mask > 127
    found = saliency > 0.5
    hits, misses = (found & truth).sum(), (found ^ truth).sum()
    rest = (~found & ~truth).sum()
    precision, recall = precision_recall(saliency, truth)
    iou = hits / max(hits + misses, 1)
    return {
        "iou": iou,
        "mae": np.abs(saliency - mask / np.float32(255)).mean(),
        "boundary_f": boundary_f(found, truth),
        "pixel_accuracy": 1 - misses / truth.size,
        "miou": (iou + rest / max(rest + misses, 1)) / 2,
        "precision": precision,
        "recall": recall,
    }


def precision_recall(saliency, truth):
    levels = np.minimum((saliency * 255).astype(np.int32), 255)
    hits = np.cumsum(np.bincount(levels[truth], minlength=256)[::-1])[::-1]
    found = np.cumsum(np.bincount(levels.ravel(), minlength=256)[::-1])[::-1]
    return hits / np.maximum(found, 1), hits / max(truth.sum(), 1)


def boundary_f(found, truth, reach=BOUNDARY_PX):
    """How much of either outline lies within `reach` px of the other."""
    a, b = contour(found), contour(truth)
    if not a.any() or not b.any():
        return float(a.any() == b.any())
    precision = (distance(b)[a] <= reach).mean()
    recall = (distance(a)[b] <= reach).mean()
    return 2 * precision * recall / max(precision + recall, 1e-9)


def confidence(saliency):
    """How sure the network is that there is something, 0 to 1, as `src/find/subject.rs` computes it."""
    found = saliency >= 0.5
    if found.mean() < SMALLEST or found.all():
        return 0.0
    return float(saliency[found].mean() - saliency[~found].mean())


def refused(subjects, empty):
    """(bound, share of `empty` below it): of all bounds on the confidence that lose at most 1 % of `subjects` the highest."""
    bound = float(np.quantile(subjects, LOST, method="lower"))
    return round(bound, 4), round(float((np.array(empty) < bound).mean()), 4)


def contour(region):
    region = region.astype(np.uint8)
    return (region - cv2.erode(region, np.ones((3, 3), np.uint8), borderValue=1)) > 0


def distance(line):
    return cv2.distanceTransform((~line).astype(np.uint8), cv2.DIST_L2, 5)


def summary(scores):
    """Means over the pictures of a set, rounded to four digits."""
    precision = np.mean([s["precision"] for s in scores], 0)
    recall = np.mean([s["recall"] for s in scores], 0)
    f = (1 + BETA_SQUARED) * precision * recall / np.maximum(BETA_SQUARED * precision + recall, 1e-9)
    means = {k: np.mean([s[k] for s in scores]) for k in ("iou", "mae", "boundary_f", "pixel_accuracy", "miou")}
    return {k: round(float(v), 4) for k, v in {**means, "max_f": f.max()}.items()}
