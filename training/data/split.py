"""Chooses the validation split once and writes `split.json`; training reads only what it does not name.

In:  the data folder. Out: {"ccp": [names], ..., "bg": ["rooms/012.jpg", ...]}, names without suffix.
"""

import argparse
import json
import random
from pathlib import Path

from paths import DATA

SPLIT_PATH = Path(__file__).with_name("split.json")
LAST_BY_NAME = {"ccp": 80, "clothing_gc": 80, "ecssd": 60, "fashion_products": 120}
BACKGROUNDS = 30


def read_split():
    return json.loads(SPLIT_PATH.read_text())


def make_split(data):
    split = {
        folder: sorted(p.stem for p in (data / folder / "im").iterdir())[-count:]
        for folder, count in LAST_BY_NAME.items()
    }
    backgrounds = sorted(str(p.relative_to(data / "bg")) for p in (data / "bg").rglob("*.jpg"))
    split["bg"] = sorted(random.Random(3).sample(backgrounds, BACKGROUNDS))
    return split


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    args = parser.parse_args()
    SPLIT_PATH.write_text(json.dumps(make_split(args.data), indent=0) + "\n")
