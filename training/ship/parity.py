"""How far the engine is from onnxruntime on the same int8 file, and both from the file's exact value.

In:  an int8 ONNX and every n-th validation picture. Out: a markdown table on the terminal. `near` is the share of
pixels whose saliency is within 1/127: the mean over the pictures and the worst one.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from data.split import read_split
from measure.runtimes import AS_WRITTEN, OPTIMISED, PROGRAM, Engine, session
from measure.validation import validation_sets
from nets.normalise import normalise
from paths import DATA, MODELS
from ship.exact import Exact

NEAR = 1 / 127
LEVELS = {"onnxruntime": OPTIMISED, "onnxruntime, unoptimised": AS_WRITTEN}


def brightest_to_white(rgb):
    """As the engine does it, so that every runtime gets the same picture."""
    top = max(int(rgb.max()), 1)
    return ((rgb.astype(np.uint32) * 255 + top // 2) // top).astype(np.uint8)


def with_activations(model):
    """Every quantised tensor is an output as well; returns their names."""
    names = [n.output[0] for n in model.graph.node if n.op_type == "QuantizeLinear"]
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.UINT8, None) for name in names)
    return names


def differing_activations(path, images, exact):
    """{tensor: share of its values that onnxruntime rounds otherwise than the exact file}, tensors without any left out."""
    model = onnx.load(path)
    names = with_activations(model)
    runtime = session(model.SerializeToString(), level=AS_WRITTEN)
    shares = {}
    for image, values in zip(images, exact):
        for name, found in zip(names, runtime.run(names, {"image": image})):
            shares[name] = shares.get(name, 0) + (found != values[name]).mean() / len(exact)
    return {name: share for name, share in shares.items() if share > 0}


def table(pairs):
    lines = ["| compared | pictures | near, mean | near, worst | 99.9 % within | largest |", "|---" * 6 + "|"]
    for name, differences in pairs.items():
        near = [(d <= NEAR).mean() for d in differences]
        within = max(np.quantile(d, 0.999) for d in differences)
        largest = max(d.max() for d in differences)
        lines.append(
            f"| {name} | {len(near)} | {np.mean(near):.5f} | {min(near):.5f} | {within:.6f} | {largest:.6f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, nargs="?", default=MODELS / "base-int8.onnx")
    parser.add_argument("--program", type=Path, default=PROGRAM, help="the engine")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--step", type=int, default=8, help="every n-th picture")
    parser.add_argument("--exact", type=int, default=3, help="how many of them to compute exactly (slow)")
    args = parser.parse_args()
    sets = validation_sets(args.data, read_split(), args.step)
    pictures = [brightest_to_white(rgb) for rgbs, _ in sets.values() for rgb in rgbs]
    images = [normalise(torch.from_numpy(rgb).permute(2, 0, 1)[None]).numpy() for rgb in pictures]
    found = {"engine": list(map(Engine(args.program, args.model).run, pictures))}
    for name, level in LEVELS.items():
        runtime = session(args.model, level=level)
        found[name] = [runtime.run(["saliency"], {"image": image})[0][0, 0] for image in images]
    some = np.linspace(0, len(images) - 1, args.exact).astype(int)
    exact = Exact(args.model)
    values = [exact.run(images[i]) for i in some]
    pairs = {
        f"engine, {name}": [np.abs(a - b) for a, b in zip(found["engine"], found[name])] for name in LEVELS
    }
    pairs |= {
        f"{name}, exact": [np.abs(maps[i] - v["saliency"][0, 0]) for i, v in zip(some, values)]
        for name, maps in found.items()
    }
    print(table(pairs))
    shares = differing_activations(args.model, [images[i] for i in some], values)
    print(f"\nquantised tensors in which onnxruntime and the exact file differ: {len(shares)}")
    for name, share in shares.items():
        print(f"  {name}: {share:.1e}")
