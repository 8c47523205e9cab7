"""Exports the small networks of `nets/families.py`, in the ways that others export theirs, with onnxruntime's answers.

Out: `tests/fixtures/onnx/NAME.onnx` and `NAME.u16` [side, side], saliency times 65535, of the picture that
`picture` draws, which `tests/rust/onnx.rs` draws as well. Every file is converted from one opset to another only by
PyTorch; those in float16 by hand: weights, input and output. `red.onnx` tells red things, as saliency and as two
classes.
"""

import argparse
import io

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from nets.families import FAMILIES
from paths import TRAINING
from transformers.nets import NETS

FIXTURES = TRAINING.parent / "tests/fixtures/onnx"
SIDE = 64
# Family, opset, whether height and width are free, whether it is in float16.
WAYS = [
    ("u2net", 11, True, False),
    ("u2net", 17, False, True),
    ("isnet", 13, False, False),
    ("isnet", 16, True, False),
    ("modnet", 11, True, False),
    ("modnet", 18, False, True),
    ("birefnet", 16, False, False),
    ("birefnet", 18, False, False),
    ("segmenter", 17, False, False),
    ("setr-pup", 14, False, False),
    ("setr-mla", 18, False, False),
]
CLASSES = 6


def picture(side=SIDE):
    """[side, side, 3] u8."""
    ys, xs = np.mgrid[:side, :side]
    disc = (xs - 30) ** 2 + (ys - 34) ** 2 < 400
    rgb = np.stack([(xs * 3 + ys) % 200, (ys * 5) % 180, (xs * ys) % 150], -1)
    return np.where(disc[..., None], 255 - rgb // 2, rgb).astype(np.uint8)


def feed(name, rgb):
    """As the preset `name` of `src/engine/onnx/presets.rs` says."""
    values = rgb.astype(np.float32) / (max(rgb.max(), 1) if name == "u2net" else 255)
    mean, deviation = {
        "u2net": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        "isnet": ((0.5,) * 3, (1,) * 3),
        "modnet": ((0.5,) * 3, (0.5,) * 3),
        "birefnet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    }.get(name, ((0.5,) * 3, (0.5,) * 3))
    values = (values - np.float32(mean)) / np.float32(deviation)
    return values.transpose(2, 0, 1)[None].astype(np.float32)


def network(name):
    torch.manual_seed(7)
    if name in NETS:
        net = NETS[name](CLASSES, SIDE, width=24, depth=4, heads=2, **({} if name == "segmenter" else {"c": 8}))
        if name != "segmenter":
            net.classes.weight.data *= 30
        return net.eval()
    net = FAMILIES[name]()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
        elif isinstance(module, torch.nn.Conv2d) and module.out_channels == 1:
            # Logits that reach from one end of saliency to the other.
            module.weight.data *= 40 if name != "birefnet" else 4
    return net.eval()


def export(name, opset, is_free):
    axes = {"image": {2: "height", 3: "width"}} if is_free else None
    file = io.BytesIO()
    torch.onnx.export(
        network(name), torch.zeros(1, 3, SIDE, SIDE), file, opset_version=opset, input_names=["image"],
        dynamic_axes=axes, dynamo=False,
    )
    return onnx.load_from_string(file.getvalue())


def to_half(model):
    graph = model.graph
    for tensor in [*graph.initializer, *(a.t for node in graph.node for a in node.attribute if a.HasField("t"))]:
        if tensor.data_type == TensorProto.FLOAT:
            # Scales of Resize stay as they are.
            users = [node.op_type for node in graph.node if tensor.name in node.input]
            if "Resize" not in users:
                tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    for value in [*graph.input, *graph.output]:
        value.type.tensor_type.elem_type = TensorProto.FLOAT16
    del graph.value_info[:]
    return model


def red():
    """What has more red than green, by .25 and more; values of 0 to 1."""
    weights = numpy_helper.from_array(np.float32([[0, 0, 0], [12, -12, 0]]).reshape(2, 3, 1, 1), "weights")
    bias = numpy_helper.from_array(np.float32([0, -3]), "bias")
    ones = numpy_helper.from_array(np.float32([-1, 1]).reshape(1, 2, 1, 1), "ones")
    nodes = [
        helper.make_node("Conv", ["image", "weights", "bias"], ["classes"]),
        helper.make_node("Conv", ["classes", "ones"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["saliency"]),
    ]
    values = {"image": 3, "saliency": 1, "classes": 2}
    values = {n: helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, c, "h", "w"]) for n, c in values.items()}
    outputs = [values["saliency"], values["classes"]]
    graph = helper.make_graph(nodes, "red", [values["image"]], outputs, [weights, bias, ones])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)


def answer(model, name, image):
    kind = np.float16 if model.graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT16 else np.float32
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    saliency = session.run(None, {"image": image.astype(kind)})[0].astype(np.float32)[0]
    if name in NETS:
        shares = np.exp(saliency - saliency.max(0))
        return shares[1] / shares.sum(0)
    saliency = saliency[0]
    return 1 / (1 + np.exp(-saliency)) if name == "birefnet" else saliency


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    FIXTURES.mkdir(exist_ok=True)
    (FIXTURES / "red.onnx").write_bytes(red().SerializeToString())
    for name, opset, is_free, is_half in WAYS:
        model = export(name, opset, is_free)
        expected = answer(model, name, feed(name, picture()))
        if is_half:
            model = to_half(model)
        file = FIXTURES / f"{name}-{opset}{'-half' if is_half else ''}.onnx"
        file.write_bytes(model.SerializeToString())
        (FIXTURES / f"{file.stem}.u16").write_bytes((expected * 65535).round().astype("<u2").tobytes())
        operators = sorted({node.op_type for node in model.graph.node})
        print(file.name, file.stat().st_size, f"{expected.min():.3f} to {expected.max():.3f}", " ".join(operators))
