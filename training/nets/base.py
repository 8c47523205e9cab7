"""`base`, `small` and `large`: U2-Net's decoder (Qin et al. 2020, arXiv 2005.09007) on the maps of EfficientNet-Lite.

In:  [n, 3, h, w] f32, normalised RGB (`normalise.py`); h and w multiples of 32.
Out: logits, a list of six [n, 1, h / 2, w / 2]: the fused map, then the five sides from fine to coarse.

1.55, 1.33 and 1.94 GMAC at 320 px, 3.4, 1.1 and 4.8 M parameters. No sigmoid: see `ship/export.py`.
"""

import torch
import torch.nn as nn

from nets.blocks import Rsu, RsuDilated, conv, upsample
from nets.lite import LITE0, LITE2, Lite, channels

# Of each decoder block, fine to coarse: channels that it takes from the encoder, has inside and gives.
LATERAL = (16, 32, 64, 64, 64)
MID = (8, 16, 16, 16, 16)
OUT = (16, 32, 64, 64, 64)
HEIGHTS = (6, 5, 4)


class Base(nn.Module):
    """`dec.4` and `dec.3` are RSU-4F, `dec.2` to `dec.0` RSU-4 to RSU-6; the encoder's maps come in through a `lateral` each."""

    # Of the encoder; and how much coarser than the finest each map is that the decoder blocks take.
    size, stages, coarser = LITE0, 7, (1, 2, 4, 8, 16)

    def __init__(self):
        super().__init__()
        self.encoder = Lite(self.size, self.stages)
        self.lateral = nn.ModuleList(conv(c, l, kernel=1) for c, l in zip(self.channels(), LATERAL))
        c_in = [*(l + o for l, o in zip(LATERAL, OUT[1:])), LATERAL[-1]]
        self.dec = nn.ModuleList(Rsu(h, c_in[i], MID[i], OUT[i]) for i, h in enumerate(HEIGHTS))
        self.dec.extend(RsuDilated(c_in[i], MID[i], OUT[i]) for i in range(len(HEIGHTS), len(OUT)))
        self.side = nn.ModuleList(nn.Conv2d(c, 1, 3, padding=1) for c in OUT)
        self.fuse = nn.Conv2d(len(OUT), 1, 1)

    def channels(self):
        return channels(self.size, self.stages)

    def maps(self, x):
        return self.encoder(x)

    def forward(self, x):
        maps = [lateral(m) for lateral, m in zip(self.lateral, self.maps(x))]
        features = [self.dec[-1](maps[-1])]
        for i in reversed(range(len(maps) - 1)):
            deeper = enlarged(features[0], self.coarser[i + 1] // self.coarser[i])
            features.insert(0, self.dec[i](torch.cat((deeper, maps[i]), 1)))
        sides = [enlarged(side(f), times) for side, f, times in zip(self.side, features, self.coarser)]
        return [self.fuse(torch.cat(sides, 1)), *sides]


class Small(Base):
    """Cut behind the last stage at 1/16: `dec.4` looks at the map that `dec.3` takes as well."""

    stages, coarser = 5, (1, 2, 4, 8, 8)

    def channels(self):
        *finer, last = super().channels()
        return *finer, last, last

    def maps(self, x):
        maps = self.encoder(x)
        return [*maps, maps[-1]]


class Large(Base):
    """On Lite2's maps: a teacher, not shipped."""

    size = LITE2


def enlarged(x, times):
    return upsample(x, times) if times > 1 else x
