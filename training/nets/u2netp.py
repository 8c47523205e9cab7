"""U2-Netp, the small U2-Net (Qin et al. 2020, arXiv 2005.09007).

In:  [n, 3, h, w] f32, normalised RGB (`normalise.py`); h and w multiples of 32.
Out: logits, a list of seven [n, 1, h, w]: the fused map, then the six sides from fine to coarse.
With `half` the finest decoder block, more than half of the work, is left out: [n, 1, h / 2, w / 2],
the second side in place of the fused map, then the five sides that are left.

Every block has 16 channels inside and 64 outside; sides are enlarged x2 to x32. No sigmoid: see `ship/export.py`.
"""

import torch
import torch.nn as nn

from nets.blocks import Rsu, RsuDilated, pool, upsample

MID, OUT = 16, 64
ENCODER_HEIGHTS = (7, 6, 5, 4)


class U2Netp(nn.Module):
    """`enc.0` to `enc.5` go down from RSU-7 to two RSU-4F; `dec.4` to `dec.0` come back up."""

    # The input's side over the map's.
    shrinks = 1

    def __init__(self):
        super().__init__()
        self.enc = nn.ModuleList(Rsu(h, 3 if i == 0 else OUT, MID, OUT) for i, h in enumerate(ENCODER_HEIGHTS))
        self.enc.extend((RsuDilated(OUT, MID, OUT), RsuDilated(OUT, MID, OUT)))
        self.dec = nn.ModuleList(Rsu(h, 2 * OUT, MID, OUT) for h in ENCODER_HEIGHTS)
        self.dec.append(RsuDilated(2 * OUT, MID, OUT))
        self.side = nn.ModuleList(nn.Conv2d(OUT, 1, 3, padding=1) for _ in range(6))
        self.fuse = nn.Conv2d(6, 1, 1)

    def forward(self, x, half=False):
        skips = [self.enc[0](x)]
        for block in self.enc[1:]:
            skips.append(block(pool(skips[-1])))
        features = [skips.pop()]
        for block, skip in zip(reversed(self.dec[half:]), reversed(skips)):
            features.insert(0, block(torch.cat((upsample(features[0]), skip), 1)))
        sides = [side(f) for side, f in zip(self.side[half:], features)]
        sides = [s if i == 0 else upsample(s, 2**i) for i, s in enumerate(sides)]
        return [sides[0] if half else self.fuse(torch.cat(sides, 1)), *sides]
