"""The networks by name, and what their modules have in common."""

import torch.nn as nn

from nets.base import Base, Large, Small
from nets.lite import Conv

KINDS = {"base": Base, "small": Small, "large": Large}


# What one has and those behind it have not.
OWN = {"large": "encoder.stages.1.2.", "base": "encoder.stages.6.", "small": "encoder."}


def kind_of(names):
    """Whose weights are called so."""
    return next(kind for kind, block in OWN.items() if any(name.startswith(block) for name in names))


def convolutions(net):
    """{name: module} of every convolution, with `weight` and `bias`."""
    return {name: m for name, m in net.named_modules() if isinstance(m, (nn.Conv2d, Conv))}
