"""Which view of a pair to train on.

In:  a network, images [n, 2, 3, h, w] u8, masks [n, 2, 1, h, w] u8, two [n] bool, as `data.batches` makes them.
Out: images [n, 3, h, w], masks [n, 1, h, w].
"""

import torch
import torch.nn.functional as F

from learn.loss import iou_loss
from nets.normalise import normalise


@torch.no_grad()
def harder(net, images, masks, two):
    """One view of each pair: where they are two, the one that `net` gets wrong more (selective backprop, Jiang et al.
    2019, arXiv 1910.00762), looked at with half the side."""
    index = torch.zeros(len(two), dtype=torch.long)
    if two.any():
        side = images.shape[-1] // 64 * 32
        x = F.interpolate(normalise(images[two].flatten(0, 1)), (side, side), mode="area")
        target = F.interpolate(masks[two].flatten(0, 1).float() / 255, (side // 2, side // 2), mode="area")
        with torch.autocast(x.device.type, torch.bfloat16, cache_enabled=False):
            logits = net(x.to(memory_format=torch.channels_last))[0].float()
        wrong = F.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((1, 2, 3))
        wrong = wrong + iou_loss(logits.sigmoid(), target)
        index[two] = wrong.view(-1, 2).argmax(1).cpu()
    rows = torch.arange(len(two))
    return images[rows, index], masks[rows, index]
