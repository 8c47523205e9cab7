"""What values the activations take, and which range of them to keep.

In:  a folded network and training views at 320 px. Out: {tensor name in the ONNX: histogram}.
Tensors are the outputs of every ReLU (`dec.0.inp.relu`), of every linear bottleneck (`encoder.stages.0.0.project`) and of
every block's addition (`dec.0.Add`).
"""

import numpy as np
import torch

from data.batches import Views
from data.pictures import read_backgrounds, read_folders
from data.split import read_split
from nets.blocks import Rsu, RsuDilated, conv_layers
from nets.lite import Block, Conv
from nets.normalise import normalise

BINS = 4096
# How often the error of a value that is cut off counts: rounding averages out in a convolution's sum, cutting off does
# not. Deep blocks tell rare strong values from none, fine ones shades. `HISTORY.md` has what other choices cost.
CUT, DEEP_CUT = 2000, 100000
# Zero points are multiples of this.
ZERO_STEP = 4
DEEP = ("dec.2.", "dec.3.", "dec.4.")


class Histogram:
    """Counts of values in [0, top], `signed` in [-top, top]; `top` doubles when a value passes it. None passes `limit`."""

    def __init__(self, signed=False, limit=np.inf):
        self.top, self.counts, self.signed, self.limit = 1.0, np.zeros(BINS), signed, limit

    def add(self, values):
        peak = float(values.abs().max())
        while self.top < peak:
            rest = np.zeros(BINS // 2)
            pairs = self.counts.reshape(-1, 2).sum(1)
            self.counts = np.concatenate((rest[::2], pairs, rest[::2]) if self.signed else (pairs, rest))
            self.top *= 2
        self.counts += torch.histc(values, BINS, -self.top if self.signed else 0, self.top).numpy()

    def centres(self):
        part = (np.arange(BINS) + 0.5) / BINS
        return (2 * part - 1 if self.signed else part) * self.top


def observed(net):
    """{name: (module, an empty histogram)}; a module's output is the tensor of that name."""
    layers = set(conv_layers(net))
    found = {}
    for name, module in net.named_modules():
        if module in layers:
            found[f"{name}.relu"] = module, Histogram()
        elif isinstance(module, (Rsu, RsuDilated)):
            found[f"{name}.Add"] = module, Histogram()
        elif isinstance(module, Block) and module.residual:
            found[f"{name}.Add"] = module, Histogram(signed=True)
        elif isinstance(module, Conv):
            found[name if module.linear else f"{name}.relu"] = module, Histogram(module.linear, np.inf if module.linear else 6)
    return found


def watch(net):
    """{name: histogram}, filled whenever the network runs."""
    seen = {}
    for name, (module, histogram) in observed(net).items():
        seen[name] = histogram
        module.register_forward_hook(lambda _, __, output, h=histogram: h.add(output.flatten()))
    return seen


@torch.no_grad()
def histograms(net, data, count, seed=7):
    split = read_split()
    views = iter(Views(read_folders(data, split), read_backgrounds(data, split), 320, seed))
    seen = watch(net)
    for _ in range(count):
        net(normalise(next(views)[0][:1]))
    return seen


def mse_scale(group, levels, cut=CUT):
    """(scale, zero point), one for all histograms, with the least relative square error on `levels` steps.

    Errors of values beyond the last step count `cut` times. The scale is 4, 5, 6 or 7 times a power of two: see
    `quantise.py`. The zero point is 0 unless values are signed.
    """
    limit = min(h.limit for h in group)
    scales = [s for e in range(-20, 2) for m in (4, 5, 6, 7) if (s := m * 2.0**e) * (levels + 1) <= limit]
    zeros = range(0, levels + 1, ZERO_STEP) if any(h.signed for h in group) else (0,)
    choices = [(s, z) for s in scales for z in zeros]
    errors = np.zeros(len(choices))
    for h in group:
        x, n = filled(h)
        power = (n * x * x).sum()
        for i, (s, z) in enumerate(choices):
            step = np.rint(x / s) + z
            kept = np.clip(step, 0, levels)
            errors[i] += (np.where(step == kept, 1, cut) * n * ((kept - z) * s - x) ** 2).sum() / power
    scale, zero = choices[errors.argmin()]
    return float(scale), zero


def filled(h):
    """Values and counts of the bins that hold any."""
    holds = h.counts > 0
    return h.centres()[holds], h.counts[holds]
