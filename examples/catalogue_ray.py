"""Cuts out a catalogue on a Ray cluster: pictures in, cut-outs and a Parquet table of facts out.

    pip install "ray[data]" cleancut
    python catalogue_ray.py PHOTOS OUTPUT [NAME=WORD ...]

PHOTOS: a folder, with what lies below it. OUTPUT: a folder that every node can write; in it
``cutouts/``, the tree of PHOTOS, and ``facts/``, Parquet: ``name, error, width, height, x, y,
box_width, box_height, coverage, confidence``. ``NAME=WORD``: options, such as ``crop=true``.

Run again, it goes on with the photos that have no row in ``facts/``. A cut-out lies under its name
whole or not at all, so a worker or a node may die: Ray gives its photos to another, and what was
written twice is the same to the byte.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Set

import pyarrow as pa
import pyarrow.parquet as pq
import ray

SCHEMA = pa.schema(
    [("name", pa.string()), ("error", pa.string())]
    + [(name, pa.int32()) for name in ("width", "height", "x", "y", "box_width", "box_height")]
    + [(name, pa.float32()) for name in ("coverage", "confidence")]
)
PHOTOS = (".jpg", ".jpeg", ".png", ".webp")
# Photos that a worker takes, and whose rows are written, at a time.
BATCH = 16


class Cutter:
    """One on each core, for the whole run; holds one network."""

    def __init__(self, photos: str, output: str, options: Dict[str, str]) -> None:
        import cleancut

        self.options = dict(options)
        self.remover = cleancut.Remover(self.options.pop("model", None), threads=1)
        self.photos, self.output = Path(photos), Path(output)

    def __call__(self, batch: Dict[str, Any]) -> pa.Table:
        rows = [self.cut(str(name)) for name in batch["name"]]
        return pa.Table.from_pylist(rows, SCHEMA)

    def cut(self, name: str) -> Dict[str, Any]:
        import cleancut

        row: Dict[str, Any] = {"name": name}
        try:
            cutout = self.remover.segment(self.photos / name, **self.options)
        except cleancut.CleancutError as error:
            return {**row, "error": error.code}
        row.update(width=cutout.width, height=cutout.height)
        row.update(coverage=cutout.coverage, confidence=cutout.confidence)
        if cutout.box is None:
            return {**row, "error": "no-subject"}
        row.update(zip(("x", "y", "box_width", "box_height"), cutout.box))
        store(self.output / "cutouts" / cutout_of(name, self.options), cutout.encode())
        return row


def cutout_of(name: str, options: Dict[str, str]) -> Path:
    ending = {"jpeg": ".jpg", "webp": ".webp"}.get(options.get("format", "png"), ".png")
    return Path(name).with_suffix(ending)


def store(file: Path, content: bytes) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.uname().nodename}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(file)


def told(facts: Path) -> Set[str]:
    """The names of the photos that have a row; what a killed run left of a file is removed."""
    names: Set[str] = set()
    for file in facts.glob("*.parquet"):
        try:
            names.update(pq.read_table(file, columns=["name"])["name"].to_pylist())
        except pa.ArrowInvalid:
            file.unlink()
    return names


def left(photos: Path, facts: Path) -> List[str]:
    every = (path for path in photos.rglob("*") if path.suffix.lower() in PHOTOS)
    names = (str(path.relative_to(photos)) for path in every)
    return sorted(set(names) - told(facts))


def run(photos: str, output: str, options: Dict[str, str]) -> int:
    """How many photos had no row and were looked at."""
    facts = Path(output) / "facts"
    names = left(Path(photos), facts)
    if not names:
        return 0
    cores = int(ray.cluster_resources()["CPU"])
    dataset = ray.data.from_items([{"name": name} for name in names])
    dataset = dataset.repartition(max(1, len(names) // BATCH)).map_batches(
        Cutter,
        fn_constructor_args=(photos, output, options),
        batch_size=BATCH,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=cores),
        num_cpus=1,
    )
    dataset.write_parquet(str(facts), mode="append")
    return len(names)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    ray.init(address=os.environ.get("RAY_ADDRESS"))
    words = dict(word.split("=", 1) for word in sys.argv[3:])
    print(run(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), words), "photos")
