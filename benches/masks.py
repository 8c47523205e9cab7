"""A csv of 2 GB into masks, and their scores: seconds, CPU seconds and memory of the command line.

    python benches/masks.py BINARY FOLDER [COUNT]

COUNT (45,600) pictures of 600 x 800 px, each of seven overlapping garments of some 680 runs, are written to
FOLDER/train.csv, whose masks are then scored against masks of the same csv without one class.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

from catalogue import resident_mb

WIDTH, HEIGHT, ROWS, CLASSES = 600, 800, 7, 46


def garment(chance: random.Random) -> str:
    """Runs down the columns of an upright shape with a ragged outline, two in each column."""
    left, top = chance.randrange(40, 160), chance.randrange(20, 200)
    across, down = chance.randrange(280, 400), chance.randrange(300, 560)
    words = []
    for column in range(left, left + across):
        start = column * HEIGHT + top + 1
        for _ in range(2):
            length = down // 2 - chance.randrange(4, 40)
            words += [str(start), str(length)]
            start += down // 2
    return " ".join(words)


def write(path: Path, count: int) -> None:
    chance = random.Random(1)
    shapes = [garment(chance) for _ in range(500)]
    with path.open("w", encoding="ascii") as out:
        out.write("ImageId,EncodedPixels,Height,Width,ClassId\n")
        for picture in range(count):
            for row in range(ROWS):
                shape = shapes[chance.randrange(len(shapes))]
                out.write(f"{picture:05},{shape},{HEIGHT},{WIDTH},{(picture + row * 7) % CLASSES}\n")


def run(what: str, command: list[str]) -> None:
    began = time.perf_counter()
    child = os.spawnvp(os.P_NOWAIT, command[0], command)
    held = []
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            break
        if resident := resident_mb(child):
            held.append(resident)
        time.sleep(0.5)
    marks = [held[int(share * (len(held) - 1))] for share in (0.1, 0.25, 0.5, 0.75, 1)] if held else []
    print(
        f"{what}: status {os.waitstatus_to_exitcode(status)}, {time.perf_counter() - began:.0f} s, "
        f"{usage.ru_utime + usage.ru_stime:.0f} s of CPU, at most {usage.ru_maxrss / 1024:.0f} MB; "
        f"MB on the way {' '.join(f'{value:.0f}' for value in marks)}",
        flush=True,
    )


def main(binary: str, folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    csv, truth, found = folder / "train.csv", folder / "truth", folder / "found"
    write(csv, count)
    print(f"{csv.stat().st_size / 1e9:.2f} GB, {count * ROWS} rows")
    run("masks", [binary, "masks", str(csv), "-o", f"{truth}/"])
    run("masks --classes", [binary, "masks", str(csv), "-o", f"{folder / 'classes'}/", "--classes", "--shift", "1"])
    run("masks --not 3", [binary, "masks", str(csv), "-o", f"{found}/", "--not", "3"])
    run("score", [binary, "score", f"{found}/", f"{truth}/"])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 45_600)
