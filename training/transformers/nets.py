"""Segmenter (Strudel et al. 2021, arXiv 2105.05633) and SETR (Zheng et al. 2021, arXiv 2012.15840).

In:  pictures [n, 3, h, w] f32, mean and deviation .5, sides multiples of 16. Out: logits of classes [n, classes, h, w];
`coarse` gives them as they are before the last bilinear step.
"""

import torch
import torch.nn.functional as F
from torch import nn

from transformers.vit import PATCH, Block, ViT, as_map, enlarge


class Segmenter(nn.Module):
    """ViT-T and a mask transformer: a token for each class looks at the patches, and the patches at it."""

    def __init__(self, classes, side, width=192, depth=12, heads=3, decoder_depth=2):
        super().__init__()
        self.depth = depth
        self.encoder = ViT(width, depth, heads, side)
        self.norm = nn.LayerNorm(width)
        self.tokens = nn.Parameter(torch.zeros(1, classes, width))
        self.project = nn.Linear(width, width)
        self.decoder = nn.ModuleList([Block(width, heads) for _ in range(decoder_depth)])
        self.decoder_norm, self.mask_norm = nn.LayerNorm(width), nn.LayerNorm(classes)
        self.of_patch = nn.Parameter(torch.randn(width, width) * width**-0.5)
        self.of_class = nn.Parameter(torch.randn(width, width) * width**-0.5)
        nn.init.trunc_normal_(self.tokens, std=0.02)

    def forward(self, image):
        return enlarge(self.coarse(image), PATCH)

    def coarse(self, image):
        """[n, classes, h/16, w/16]."""
        (x,) = self.encoder(image, [self.depth])
        x = self.project(self.norm(x))
        length = x.shape[1]
        x = torch.cat([x, self.tokens.expand(x.shape[0], -1, -1)], 1)
        for block in self.decoder:
            x = block(x)
        x = self.decoder_norm(x)
        patches, classes = x[:, :length] @ self.of_patch, x[:, length:] @ self.of_class
        patches, classes = F.normalize(patches, dim=-1), F.normalize(classes, dim=-1)
        masks = self.mask_norm(patches @ classes.transpose(1, 2))
        return as_map(masks, image)


def conv(c_in, c_out, kernel=3):
    return nn.Sequential(nn.Conv2d(c_in, c_out, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(c_out), nn.ReLU())


class SetrPup(nn.Module):
    """Progressive upsampling: four times a convolution and twice the size."""

    def __init__(self, classes, side, width=192, depth=6, heads=3, c=64):
        super().__init__()
        self.depth = depth
        self.encoder, self.norm = ViT(width, depth, heads, side), nn.LayerNorm(width)
        self.steps = nn.ModuleList([conv(width, c), *(conv(c, c) for _ in range(3))])
        self.classes = nn.Conv2d(c, classes, 1)

    def forward(self, image):
        return self.coarse(image)

    def coarse(self, image):
        """[n, classes, h, w]: convolutions to the end."""
        (x,) = self.encoder(image, [self.depth])
        x = as_map(self.norm(x), image)
        for step in self.steps:
            x = enlarge(step(x), 2)
        return self.classes(x)


class SetrMla(nn.Module):
    """Multi-level aggregation: four layers of the encoder, each added to the one above, side by side."""

    def __init__(self, classes, side, width=192, depth=8, heads=3, c=48):
        super().__init__()
        self.layers = [depth // 4, depth // 2, depth * 3 // 4, depth]
        self.encoder = ViT(width, depth, heads, side)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in self.layers])
        self.reduce = nn.ModuleList([conv(width, c, 1) for _ in self.layers])
        self.smooth = nn.ModuleList([conv(c, c) for _ in self.layers])
        self.heads = nn.ModuleList([nn.Sequential(conv(c, c), conv(c, c)) for _ in self.layers])
        self.classes = nn.Conv2d(4 * c, classes, 1)

    def forward(self, image):
        return enlarge(self.coarse(image), PATCH // 4)

    def coarse(self, image):
        """[n, classes, h/4, w/4]."""
        tokens = self.encoder(image, self.layers)
        maps = [reduce(as_map(norm(x), image)) for x, norm, reduce in zip(tokens, self.norms, self.reduce)]
        above, streams = None, []
        for x, smooth, head in zip(reversed(maps), self.smooth, self.heads):
            above = x if above is None else x + above
            streams.append(enlarge(head(smooth(above)), 4))
        return self.classes(torch.cat(streams, 1))


NETS = {"segmenter": Segmenter, "setr-pup": SetrPup, "setr-mla": SetrMla}
