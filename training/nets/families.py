"""Small networks of the shapes that others publish, to try every operator of theirs; never trained.

In:  pictures [n, 3, h, w] f32. Out: as each family gives it.
"""

import torch
import torch.nn.functional as F
from torch import nn


def block(c_in, c_out, dilation=1, stride=1, groups=1):
    conv = nn.Conv2d(c_in, c_out, 3, stride, dilation, dilation, groups)
    return nn.Sequential(conv, nn.BatchNorm2d(c_out), nn.ReLU())


def like(x, other):
    return F.interpolate(x, size=other.shape[2:], mode="bilinear", align_corners=False)


class Residual(nn.Module):
    """A residual U-block (Qin et al. 2020)."""

    def __init__(self, c_in, c_middle, c_out):
        super().__init__()
        self.first = block(c_in, c_out)
        self.down = nn.ModuleList([block(c_out, c_middle), block(c_middle, c_middle), block(c_middle, c_middle)])
        self.deepest = block(c_middle, c_middle, dilation=2)
        self.up = nn.ModuleList([block(2 * c_middle, c_middle), block(2 * c_middle, c_middle), block(2 * c_middle, c_out)])
        self.pool = nn.MaxPool2d(2, 2, ceil_mode=True)

    def forward(self, x):
        x = first = self.first(x)
        maps = []
        for i, down in enumerate(self.down):
            x = down(self.pool(x) if i else x)
            maps.append(x)
        x = self.deepest(x)
        for up, other in zip(self.up, reversed(maps)):
            x = up(torch.cat([like(x, other), other], 1))
        return x + first


class U2Net(nn.Module):
    """Side outputs, fused; the first output is the fused one."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleList([Residual(3, 4, 8), Residual(8, 4, 12)])
        self.decoder = Residual(20, 4, 8)
        self.side = nn.ModuleList([nn.Conv2d(8, 1, 3, padding=1), nn.Conv2d(12, 1, 3, padding=1)])
        self.fuse = nn.Conv2d(2, 1, 1)
        self.pool = nn.MaxPool2d(2, 2, ceil_mode=True)

    def forward(self, x):
        a = self.encoder[0](x)
        b = self.encoder[1](self.pool(a))
        a = self.decoder(torch.cat([like(b, a), a], 1))
        sides = [self.side[0](a), like(self.side[1](b), a)]
        return [torch.sigmoid(self.fuse(torch.cat(sides, 1))), *map(torch.sigmoid, sides)]


class ISNet(nn.Module):
    """A stride before everything, and side outputs at the picture's size (Qin et al. 2022)."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2, 1)
        self.pool = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.stages = nn.ModuleList([Residual(8, 4, 8), Residual(8, 4, 8)])
        self.side = nn.Conv2d(8, 1, 3, padding=1)

    def forward(self, x):
        a = self.stages[0](self.conv(x))
        b = self.stages[1](self.pool(a))
        outputs = [torch.sigmoid(like(self.side(stage), x)) for stage in (a, b)]
        return outputs


class HalfInstance(nn.Module):
    """Half of the channels normed by the batch, half by the picture."""

    def __init__(self, channels):
        super().__init__()
        self.half = channels // 2
        self.batch, self.instance = nn.BatchNorm2d(self.half), nn.InstanceNorm2d(channels - self.half)

    def forward(self, x):
        return torch.cat([self.batch(x[:, : self.half]), self.instance(x[:, self.half :])], 1)


class MODNet(nn.Module):
    """Inverted residuals, squeeze and excite, half instance norms (Ke et al. 2022)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.expand = nn.Sequential(nn.Conv2d(8, 24, 1), nn.BatchNorm2d(24), nn.ReLU6())
        self.depth = nn.Sequential(nn.Conv2d(24, 24, 3, 1, 1, groups=24), nn.BatchNorm2d(24), nn.ReLU6())
        self.project = nn.Conv2d(24, 8, 1)
        self.excite = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 8), nn.Sigmoid())
        self.norm = HalfInstance(8)
        self.detail = nn.Conv2d(11, 8, 3, padding=1)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        a = self.stem(x)
        a = a + self.project(self.depth(self.expand(a)))
        weight = self.excite(F.adaptive_avg_pool2d(a, 1).flatten(1))
        a = self.norm(a * weight[:, :, None, None])
        a = F.interpolate(a, scale_factor=2, mode="bilinear", align_corners=False)
        small = F.interpolate(F.interpolate(x, scale_factor=0.5, mode="bilinear"), scale_factor=2, mode="nearest")
        return torch.sigmoid(self.out(F.leaky_relu(self.detail(torch.cat([a, small], 1)), 0.1)))


class Window(nn.Module):
    """Attention within windows that are shifted, with a bias of position (Liu et al. 2021)."""

    def __init__(self, channels, side=4, heads=2, shift=2):
        super().__init__()
        self.side, self.heads, self.shift = side, heads, shift
        self.norm, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.project = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.bias = nn.Parameter(torch.randn(heads, side**2, side**2))
        self.mlp = nn.Sequential(nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels))

    def forward(self, x):
        n, c, h, w = x.shape
        s = self.side
        tokens = x.permute(0, 2, 3, 1)
        y = torch.roll(self.norm(tokens), (-self.shift, -self.shift), (1, 2))
        y = y.view(n, h // s, s, w // s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, s * s, c)
        q, k, v = self.qkv(y).reshape(-1, s * s, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weight = torch.softmax(q @ k.transpose(-2, -1) * (c // self.heads) ** -0.5 + self.bias, -1)
        y = self.project((weight @ v).transpose(1, 2).reshape(-1, s * s, c))
        y = y.view(n, h // s, w // s, s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, c)
        tokens = tokens + torch.roll(y, (self.shift, self.shift), (1, 2))
        return (tokens + self.mlp(self.norm2(tokens))).permute(0, 3, 1, 2)


class BiRefNet(nn.Module):
    """Shifted windows, sampling where the network says, patches of the picture beside the maps (Zheng et al. 2024)."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 16, 4, 4)
        self.attend = nn.ModuleList([Window(16), Window(16, shift=1)])
        self.merge = nn.Conv2d(64, 32, 1)
        self.offset = nn.Conv2d(32, 2, 3, padding=1)
        self.pools = nn.ModuleList([nn.Conv2d(32, 8, 1), nn.Conv2d(32, 8, 3, padding=2, dilation=2)])
        self.whole = nn.Conv2d(32, 8, 1)
        self.out = nn.Conv2d(24 + 16 + 192, 1, 3, padding=1)

    def forward(self, x):
        a = self.embed(x)
        for attend in self.attend:
            a = attend(a)
        b = self.merge(F.pixel_unshuffle(a, 2))
        n, _, h, w = b.shape
        ys, xs = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
        grid = torch.stack([xs, ys], -1)[None] + 0.1 * torch.tanh(self.offset(b)).permute(0, 2, 3, 1)
        b = F.grid_sample(b, grid, mode="bilinear", padding_mode="zeros", align_corners=True)
        whole = F.interpolate(self.whole(F.adaptive_avg_pool2d(b, 1)), size=(h, w), mode="bilinear", align_corners=True)
        b = torch.cat([pool(b) for pool in self.pools] + [whole], 1)
        patches = F.pixel_unshuffle(x, 8)
        b = torch.cat([b, F.avg_pool2d(a, 2), patches], 1)
        return F.interpolate(self.out(b), size=x.shape[2:], mode="bilinear", align_corners=True)


FAMILIES = {"u2net": U2Net, "isnet": ISNet, "modnet": MODNet, "birefnet": BiRefNet}
