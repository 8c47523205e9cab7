"""What runs a file: onnxruntime, and the engine as a program, which `cargo build --release --example saliency` makes.

In:  rgb [h, w, 3] u8. Out: saliency [h, w] f32.
"""

import subprocess

import numpy as np
import onnxruntime
import torch

from nets.normalise import normalise
from paths import BUILT

PROGRAM = BUILT / "examples/saliency"
OPTIMISED = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
AS_WRITTEN = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL


def session(model, threads=2, level=OPTIMISED):
    """`model`: a path, or an ONNX file's bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = level
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def saliency(model, rgb):
    """`model`: a session."""
    image = normalise(torch.from_numpy(rgb).permute(2, 0, 1)[None]).numpy()
    return model.run(["saliency"], {"image": image})[0][0, 0]


class Engine:
    def __init__(self, program, model, side=320):
        self.side = side
        self.process = subprocess.Popen(
            [program, model, str(side)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, rgb):
        if rgb.shape != (self.side, self.side, 3):
            raise ValueError(f"the picture is {rgb.shape}, the engine runs at {self.side} px")
        self.process.stdin.write(np.ascontiguousarray(rgb).tobytes())
        self.process.stdin.flush()
        bytes_ = self.process.stdout.read(4 * self.side**2)
        if len(bytes_) < 4 * self.side**2:
            raise RuntimeError("the engine ended; its reason stands above")
        return np.frombuffer(bytes_, "<f4").reshape(self.side, self.side)
