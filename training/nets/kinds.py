"""The networks by name, and what their modules have in common."""

import torch.nn as nn

from nets.base import Base, Small
from nets.lite0 import Conv

KINDS = {"base": Base, "small": Small}


def kind_of(names):
    """Whose weights are called so."""
    deepest = f"encoder.stages.{Base.stages - 1}."
    return "base" if any(name.startswith(deepest) for name in names) else "small"


def convolutions(net):
    """{name: module} of every convolution, with `weight` and `bias`."""
    return {name: m for name, m in net.named_modules() if isinstance(m, (nn.Conv2d, Conv))}
