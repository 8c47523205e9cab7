"""Convolutions and residual U-blocks (RSU) of U2-Net (Qin et al. 2020, arXiv 2005.09007).

In:  [n, c_in, h, w] f32. Out: [n, c_out, h, w]. A block has `mid` channels inside.
Sides that every pooling halves exactly make every upsampling an exact x2.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


def conv(c_in, c_out, dilation=1, kernel=3):
    """Convolution, batch norm, ReLU: [n, c_in, h, w] -> [n, c_out, h, w]."""
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, kernel, padding=kernel // 2 * dilation, dilation=dilation),
        nn.BatchNorm2d(c_out),
        nn.ReLU(inplace=True),
    )


def conv_layers(net):
    """Every (convolution, batch norm, ReLU) of `net`."""
    return [m for m in net.modules() if isinstance(m, nn.Sequential) and isinstance(m[0], nn.Conv2d)]


def pool(x):
    return F.max_pool2d(x, 2, 2, ceil_mode=True)


def upsample(x, scale=2):
    return F.interpolate(x, scale_factor=float(scale), mode="bilinear", align_corners=False)


class Rsu(nn.Module):
    """A U-Net of `height - 1` resolutions added to its own input convolution; h and w multiples of 2 ** (height - 2)."""

    def __init__(self, height, c_in, mid, c_out):
        super().__init__()
        levels = height - 1
        self.inp = conv(c_in, c_out)
        self.enc = nn.ModuleList(conv(c_out if i == 0 else mid, mid) for i in range(levels))
        self.bottom = conv(mid, mid, dilation=2)
        self.dec = nn.ModuleList(conv(2 * mid, c_out if i == 0 else mid) for i in range(levels))

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

    def __init__(self, c_in, mid, c_out):
        super().__init__()
        self.inp = conv(c_in, c_out)
        self.e1 = conv(c_out, mid)
        self.e2 = conv(mid, mid, dilation=2)
        self.e3 = conv(mid, mid, dilation=4)
        self.e4 = conv(mid, mid, dilation=8)
        self.d3 = conv(2 * mid, mid, dilation=4)
        self.d2 = conv(2 * mid, mid, dilation=2)
        self.d1 = conv(2 * mid, c_out)

    def forward(self, x):
        x = self.inp(x)
        e1 = self.e1(x)
        e2 = self.e2(e1)
        e3 = self.e3(e2)
        y = self.d3(torch.cat((self.e4(e3), e3), 1))
        y = self.d2(torch.cat((y, e2), 1))
        return self.d1(torch.cat((y, e1), 1)) + x
