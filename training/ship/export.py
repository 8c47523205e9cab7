"""Writes a trained network as a plain ONNX, opset 17, f32 or, half the size, with weights kept in f16.

In:  checkpoints of `train.py` (their averaged networks) or files written here; of several, the weighed mean of their
     weights (model soups, Wortsman et al. 2022, arXiv 2203.05482). Out: `image` [1, 3, h, w] -> `saliency` [1, 1, h, w] in [0, 1].
Batch norms are folded into the convolutions, padding is a Conv's own. h and w are dynamic, multiples of 32: every Resize
has a constant scale, so the graph holds no Shape arithmetic. Nodes: Conv, Relu, Clip, MaxPool, Resize, Concat, Add,
Sigmoid; with f16 a Cast behind each weight.
"""

import argparse
import warnings
from pathlib import Path

import onnx
import torch
import torch.nn as nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from nets.blocks import conv_layers
from nets.kinds import KINDS, kind_of
from nets.lite import Conv
from nets.warm_start import load_convolutions, read_folded
from paths import MODELS, RUNS
from ship.compact import halved

PRODUCER = "cleancut training"
ALLOWED = {"Conv", "Relu", "Clip", "MaxPool", "Resize", "Concat", "Add", "Sigmoid"}


class Saliency(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.n = net
        self.enlarge = nn.Upsample(scale_factor=2.0, mode="bilinear")

    def forward(self, image):
        return self.enlarge(self.n(image)[0]).sigmoid()


def fold(net):
    """Replaces (conv, norm, relu) by (folded conv, relu), in place."""
    for block in conv_layers(net):
        block[0] = fuse_conv_bn_eval(block[0], block[1])
        block[1] = nn.Identity()
    for convolution in net.modules():
        if isinstance(convolution, Conv):
            convolution.fold()
    return net


def export(net, path, half=False):
    model = Saliency(fold(net.eval().cpu().to(memory_format=torch.contiguous_format)))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Constant folding")
        torch.onnx.export(
            model,
            torch.zeros(1, 3, 320, 320),
            str(path),
            opset_version=17,
            input_names=["image"],
            output_names=["saliency"],
            dynamic_axes={"image": {2: "height", 3: "width"}, "saliency": {2: "height", 3: "width"}},
            dynamo=False,
        )
    graph = tidy(onnx.load(path))
    graph = halved(graph) if half else graph
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def tidy(model):
    """Constants become initialisers, values get short names, shape notes go."""
    graph = model.graph
    constants = {}
    for node in [n for n in graph.node if n.op_type == "Constant"]:
        constants[node.output[0]] = node.attribute[0].t
        graph.node.remove(node)
    merge_padding(graph)
    kinds = {n.op_type for n in graph.node}
    if kinds - ALLOWED:
        raise ValueError(f"unexpected nodes: {sorted(kinds - ALLOWED)}")
    names = {"image": "image", "saliency": "saliency", "": ""}
    scales = {}
    for node in graph.node:
        for i, name in enumerate(node.input):
            if name in constants:
                scales.setdefault(constants[name].raw_data, (f"scales_{len(scales)}", constants[name]))
                node.input[i] = scales[constants[name].raw_data][0]
            elif name in names:
                node.input[i] = names[name]
            else:
                node.input[i] = name.removeprefix("n.")
        node.name = short_name(node)
        node.output[0] = names.setdefault(node.output[0], node.name)
    for tensor in graph.initializer:
        tensor.name = tensor.name.removeprefix("n.")
    for name, tensor in scales.values():
        tensor.name = name
        graph.initializer.append(tensor)
    del graph.value_info[:]
    model.producer_name, model.producer_version = PRODUCER, ""
    return model


def merge_padding(graph):
    """Pad goes, and what computes its widths; the convolution behind it does it, as `lite.Conv.pads` says."""
    padded = {n.output[0]: n.input[0] for n in graph.node if n.op_type == "Pad"}
    for node in graph.node:
        if node.op_type == "Conv" and node.input[0] in padded:
            attributes = {a.name: a for a in node.attribute}
            (kernel, _), (stride, _) = attributes["kernel_shape"].ints, attributes["strides"].ints
            before = (kernel - stride) // 2
            node.input[0] = padded[node.input[0]]
            attributes["pads"].ints[:] = [before] * 2 + [kernel - stride - before] * 2
    unread = True
    while unread:
        read = {name for node in graph.node for name in node.input} | {o.name for o in graph.output}
        unread = [n for n in graph.node if n.output[0] not in read]
        for node in unread:
            graph.node.remove(node)


def short_name(node):
    """`dec.0.inp` for the convolution of that name, `dec.0.inp.relu` behind it, `dec.0.MaxPool_1` for the rest."""
    if node.op_type == "Conv":
        return node.input[1].removesuffix(".weight").removesuffix(".0")
    if node.op_type in ("Relu", "Clip"):
        return node.input[0] + ".relu"
    return node.name.removeprefix("/").removeprefix("n/").replace("/", ".")


def read(path):
    """The network of a checkpoint or of an ONNX of this project."""
    if path.suffix == ".onnx":
        return read_folded(path)
    state = torch.load(path, map_location="cpu")["ema"]
    net = KINDS[kind_of(state)]()
    net.load_state_dict(state)
    return net.eval()


def mean_of(parts):
    """The network whose weights, batch norms folded in, are the mean of those in `parts`, [(path, share)]."""
    total = sum(share for _, share in parts)
    mean = {}
    for path, share in parts:
        for name, value in fold(read(path)).state_dict().items():
            mean[name] = mean.get(name, 0) + value * (share / total)
    net = KINDS[kind_of(mean)]().eval()
    load_convolutions(net, mean)
    return net


def part(text):
    """`FILE` or `FILE=SHARE`."""
    path, _, share = text.partition("=")
    return Path(path), float(share or 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", type=part, nargs="*", default=[(RUNS / "main/last.pt", 1)], metavar="FILE[=SHARE]")
    parser.add_argument("--out", type=Path, default=MODELS / "base.onnx")
    parser.add_argument("--half", action="store_true", help="keep the weights in f16")
    args = parser.parse_args()
    export(mean_of(args.networks), args.out, args.half)
    print(f"{args.out}: {args.out.stat().st_size} bytes")
