"""The encoder (Dosovitskiy et al. 2020, arXiv 2010.11929) as Segmenter and SETR use it.

In:  pictures [n, 3, h, w] f32, sides multiples of 16. Out: tokens [n, h/16 * w/16, width] of the layers that are asked for.
"""

import torch
import torch.nn.functional as F
from torch import nn

PATCH = 16


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.qkv, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, length, width = x.shape
        q, k, v = self.qkv(x).reshape(n, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weight = (q @ k.transpose(-2, -1) * self.scale).softmax(-1)
        return self.project((weight @ v).transpose(1, 2).reshape(n, length, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """`side`: the pictures' side that the position embeddings are made for; others get them resized."""

    def __init__(self, width, depth, heads, side):
        super().__init__()
        self.patches = nn.Conv2d(3, width, PATCH, PATCH)
        self.positions = nn.Parameter(torch.zeros(1, width, side // PATCH, side // PATCH))
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(depth)])
        nn.init.trunc_normal_(self.positions, std=0.02)

    def forward(self, image, layers):
        """`layers`: numbers of blocks, from 1."""
        x = self.patches(image)
        positions = self.positions
        if positions.shape[2:] != x.shape[2:]:
            positions = F.interpolate(positions, size=x.shape[2:], mode="bilinear", align_corners=False)
        x = (x + positions).flatten(2).transpose(1, 2)
        outputs = []
        for number, block in enumerate(self.blocks, 1):
            x = block(x)
            if number in layers:
                outputs.append(x)
        return outputs


def as_map(tokens, image):
    """[n, h/16 * w/16, width] as [n, width, h/16, w/16]."""
    n, _, width = tokens.shape
    return tokens.transpose(1, 2).reshape(n, width, image.shape[2] // PATCH, image.shape[3] // PATCH)


def enlarge(x, factor):
    return F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
