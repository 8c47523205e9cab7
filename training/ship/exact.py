"""A QDQ ONNX computed in float64, value by value as the file says: what onnxruntime approximates in float32.

In:  a model of `quantise.py` and image [1, 3, h, w]. Out: {name: array}, u8 of every quantised tensor, and the saliency.
"""

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper


class Exact:
    def __init__(self, path):
        graph = onnx.load(path).graph
        self.nodes = list(graph.node)
        self.constants = {
            t.name: torch.from_numpy(numpy_helper.to_array(t).astype(np.float64)) for t in graph.initializer
        }

    @torch.no_grad()
    def run(self, image):
        values = dict(self.constants, image=torch.from_numpy(image.astype(np.float64)))
        for node in self.nodes:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            inputs = [values[n] if n else None for n in node.input]
            values[node.output[0]] = STEPS[node.op_type](attributes, *inputs)
        quantised = [n.output[0] for n in self.nodes if n.op_type == "QuantizeLinear"]
        return {name: values[name].byte().numpy() for name in quantised} | {"saliency": values["saliency"].numpy()}


def quantise(_, x, scale, zero):
    return (torch.round(x / scale) + zero).clamp(0, 255)


def dequantise(_, q, scale, zero):
    shape = (-1,) + (1,) * (q.dim() - 1) if scale.numel() > 1 else ()
    return (q - zero.reshape(shape)) * scale.reshape(shape)


def convolve(a, x, weight, bias):
    top, left, bottom, right = a.get("pads", [0] * 4)
    x = F.pad(x, (left, right, top, bottom))
    return F.conv2d(x, weight, bias, a.get("strides", 1), 0, a.get("dilations", 1), a.get("group", 1))


def resize(_, x, __, factors):
    return F.interpolate(x, scale_factor=factors[2:].tolist(), mode="bilinear", align_corners=False)


STEPS = {
    "QuantizeLinear": quantise,
    "DequantizeLinear": dequantise,
    "Conv": convolve,
    "Relu": lambda _, x: x.relu(),
    "Clip": lambda _, x, low, high: x.clamp(low.item(), high.item()),
    "MaxPool": lambda _, x: F.max_pool2d(x, 2, 2, ceil_mode=True),
    "Resize": resize,
    "Concat": lambda _, *maps: torch.cat(maps, 1),
    "Add": lambda _, a, b: a + b,
    "Sigmoid": lambda _, x: x.sigmoid(),
}
