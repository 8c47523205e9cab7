"""Masks for pictures that have none, other masks for those that are plainly wrong, and which those are, by trained networks.

In:  ONNX files, one teacher together (`measure/teacher.py`); the data folder.
Out: in `<out>`, pairs as `train.py --add` reads them: `<folder>/{im,gt}` for every folder of `unlabeled` and of `DOUBTED`;
     `flaws.csv`: folder,name,iou of every mask in any folder that is contradicted, the worst first;
     `dropped.json`, {folder: [names]} of those in `DOUBTED`, as its `--drop` reads them.

Where all looks at a picture agree, their mean is taken for its mask (self-training). Where they agree on something else than
the mask that the picture came with, that mask is contradicted: `iou` is what both share. A network has seen the masks of
its training and believes some of the wrong ones; and at times it is the network that is wrong, so look at them.
"""

import argparse
import csv
import json
from pathlib import Path

from data.pictures import ON_WHITE, REAL, read_pair, read_rgb, resize, write_pair
from data.split import read_split
from measure.metrics import score
from measure.teacher import agreed, finders_of, looks
from measure.validation import SIZE
from paths import DATA, RUNS

# A mask that shares less than this with what the looks agree on is contradicted.
BELIEVED = 0.9
# Their masks were made by GrabCut or by filling a white ground; of 48 that were contradicted and looked at, 44 were wrong.
DOUBTED = ("clothing_gc", "fashion_products", "magento_luma", "grocery_iconic")


def label(finders, source, out):
    """Writes the pictures of `source` on which the looks agree, with their masks, to `out`; returns how many, and of how many."""
    paths, count = sorted(source.iterdir()), 0
    for path in paths:
        rgb = read_rgb(path)
        found = agreed(finders, rgb)
        if found is not None:
            write_pair(out, path.stem, rgb, found)
            count += 1
    return count, len(paths)


def contradicted(finders, folder, kept_apart):
    """(name, IoU, rgb, map) of the pictures in `folder` on whose mask all looks agree that it is wrong."""
    for name in sorted(path.stem for path in (folder / "im").iterdir() if path.stem not in kept_apart):
        rgb, mask = read_pair(folder, name)
        mask = resize(mask, SIZE)
        if score(next(looks(finders, rgb)), mask)["iou"] < BELIEVED:
            found = agreed(finders, rgb)
            iou = 1 if found is None else score(found, mask)["iou"]
            if iou < BELIEVED:
                yield name, iou, rgb, found


def judge(finders, data, split, out):
    """Yields (folder, name, IoU) of the contradicted masks of all folders; those of `DOUBTED` get others, in `out`."""
    for folder in (data / name for name in (*REAL, *ON_WHITE) if (data / name).is_dir()):
        count = 0
        for name, iou, rgb, found in contradicted(finders, folder, split.get(folder.name, ())):
            if folder.name in DOUBTED:
                write_pair(out / folder.name, name, rgb, found)
            count += 1
            yield folder.name, name, iou
        print(f"{folder.name}: {count} masks contradicted", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teachers", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=RUNS / "self")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    finders = finders_of(args.teachers, args.threads)
    for source in sorted((args.data / "unlabeled").iterdir()):
        count, total = label(finders, source / "im", args.out / source.name)
        print(f"{source.name}: {count} of {total} pictures labelled", flush=True)
    flaws = sorted(judge(finders, args.data, read_split(), args.out), key=lambda flaw: flaw[2])
    with open(args.out / "flaws.csv", "w", newline="") as file:
        csv.writer(file).writerows([("folder", "name", "iou"), *((folder, name, f"{iou:.3f}") for folder, name, iou in flaws)])
    dropped = {doubted: sorted(name for folder, name, _ in flaws if folder == doubted) for doubted in DOUBTED}
    (args.out / "dropped.json").write_text(json.dumps(dropped, indent=1) + "\n")
