"""The networks by name, and what their modules have in common."""

import torch.nn as nn

from nets.base import Base
from nets.lite0 import Conv
from nets.u2netp import U2Netp

KINDS = {"u2netp": U2Netp, "base": Base}


def kind_of(names):
    """Whose weights are called so."""
    return "base" if any(name.startswith("encoder.") for name in names) else "u2netp"


def convolutions(net):
    """{name: module} of every convolution, with `weight` and `bias`."""
    return {name: m for name, m in net.named_modules() if isinstance(m, (nn.Conv2d, Conv))}
