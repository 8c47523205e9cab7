"""Who moves which weights, and their running average.

In:  a network. Out: optimisers; each group's rate is its `times` that of the schedule.
"""

import torch

from learn.muon import Muon
from nets.blocks import conv_layers
from nets.lite import Conv

MUON_TIMES = 6
# Of what ImageNet taught.
ENCODER_TIMES = 0.2


def optimisers(net, lr):
    """Muon for the convolutions behind which a batch norm makes their length irrelevant; AdamW for the rest."""
    convolutions = [layer[0].weight for layer in conv_layers(net)]
    encoder = [p for m in net.modules() if isinstance(m, Conv) for p in m.parameters()]
    chosen = {id(p) for p in (*convolutions, *encoder)}
    rest = [p for p in net.parameters() if id(p) not in chosen]
    groups = [{"params": encoder, "times": ENCODER_TIMES}, {"params": rest, "times": 1}]
    return [
        Muon([{"params": convolutions, "times": MUON_TIMES}], lr),
        torch.optim.AdamW([group for group in groups if group["params"]], lr, weight_decay=1e-4),
    ]


@torch.no_grad()
def average(ema, net, decay):
    for a, b in zip(ema.state_dict().values(), net.state_dict().values()):
        if a.is_floating_point():
            a.lerp_(b, 1 - decay)
        else:
            a.copy_(b)
