"""Photos a second of the command line with one job and two, and of rembg on the same photos.

    python benches/catalogue.py rates BINARY PHOTOS COUNT [PYTHON]
    python benches/catalogue.py memory BINARY PHOTOS COUNT [OPTION ...]

COUNT photos, those of PHOTOS over and over. `rates`: rounds of one run of each kind, one core where there is one
job. PYTHON: one of an environment with `rembg[cpu]`, whose session `u2netp` is given `models/small.onnx`; its
clock starts once that is loaded and has seen a photo. `memory`: what one run holds, MB, after each tenth.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Optional

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3

REMBG = """
import sys, pathlib
from rembg import new_session, remove
session = new_session("u2netp")
photos = sorted(pathlib.Path(sys.argv[1]).iterdir())
remove(photos[0].read_bytes(), session=session)
print("ready", flush=True)
for photo in photos:
    cutout = remove(photo.read_bytes(), session=session)
    (pathlib.Path(sys.argv[2]) / (photo.stem + ".png")).write_bytes(cutout)
"""


def seconds(command: list[str], env: Optional[dict[str, str]]) -> float:
    """From the start to the end; of rembg from the line `ready`."""
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **(env or {})}
    )
    began = time.perf_counter()
    if env:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n", command
        began = time.perf_counter()
    child.communicate()
    return time.perf_counter() - began


def rates(binary: str, photos: Path, output: Path, count: int, python: Optional[str]) -> None:
    kinds: dict[str, tuple[list[str], Optional[dict[str, str]]]] = {}
    for cores in ("0", "0,1"):
        jobs = str(len(cores.split(",")))
        pinned = ["taskset", "-c", cores]
        for model in ("base", "small"):
            words = [str(photos), "-o", f"{output}/", "--quiet", "-j", jobs, "--model", model]
            kinds[f"{model}, {jobs}"] = ([*pinned, binary, *words], None)
        if python:
            models = output.with_name("models")
            models.mkdir(exist_ok=True)
            shutil.copy(ROOT / "models" / "small.onnx", models / "u2netp.onnx")
            env = {"U2NET_HOME": str(models), "MODEL_CHECKSUM_DISABLED": "1", "OMP_NUM_THREADS": jobs}
            kinds[f"rembg, {jobs}"] = ([*pinned, python, "-c", REMBG, str(photos), str(output)], env)
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, (command, env) in kinds.items():
            shutil.rmtree(output, ignore_errors=True)
            output.mkdir()
            found[kind].append(count / seconds(command, env))
    for kind, values in found.items():
        each = " ".join(f"{value:.2f}" for value in values)
        print(f"{kind:10} {statistics.median(values):6.2f} a second ({each})")


def resident_mb(process: int) -> float:
    """What it holds now; 0 once it has ended."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def memory(binary: str, photos: Path, output: Path, count: int, options: list[str]) -> None:
    began, told = time.perf_counter(), 0
    child = subprocess.Popen([binary, str(photos), "-o", f"{output}/", "--quiet", *options])
    while child.poll() is None:
        done = sum(1 for _ in output.glob("*.png")) if output.is_dir() else 0
        if done >= told * count / 10:
            print(f"{done:6} photos {resident_mb(child.pid):6.1f} MB", flush=True)
            told += 1
        time.sleep(0.2)
    print(f"{sum(1 for _ in output.glob('*.png'))} cut-outs, {time.perf_counter() - began:.0f} s")


def main(what: str, binary: str, source: str, count: int, words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        photos, output = Path(folder) / "photos", Path(folder) / "cutouts"
        photos.mkdir()
        sources = sorted(Path(source).glob("*.jpg"))
        for index in range(count):
            shutil.copy(sources[index % len(sources)], photos / f"{index:05}.jpg")
        if what == "rates":
            rates(binary, photos, output, count, words[0] if words else None)
        else:
            memory(binary, photos, output, count, words)


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[1] not in ("rates", "memory"):
        sys.exit(__doc__)
    main(*sys.argv[1:4], int(sys.argv[4]), sys.argv[5:])
