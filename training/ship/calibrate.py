"""What values the activations take, and which range of them to keep.

In:  a folded network and training views at 320 px. Out: {tensor name in the ONNX: histogram}.
Tensors are the outputs of every ReLU (`enc.0.inp.relu`) and of every block's addition (`enc.0.Add`).
"""

import numpy as np
import torch
import torch.nn as nn

from data.batches import Views
from data.pictures import read_backgrounds, read_folders
from data.split import read_split
from nets.blocks import Rsu, RsuDilated
from nets.normalise import normalise

BINS = 4096
# How often the error of a value that is cut off counts: rounding averages out in a convolution's sum, cutting off does
# not. Deep blocks tell rare strong values from none, fine ones shades. `HISTORY.md` has what other choices cost.
CUT, DEEP_CUT = 2000, 100000
DEEP = ("enc.3.", "enc.4.", "enc.5.", "dec.2.", "dec.3.", "dec.4.")


class Histogram:
    """Counts of values in [0, top]; `top` doubles when a value passes it."""

    def __init__(self):
        self.top, self.counts = 1.0, np.zeros(BINS)

    def add(self, values):
        peak = float(values.max())
        while self.top < peak:
            self.counts = np.concatenate((self.counts.reshape(-1, 2).sum(1), np.zeros(BINS // 2)))
            self.top *= 2
        self.counts += torch.histc(values, BINS, 0, self.top).numpy()

    def centres(self):
        return (np.arange(BINS) + 0.5) * self.top / BINS


def observed(net):
    """{name: module} of what is quantised; a module's output is the tensor of that name."""
    blocks = {f"{n}.relu": m for n, m in net.named_modules() if isinstance(m, nn.Sequential)}
    sums = {f"{n}.Add": m for n, m in net.named_modules() if isinstance(m, (Rsu, RsuDilated))}
    return {**blocks, **sums}


@torch.no_grad()
def histograms(net, data, count, seed=7):
    split = read_split()
    views = iter(Views(read_folders(data, split), read_backgrounds(data, split), 320, seed))
    seen = {}
    for name, module in observed(net).items():
        seen[name] = Histogram()
        module.register_forward_hook(lambda _, __, output, h=seen[name]: h.add(output.flatten()))
    for _ in range(count):
        net(normalise(next(views)[0][:1]))
    return seen


def mse_scale(group, levels, cut=CUT):
    """The scale, one for all histograms, with the least relative square error on `levels` steps.

    Errors of values above the last step count `cut` times. The scale is 4, 5, 6 or 7 times a power of two: see
    `quantise.py`.
    """
    scales = np.array([m * 2.0**e for e in range(-20, 2) for m in (4, 5, 6, 7)])
    errors = np.zeros(len(scales))
    for h in group:
        x, n = h.centres(), h.counts
        power = (n * x * x).sum()
        for i, s in enumerate(scales):
            step = np.rint(x / s)
            weight = np.where(step > levels, cut, 1)
            errors[i] += (weight * n * (np.minimum(step, levels) * s - x) ** 2).sum() / power
    return float(scales[errors.argmin()])
