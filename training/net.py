"""U2-Netp, the small U2-Net (Qin et al. 2020, arXiv 2005.09007).

In:  [n, 3, h, w] f32, normalised RGB; h and w multiples of 32.
Out: logits, a list of seven [n, 1, h, w]: the fused map, then the six sides from fine to coarse.
With `half` the finest decoder block, more than half of the work, is left out: [n, 1, h / 2, w / 2],
the second side in place of the fused map, then the five sides that are left.

Every residual U-block (RSU) has 16 channels inside and 64 outside. With sides that are multiples
of 32 every pooling halves exactly, so every upsampling is an exact x2 (sides: x2 to x32).
It does no normalisation of the picture and no sigmoid: see `data.normalise` and `export.py`.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

MID, OUT = 16, 64
ENCODER_HEIGHTS = (7, 6, 5, 4)
SIZE_MULTIPLE = 32


def conv(c_in, c_out, dilation=1):
    """3x3 convolution, batch norm, ReLU: [n, c_in, h, w] -> [n, c_out, h, w]."""
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, padding=dilation, dilation=dilation),
        nn.BatchNorm2d(c_out),
        nn.ReLU(inplace=True),
    )


def conv_layers(net):
    """Every (convolution, batch norm, ReLU) of `net`."""
    return [m for m in net.modules() if isinstance(m, nn.Sequential)]


def pool(x):
    return F.max_pool2d(x, 2, 2, ceil_mode=True)


def upsample(x, scale=2):
    return F.interpolate(x, scale_factor=float(scale), mode="bilinear", align_corners=False)


class Rsu(nn.Module):
    """A U-Net of `height - 1` resolutions added to its own input convolution."""

    def __init__(self, height, c_in):
        super().__init__()
        levels = height - 1
        self.inp = conv(c_in, OUT)
        self.enc = nn.ModuleList(conv(OUT if i == 0 else MID, MID) for i in range(levels))
        self.bottom = conv(MID, MID, dilation=2)
        self.dec = nn.ModuleList(conv(2 * MID, OUT if i == 0 else MID) for i in range(levels))

    def forward(self, x):
        x = self.inp(x)
        skips = [self.enc[0](x)]
        for layer in self.enc[1:]:
            skips.append(layer(pool(skips[-1])))
        y = self.dec[-1](torch.cat((self.bottom(skips[-1]), skips[-1]), 1))
        for layer, skip in zip(reversed(self.dec[:-1]), reversed(skips[:-1])):
            y = layer(torch.cat((upsample(y), skip), 1))
        return y + x


class RsuDilated(nn.Module):
    """RSU-4F: dilations 1, 2, 4, 8 instead of pooling; one resolution."""

    def __init__(self, c_in):
        super().__init__()
        self.inp = conv(c_in, OUT)
        self.e1 = conv(OUT, MID)
        self.e2 = conv(MID, MID, dilation=2)
        self.e3 = conv(MID, MID, dilation=4)
        self.e4 = conv(MID, MID, dilation=8)
        self.d3 = conv(2 * MID, MID, dilation=4)
        self.d2 = conv(2 * MID, MID, dilation=2)
        self.d1 = conv(2 * MID, OUT)

    def forward(self, x):
        x = self.inp(x)
        e1 = self.e1(x)
        e2 = self.e2(e1)
        e3 = self.e3(e2)
        y = self.d3(torch.cat((self.e4(e3), e3), 1))
        y = self.d2(torch.cat((y, e2), 1))
        return self.d1(torch.cat((y, e1), 1)) + x


class U2Netp(nn.Module):
    """`enc.0` to `enc.5` go down from RSU-7 to two RSU-4F; `dec.4` to `dec.0` come back up."""

    def __init__(self):
        super().__init__()
        self.enc = nn.ModuleList(Rsu(h, 3 if i == 0 else OUT) for i, h in enumerate(ENCODER_HEIGHTS))
        self.enc.extend((RsuDilated(OUT), RsuDilated(OUT)))
        self.dec = nn.ModuleList(Rsu(h, 2 * OUT) for h in ENCODER_HEIGHTS)
        self.dec.append(RsuDilated(2 * OUT))
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
