"""Turns the fp32 ONNX into a QDQ ONNX for the engine's integer kernels.

In:  `base.onnx` or `small.onnx` and pictures to calibrate on (training views, never validation). Out: the same, `-int8`.

The scheme, every step written out so that any ONNX runtime computes the same:
  image          u8, zero point 108, scale 5 / 256: the normalised picture
  activations    u8, zero point 0, values 0 to 127: Clip(0, 127 s), in the place of Relu or ReLU6, then QuantizeLinear(s)
  bottlenecks    of EfficientNet, linear, and their sums: u8, values 0 to 127, zero point z: Clip(-z s, (127 - z) s)
  weights        i8 in [-127, 127], zero point 0, one scale per output channel
  biases         i32, scale s_input * s_weight[channel]
  MaxPool, Resize, Concat keep the scale of their inputs; Resize rounds back to u8
  but the Resize of a block's sum, and the Concat behind it, stay f32 until their convolution: the engine never forms them
  Concat         its two inputs share one scale
  the side outputs, their Resize, the fuse convolution and the sigmoid stay f32
A range is chosen to minimise the mean square error of its tensor over the calibration pictures, in which what is cut
off counts more than what is rounded (`calibrate.py`).

Every scale is a small whole number times a power of two, and so is s_input * s_weight / s_output. Sums of
products are then exact in float32, whatever their order, and so are ties when they are rounded: a runtime that
computes this file in floats and the engine, which computes in integers, agree in every activation.
"""

import argparse
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from nets.normalise import MEAN, STD
from nets.warm_start import read_folded
from paths import DATA, MODELS
from ship.calibrate import CUT, DEEP, DEEP_CUT, histograms, mse_scale
from ship.compact import whole
from ship.export import PRODUCER

LEVELS = 127
ACTIVATIONS = ("Relu", "Clip")
# Black, in red: the lowest value of a normalised picture.
IMAGE_LOW = -MEAN[0] / STD[0]
IMAGE_SCALE = 5 / 256
IMAGE_ZERO = round(-IMAGE_LOW / IMAGE_SCALE)
# Of the 24 bits of a float32's whole numbers: 127 output steps take 7, sums twice as large 1, the output's scale up to
# 3; the rest are below one step. Sixteenths, where the input is upsampled, take 4; their sums stay within 127 steps.
SUM_BITS, UPSAMPLED_SUM_BITS, SIDE_BITS = 16, 14, 21


