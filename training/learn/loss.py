"""The training loss.

In:  six logit maps [n, 1, h, w] (fused first), target [n, 1, h, w] f32 in [0, 1]. Out: a scalar.
BCE on all six; on the fused map also IoU and SSIM (BASNet, Qin et al. 2021, arXiv 2101.04704, sect. 3.4).
With `edges` > 0 a pixel near a contour counts up to 1 + edges times (F3Net, Wei et al. 2019, arXiv 1911.11445).
"""

import torch
import torch.nn.functional as F

SIDE_WEIGHT = 0.5


def loss(logits, target, edges):
    fused, *sides = [x.float() for x in logits]
    total = SIDE_WEIGHT * sum(F.binary_cross_entropy_with_logits(s, target) for s in sides)
    total = total + F.binary_cross_entropy_with_logits(fused, target, weight=edge_weight(target, edges))
    probability = fused.sigmoid()
    return total + iou_loss(probability, target).mean() + 0.5 * (1 - ssim(probability, target))


def edge_weight(target, edges):
    if not edges:
        return None
    window = 2 * (target.shape[-1] // 32) + 1
    near = F.avg_pool2d(target, window, 1, window // 2, count_include_pad=False)
    weight = 1 + 2 * edges * (near - target).abs()
    return weight / weight.mean()


def iou_loss(probability, target):
    """[n], one for each picture."""
    shared = (probability * target).sum((1, 2, 3))
    union = (probability + target).sum((1, 2, 3)) - shared
    return 1 - (shared + 1) / (union + 1)


def ssim(a, b, window=9):
    """Mean structural similarity with a box window, data range 1."""
    mean = lambda x: F.avg_pool2d(F.avg_pool2d(x, (window, 1), 1), (1, window), 1)
    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    top = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return (top / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean()
