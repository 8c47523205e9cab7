"""The phases of a run, and its learning rate."""

import math

WARM_UP = 0.02


def parse_phases(text):
    """`160x16h:0.5,...` -> [(side, batch, half, progress at which it ends)], ends normalised to 1."""
    phases, end = [], 0.0
    for part in text.split(","):
        shape, share = part.split(":")
        side, batch = map(int, shape.removesuffix("h").split("x"))
        end += float(share)
        phases.append((side, batch, shape.endswith("h"), end))
    return [(side, batch, half, stop / end) for side, batch, half, stop in phases]


def learning_rate(peak, progress):
    if progress < WARM_UP:
        return peak * (0.05 + 0.95 * progress / WARM_UP)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP))))