class Writer:
    """Walks the fp32 graph and emits the QDQ one. `chosen[name]` is the scale and the zero point of a quantised value."""

    def __init__(self, model, chosen, clip=True):
        self.model, self.clip = model, clip
        self.scale = {"image": IMAGE_SCALE, **{name: s for name, (s, _) in chosen.items()}}
        self.zero = {"image": IMAGE_ZERO, **{name: z for name, (_, z) in chosen.items()}}
        self.weights = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        self.nodes, self.tensors, self.now = [], {}, {}
        self.activation = {n.input[0]: n.output[0] for n in model.graph.node if n.op_type in ACTIVATIONS}
        self.unrounded = set()

    def constant(self, name, array):
        self.tensors[name] = numpy_helper.from_array(np.asarray(array, order="C"), name)
        return name

    def emit(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def quantised(self, name, value):
        """Wraps f32 `value` in Quantize and Dequantize at the scale of `name`."""
        zero = self.zero[name]
        s = self.constant(f"{name}.s", np.float32(self.scale[name]))
        z = self.constant(f"zero_{zero}", np.uint8(zero))
        value = self.emit("QuantizeLinear", [value, s, z], f"{name}.q")
        self.now[name] = self.emit("DequantizeLinear", [value, s, z], f"{name}.dq")

    def convolution(self, node):
        source, weight_name, bias_name = node.input
        inputs = [self.now.get(source, source), weight_name, bias_name]
        if source in self.scale:
            q, s = quantise_weight(self.weights[weight_name], self.weight_step(source, node.output[0]))
            inputs[1] = self.dequantised(weight_name, q, s)
            bias_scale = (np.float32(self.scale[source]) * s).astype(np.float32)
            bias = np.clip(np.rint(self.weights[bias_name].astype(np.float64) / bias_scale), -(2**31), 2**31 - 1)
            inputs[2] = self.dequantised(bias_name, bias.astype(np.int32), bias_scale)
        else:
            for name in (weight_name, bias_name):
                self.constant(name, self.weights[name])
        output = self.emit("Conv", inputs, node.output[0], **attributes_of(node))
        if output in self.scale:
            self.quantised(output, self.limited(output, output))

    def weight_step(self, source, output):
        """What the weight scales between these two tensors are multiples of."""
        target = self.activation.get(output, output)
        if target not in self.scale:
            return exact_step(self.scale[source], 1, SIDE_BITS)
        bits = UPSAMPLED_SUM_BITS if source in self.unrounded else SUM_BITS
        return exact_step(self.scale[source], self.scale[target], bits)

    def dequantised(self, name, q, s):
        zero = self.constant(f"{name}.z", np.zeros(len(q), q.dtype))
        return self.emit(
            "DequantizeLinear", [self.constant(f"{name}.q", q), self.constant(f"{name}.s", s), zero], f"{name}.dq", axis=0
        )

    def same_scale(self, node):
        """MaxPool, Resize and Concat: the output is quantised as the inputs are, or stays f32."""
        inputs = [self.now.get(n, n) for n in node.input]
        for name in node.input:
            if name in self.weights:
                self.constant(name, self.weights[name])
        output = self.emit(node.op_type, inputs, node.output[0], **attributes_of(node))
        scales = {self.scale[n] for n in node.input if n in self.scale}
        if scales:
            if len(scales) > 1:
                raise ValueError(f"{node.name}: inputs have scales {sorted(scales)}")
            self.scale[output], self.zero[output] = scales.pop(), 0
            is_sum = node.op_type == "Resize" and node.input[0].endswith(".Add")
            if self.clip and (is_sum or self.unrounded.intersection(node.input)):
                self.unrounded.add(output)
            else:
                self.quantised(output, output)

    def limited(self, name, value):
        """`value` within the 127 steps of the scale of `name`."""
        scale, zero = np.float32(self.scale[name]), self.zero[name]
        low = self.constant(f"{name}.low" if zero else "nought", -np.float32(zero) * scale)
        top = self.constant(f"{name}.top", np.float32(LEVELS - zero) * scale)
        return self.emit("Clip", [value, low, top], f"{name}.clip")

    def write(self):
        self.quantised("image", "image")
        for node in self.model.graph.node:
            if node.op_type == "Conv":
                self.convolution(node)
            elif node.op_type in (*ACTIVATIONS, "Add"):
                output, value = node.output[0], node.input[0]
                if node.op_type == "Add" or not self.clip:
                    for name in node.input[1:]:
                        if name in self.weights:
                            self.constant(name, self.weights[name])
                    value = self.emit(node.op_type, [self.now.get(n, n) for n in node.input], output)
                self.quantised(output, self.limited(output, value) if self.clip else value)
            elif node.op_type in ("MaxPool", "Resize", "Concat"):
                self.same_scale(node)
            else:
                self.emit(node.op_type, [self.now.get(n, n) for n in node.input], node.output[0])
        graph = helper.make_graph(
            self.nodes, "cleancut-int8", self.model.graph.input, self.model.graph.output, list(self.tensors.values())
        )
        model = helper.make_model(graph, opset_imports=self.model.opset_import, producer_name=PRODUCER)
        model.ir_version = self.model.ir_version
        onnx.checker.check_model(model)
        return model


def exact_step(source, target, bits):
    """The finest weight scale whose sums, multiples of `source` times it, are whole to `bits` bits below `target`."""
    step = Fraction(target) / Fraction(source) / 2 ** (bits - odd(Fraction(target).numerator).bit_length())
    return float(step * odd(step.denominator))


def odd(n):
    """`n` without its factors of two."""
    return n // (n & -n)


def quantise_weight(w, step):
    """[c_out, c_in, 3, 3] f32 -> i8 of that shape in [-127, 127] and scales [c_out] f32, multiples of `step`, by
    least square error."""
    flat = w.reshape(len(w), -1).astype(np.float64)
    top = np.maximum(np.abs(flat).max(1), 1e-8)
    best, error = None, np.full(len(w), np.inf)
    for part in np.linspace(0.7, 1.0, 31):
        s = np.ceil(top * part / 127 / step) * step
        e = ((np.clip(np.rint(flat / s[:, None]), -127, 127) * s[:, None] - flat) ** 2).sum(1)
        best = s if best is None else np.where(e < error, s, best)
        error = np.minimum(e, error)
    s = best.astype(np.float32)
    q = np.clip(np.rint(w / s.reshape(-1, 1, 1, 1)), -127, 127).astype(np.int8)
    return q, s


def attributes_of(node):
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def shared(model):
    """Pairs of quantised tensors that must have one scale because they meet in a Concat."""
    origin = {}
    pairs = []
    for node in model.graph.node:
        if node.op_type in (*ACTIVATIONS, "Add"):
            origin[node.output[0]] = node.output[0]
        elif node.op_type in ("MaxPool", "Resize"):
            origin[node.output[0]] = origin.get(node.input[0])
        elif node.op_type == "Concat" and all(origin.get(n) for n in node.input):
            pairs.append(tuple(origin[n] for n in node.input))
    return pairs


def scales(model, seen):
    """{tensor: (scale, zero point)}; `seen` holds a histogram for each."""
    pairs = shared(model)
    single = set(seen).difference(*pairs)
    chosen = {}
    for group in (*pairs, *((name,) for name in single)):
        cut = DEEP_CUT if any(name.startswith(DEEP) for name in group) else CUT
        chosen.update(dict.fromkeys(group, mse_scale([seen[name] for name in group], LEVELS, cut)))
    return chosen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODELS / "base.onnx")
    parser.add_argument("--out", type=Path, default=MODELS / "base-int8.onnx")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--pictures", type=int, default=192)
    parser.add_argument("--no-clip", action="store_true", help="leave Clip out: onnxruntime fuses more, values reach 255")
    args = parser.parse_args()
    fp32 = whole(args.model)
    seen = histograms(read_folded(args.model), args.data, args.pictures)
    onnx.save(Writer(fp32, scales(fp32, seen), clip=not args.no_clip).write(), args.out)
    print(f"{args.out}: {args.out.stat().st_size} bytes")
