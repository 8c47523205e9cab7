"""The engine as a program: `cargo build --release --example saliency` makes it.

In:  rgb [side, side, 3] u8. Out: saliency [side, side] f32.
"""

import subprocess
from pathlib import Path

import numpy as np

PROGRAM = Path(__file__).parent / "../target/release/examples/saliency"


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
