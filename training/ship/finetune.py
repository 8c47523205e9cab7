"""Fine-tunes the whole numbers of an int8 file, their rounding in the loop (Jacob et al. 2018, arXiv 1712.05877).

In:  `NAME-int8.onnx` of `quantise.py`, `NAME.onnx` it was made of, training views. Out: the int8 file, weights and biases
     changed; graph, scales and zero points stay, and with them what `quantise.py` says about exactness.
Every rounding lets gradients through as if it were none (Bengio et al. 2013, arXiv 1308.3432), every Clip stops them where it
cuts. What is learned is the mean of a view's mask and of what `NAME.onnx` finds: what rounding took away, not new pictures.
"""

import argparse
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper

from data.batches import batches
from data.pictures import read_backgrounds, read_folders
from data.split import read_split
from learn.loss import loss
from nets.normalise import normalise
from nets.warm_start import read_folded
from paths import DATA, MODELS
from ship.compact import whole
from ship.exact import STEPS
from ship.quantise import LEVELS

SIDE, BATCH, LOG_EVERY = 320, 8, 20
# The first rate of Adam (Kingma and Ba 2015, arXiv 1412.6980), in steps of a weight.
RATE = 0.02


def rounded(x):
    return x + (x.round() - x).detach()


def quantise(_, x, scale, zero):
    return rounded(x / scale) + zero


class Rounded(torch.nn.Module):
    """An int8 file with weights that move: `numbers[name]` counts in `units` of the file's whole numbers."""

    def __init__(self, int8, fp32):
        super().__init__()
        self.model = onnx.load(int8)
        arrays = {t.name: numpy_helper.to_array(t) for t in self.model.graph.initializer}
        before = {t.name: numpy_helper.to_array(t) for t in whole(fp32).graph.initializer}
        self.constants = {name: torch.from_numpy(a.astype(np.float32)) for name, a in arrays.items()}
        self.numbers, self.units = {}, {}
        for name in (name for name in arrays if name.endswith(".q")):
            source = name.removesuffix(".q")
            scale = self.constants[f"{source}.s"]
            # A bias counts as the largest weight on one step of the input does.
            self.units[name] = LEVELS if arrays[name].dtype == np.int32 else 1
            steps = torch.tensor(before[source]) / scale.reshape(-1, *[1] * (before[source].ndim - 1))
            self.numbers[name] = torch.nn.Parameter(steps / self.units[name])

    def whole_numbers(self, name):
        steps = rounded(self.numbers[name] * self.units[name])
        return steps.clamp(-LEVELS, LEVELS) if self.units[name] == 1 else steps

    def forward(self, image):
        """image [n, 3, h, w] f32, normalised -> logits [n, 1, h, w]."""
        values = {**self.constants, **{name: self.whole_numbers(name) for name in self.numbers}, "image": image}
        for node in self.model.graph.node:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            inputs = [values[n] if n else None for n in node.input]
            if node.op_type == "Sigmoid":
                return inputs[0]
            step = quantise if node.op_type == "QuantizeLinear" else STEPS[node.op_type]
            values[node.output[0]] = step(attributes, *inputs)

    @torch.no_grad()
    def save(self, path):
        for tensor in self.model.graph.initializer:
            if tensor.name in self.numbers:
                kind = numpy_helper.to_array(tensor).dtype
                tensor.CopyFrom(numpy_helper.from_array(self.whole_numbers(tensor.name).numpy().astype(kind), tensor.name))
        onnx.checker.check_model(self.model)
        onnx.save(self.model, path)


def finetune(net, teacher, source, steps, rate):
    optimiser = torch.optim.Adam(net.numbers.values(), rate)
    values = []
    for step, (images, masks, _) in enumerate(islice(source, steps)):
        x = normalise(images[:, 0]).to(memory_format=torch.channels_last)
        with torch.no_grad():
            found = F.interpolate(teacher(x)[0], x.shape[2:], mode="bilinear", align_corners=False).sigmoid()
        optimiser.param_groups[0]["lr"] = rate * (1 - step / steps)
        optimiser.zero_grad()
        value = loss([net(x)], (masks[:, 0] / 255 + found) / 2, 0)
        value.backward()
        optimiser.step()
        values.append(value.item())
        if len(values) == LOG_EVERY:
            print(f"{(step + 1) * BATCH} views: {np.mean(values):.4f}", flush=True)
            values = []


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODELS / "base.onnx")
    parser.add_argument("--int8", type=Path, default=MODELS / "base-int8.onnx")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--views", type=int, default=4000)
    parser.add_argument("--rate", type=float, default=RATE)
    args = parser.parse_args()
    split = read_split()
    source = batches(read_folders(args.data, split), read_backgrounds(args.data, split), SIDE, BATCH, 11, 1, 1)
    net = Rounded(args.int8, args.model)
    finetune(net, read_folded(args.model), source, args.views // BATCH, args.rate)
    net.save(args.out)
