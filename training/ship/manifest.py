"""Writes `models/manifest.json`: what each shipped file is, with its hash."""

import argparse
import hashlib
import json
from pathlib import Path

import onnx

from paths import MODELS

F16 = "none; weights kept in f16"
INT8 = (
    "QDQ; weights i8 [-127, 127] per output channel; activations u8 [0, 127], zero point 0, of linear bottlenecks and their sums even, "
    "per tensor; image u8, zero point 108; biases i32; sides, fuse and sigmoid f32; scales that float32 sums exactly"
)
QUANTISATION = {
    "base.onnx": F16,
    "base-int8.onnx": INT8,
    "small.onnx": F16,
    "small-int8.onnx": INT8,
}
# What the crate is built for, and what is used when no name is given.
SHIPPED = {"base": "base-int8.onnx", "small": "small-int8.onnx"}
DEFAULT = "base"


def entry(path):
    data = path.read_bytes()
    model = onnx.load_from_string(data)
    return {
        "name": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "precision": "int8" if QUANTISATION[path.name] == INT8 else "fp32 of f16",
        "producer": model.producer_name,
        "opset": model.opset_import[0].version,
        "input": "image [1, 3, h, w] f32: RGB / its maximum, ImageNet mean and deviation; h, w multiples of 32",
        "output": "saliency [1, 1, h, w] f32 in [0, 1]",
        "quantisation": QUANTISATION[path.name],
        "licence": "MIT OR Apache-2.0",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=MODELS)
    models = parser.parse_args().models
    files = [entry(models / name) for name in QUANTISATION]
    manifest = {"files": files, "shipped": SHIPPED, "default": DEFAULT}
    (models / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
