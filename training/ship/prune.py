"""Leaves out of an ONNX what its saliency does not depend on, as the engine does when it reads one.

In:  an ONNX of `export.py` or `quantise.py`. Out: the same function in fewer nodes: sides whose weight in the last
     convolution is 0 are not concatenated, and what then reaches no output is not there.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def prune(model):
    """In place."""
    graph = model.graph
    tensors = {t.name: t for t in graph.initializer}
    by_output = {n.output[0]: n for n in graph.node}
    fuse = by_output["fuse"]
    sides, weight = by_output[fuse.input[0]], tensors[fuse.input[1]]
    values = numpy_helper.to_array(weight)
    counts = np.flatnonzero(values[0, :, 0, 0])
    kept = [sides.input[i] for i in counts]
    del sides.input[:]
    sides.input.extend(kept)
    weight.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values[:, counts]), weight.name))
    needed, left = {o.name for o in graph.output}, []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            left.insert(0, node)
    del graph.node[:]
    graph.node.extend(left)
    initialisers = [t for t in graph.initializer if t.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(initialisers)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    onnx.save(prune(onnx.load(args.model)), args.out)
    print(f"{args.out}: {args.out.stat().st_size} bytes")
