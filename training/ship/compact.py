"""Weights kept in half the bytes: f16 in the file, a Cast to f32 behind each.

In, out: an ONNX of `export.py`. Inputs, outputs and all sums stay f32.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CAST = ".f32"


def halved(model):
    """In place: `NAME` becomes f16, and its readers read `NAME.f32`."""
    graph = model.graph
    names = [t.name for t in graph.initializer if t.data_type == TensorProto.FLOAT and t.name.endswith((".weight", ".bias"))]
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    replace(graph, {n: tensors[n].astype(np.float16) for n in names}, {n: n + CAST for n in names})
    for name in reversed(names):
        graph.node.insert(0, helper.make_node("Cast", [name], [name + CAST], name=name + CAST, to=TensorProto.FLOAT))
    return model


def whole(path):
    """The model of a file, its weights f32 and the Casts behind them gone."""
    model = onnx.load(path)
    graph = model.graph
    casts = [n for n in graph.node if n.op_type == "Cast"]
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    for node in casts:
        graph.node.remove(node)
    names = [n.input[0] for n in casts]
    replace(graph, {n: tensors[n].astype(np.float32) for n in names}, {n + CAST: n for n in names})
    return model


def replace(graph, tensors, renamed):
    """Other values for some initialisers, other names for some inputs."""
    for tensor in graph.initializer:
        if tensor.name in tensors:
            tensor.CopyFrom(numpy_helper.from_array(tensors[tensor.name], tensor.name))
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = renamed.get(name, name)
