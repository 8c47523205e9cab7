"""`base`: U2-Net's decoder (Qin et al. 2020, arXiv 2005.09007) on the five maps of EfficientNet-Lite0.

In:  [n, 3, h, w] f32, normalised RGB (`normalise.py`); h and w multiples of 32.
Out: logits, a list of six [n, 1, h / 2, w / 2]: the fused map, then the five sides from fine to coarse.

1.55 GMAC at 320 px, 3.4 M parameters. No sigmoid: see `ship/export.py`.
"""

import torch
import torch.nn as nn

from nets.blocks import Rsu, RsuDilated, conv, upsample
from nets.lite0 import CHANNELS, Lite0

# Of each decoder block, fine to coarse: channels that it takes from the encoder, has inside and gives.
LATERAL = (16, 32, 64, 64, 64)
MID = (8, 16, 16, 16, 16)
OUT = (16, 32, 64, 64, 64)
HEIGHTS = (6, 5, 4)


class Base(nn.Module):
    """`dec.4` and `dec.3` are RSU-4F, `dec.2` to `dec.0` RSU-4 to RSU-6; the encoder's maps come in through a `lateral` each."""

    # The input's side over the map's.
    shrinks = 2

    def __init__(self):
        super().__init__()
        self.encoder = Lite0()
        self.lateral = nn.ModuleList(conv(c, l, kernel=1) for c, l in zip(CHANNELS, LATERAL))
        c_in = [*(l + o for l, o in zip(LATERAL, OUT[1:])), LATERAL[-1]]
        self.dec = nn.ModuleList(Rsu(h, c_in[i], MID[i], OUT[i]) for i, h in enumerate(HEIGHTS))
        self.dec.extend(RsuDilated(c_in[i], MID[i], OUT[i]) for i in range(len(HEIGHTS), len(OUT)))
        self.side = nn.ModuleList(nn.Conv2d(c, 1, 3, padding=1) for c in OUT)
        self.fuse = nn.Conv2d(len(OUT), 1, 1)

    def forward(self, x, half=False):
        """`half` is for `U2Netp`'s sake: this map is at half the input in any case."""
        maps = [lateral(m) for lateral, m in zip(self.lateral, self.encoder(x))]
        features = [self.dec[-1](maps.pop())]
        for block, skip in zip(reversed(self.dec[:-1]), reversed(maps)):
            features.insert(0, block(torch.cat((upsample(features[0]), skip), 1)))
        sides = [side(f) for side, f in zip(self.side, features)]
        sides = [s if i == 0 else upsample(s, 2**i) for i, s in enumerate(sides)]
        return [self.fuse(torch.cat(sides, 1)), *sides]
