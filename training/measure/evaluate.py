"""Scores ONNX files on the validation sets with onnxruntime, at 320 x 320, and the engine beside them.

In:  one or more ONNX files (`image` [1, 3, 320, 320] -> `saliency`). Out: JSON, and markdown tables on the terminal: the sets,
and how many pictures without a subject are told from those with one.
With `--teacher` the files are scored as one teacher as well (`teacher.py`).
With `--engine FILE` the engine runs FILE on the very same pictures (`runtimes.py` says how it is built).
"""

import argparse
import json
from functools import partial
from pathlib import Path

from data.split import read_split
from measure.metrics import confidence, refused, score, summary
from measure.runtimes import PROGRAM, Engine, saliency, session
from measure.teacher import taught
from measure.validation import empty_pictures, validation_sets
from paths import DATA

COLUMNS = ("iou", "mae", "max_f", "boundary_f", "pixel_accuracy", "miou")


def evaluate(find, sets):
    """`find`: rgb [h, w, 3] u8 -> saliency [h, w] f32."""
    return {
        name: summary([score(find(rgb), mask) for rgb, mask in zip(*pictures)]) for name, pictures in sets.items()
    }


def doubt(find, sets, empty):
    """The bound on the confidence that loses at most 1 % of the pictures of `sets`, and the share of `empty` it refuses."""
    subjects = [confidence(find(rgb)) for images, _ in sets.values() for rgb in images]
    return refused(subjects, [confidence(find(rgb)) for rgb in empty])


def table(results):
    lines = ["| model | set | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for model, sets in results.items():
        for name, row in sets.items():
            lines.append(f"| {model} | {name} | " + " | ".join(f"{row[c]:.4f}" for c in COLUMNS) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--teacher", action="store_true", help="score the files as one teacher, too")
    parser.add_argument("--engine", type=Path, metavar="FILE", help="an int8 file to run in the engine as well")
    parser.add_argument("--program", type=Path, default=PROGRAM, help="the engine")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--step", type=int, default=1, help="score every n-th picture only")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    pictures = validation_sets(args.data, read_split(), args.step)
    finders = {path.stem: partial(saliency, session(path, args.threads)) for path in args.models}
    if args.teacher:
        finders["teacher"] = partial(taught, [*finders.values()])
    if args.engine:
        finders[f"engine, {args.engine.stem}"] = Engine(args.program, args.engine).run
    results = {name: evaluate(find, pictures) for name, find in finders.items()}
    print(table(results))
    empty = empty_pictures(args.data, read_split(), args.step)
    print("\n| model | bound | without a subject, refused |\n|---|---|---|")
    for name, find in finders.items():
        print("| {} | {} | {} |".format(name, *doubt(find, pictures, empty)))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")
