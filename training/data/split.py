"""Chooses the validation split once and writes `split.json`; training reads only what it does not name.

In:  the data folder. Out: {"ccp": [names without suffix], ..., "bg": ["rooms/012.jpg", ...], "empty": the same kind}.
`bg` are grounds for composites, `empty` pictures of the folder of that name in which nothing stands out. Sets that the
file has already stay as they are.
"""

import argparse
import json
import random
from pathlib import Path

from paths import DATA

SPLIT_PATH = Path(__file__).with_name("split.json")
LAST_BY_NAME = {"ccp": 80, "clothing_gc": 80, "ecssd": 60, "fashion_products": 120}
BY_CHANCE = {"duts": 200, "sod": 20, "horses": 20, "feral_cats": 20, "people_cutouts": 20}
BACKGROUNDS = 30
EMPTY = 100
# Backgrounds in which something stands out, found by looking at them.
NOT_EMPTY_FOLDERS = ("mixed",)
NOT_EMPTY = {
    "elementary": "Martin_Adams Mr._Lee Photo_by_SpaceX Tj_Holowaychuk Viktor_Forgacs",
    "pexels_ocean": "000 007 009",
    "rooms": "001 006 026 027 034 046 049 056 062 069 074 087 089 106 108 109 111 113 117 120 124 126 130 131 135 138 143 144",
    "ubuntu": "001 004 019 025 027 035 038 040 046 050 054 055 068 069 072 074 076 082 086 095 117 121 122",
    "urban100": "img_003 img_005 img_007 img_009 img_014 img_016 img_020 img_022 img_024 img_028 img_032 img_037 img_039 img_044 img_046 img_047 img_048 img_050 img_062 img_070 img_074 img_076 img_086 img_087 img_088",
}


def read_split():
    return json.loads(SPLIT_PATH.read_text())


def make_split(data, split):
    """`split` with the sets that it lacks."""
    names = lambda folder: sorted(p.stem for p in (data / folder / "im").iterdir())
    backgrounds = sorted(str(p.relative_to(data / "bg")) for p in (data / "bg").rglob("*.jpg"))
    made = {folder: names(folder)[-count:] for folder, count in LAST_BY_NAME.items()}
    made["bg"] = sorted(random.Random(3).sample(backgrounds, BACKGROUNDS))
    made |= split
    made |= {folder: sorted(random.Random(3).sample(names(folder), count)) for folder, count in BY_CHANCE.items()}
    empty = [b for b in backgrounds if shows_nothing(Path(b))]
    first = [b for b in made["bg"] if b in empty]
    rest = [b for b in empty if b not in first]
    made["empty"] = sorted(first + random.Random(3).sample(rest, EMPTY - len(first)))
    return made | split


def shows_nothing(path):
    folder = path.parent.name
    return folder not in NOT_EMPTY_FOLDERS and path.stem not in NOT_EMPTY.get(folder, "").split()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    args = parser.parse_args()
    SPLIT_PATH.write_text(json.dumps(make_split(args.data, read_split() if SPLIT_PATH.exists() else {}), indent=2) + "\n")
