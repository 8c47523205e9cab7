"""Starts from an exported ONNX whose batch norms were folded into the convolutions.

In:  an ONNX of this project (initialisers named like the network's modules, at times behind `n.`), f32 or f16.
Out: the same function with live batch norms: each one's running mean and variance are measured on real
     batches, then gamma = sqrt(var + eps) and beta = mean undo it exactly. The convolutions get the length of
     fresh ones, which the batch norms behind them cancel, so that one learning rate suits all.
"""

import numpy as np
import onnx
import torch
import torch.nn as nn
from onnx import numpy_helper

from nets.blocks import conv_layers
from nets.kinds import KINDS, convolutions, kind_of
from nets.lite import Conv
from nets.normalise import normalise


def weights_of(path):
    """{name: tensor f32} of every initialiser."""
    tensors = onnx.load(path).graph.initializer
    return {t.name.removeprefix("n."): torch.from_numpy(numpy_helper.to_array(t).astype(np.float32)) for t in tensors}


def read_folded(path):
    """The network whose weights an ONNX holds; its batch norms are the identity."""
    weights = weights_of(path)
    net = KINDS[kind_of(weights)]().eval()
    load_folded(net, path)
    return net


def load_folded(net, path, begin=False):
    """Copies the convolutions; batch norms become the identity. To `begin` with, those that fit are enough."""
    weights = weights_of(path)
    wanted = {f"{name}.{part}": getattr(m, part) for name, m in convolutions(net).items() for part in ("weight", "bias")}
    missing = [name for name, w in wanted.items() if name not in weights or weights[name].shape != w.shape]
    if missing and not begin:
        raise ValueError(f"{path} lacks {missing[:3]}")
    if missing:
        print(f"{path} lacks {missing}: left as they begin", flush=True)
    load_convolutions(net, {name: weights[name] for name in wanted if name not in missing})


def load_convolutions(net, state):
    """Copies {name: tensor}; batch norms become the identity."""
    net.load_state_dict({**net.state_dict(), **state})
    for norm in norms(net):
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        nn.init.ones_(norm.weight)
        nn.init.zeros_(norm.bias)
    for convolution in net.modules():
        if isinstance(convolution, Conv):
            convolution.set(convolution.weight.detach(), convolution.bias)


@torch.no_grad()
def revive_norms(net, batches, count):
    """Measures `count` batches of (rgb u8, mask u8) and gives every batch norm its statistics."""
    sums = {norm: [] for norm in norms(net)}

    def measure(norm, inputs):
        x = inputs[0].float()
        sums[norm].append(torch.stack((x.mean((0, 2, 3)), x.square().mean((0, 2, 3)))))

    hooks = [norm.register_forward_pre_hook(measure) for norm in sums]
    net.eval()
    for _ in range(count):
        net(normalise(next(batches)[0]))
    for hook in hooks:
        hook.remove()
    for norm, rows in sums.items():
        mean, square = torch.stack(rows).mean(0)
        variance = (square - mean.square()).clamp(min=0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.copy_(mean)
    for convolution, norm, _ in conv_layers(net):
        rescale(convolution, norm)


def rescale(convolution, norm):
    """Scales the weights to the length that PyTorch's initialisation gives, and the statistics with them."""
    scale = (len(convolution.weight) / 3) ** 0.5 / convolution.weight.norm()
    convolution.weight.mul_(scale)
    convolution.bias.mul_(scale)
    norm.running_mean.mul_(scale)
    norm.running_var.mul_(scale**2)


def norms(net):
    return [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
