"""Cuts out a catalogue on Spark: pictures in, a Parquet table of cut-outs and facts out.

    pip install pyspark pandas pyarrow cleancut
    spark-submit catalogue_spark.py PHOTOS OUTPUT [NAME=WORD ...]

PHOTOS: whatever Spark reads, a folder or a bucket, with what lies below it. OUTPUT: the table:
``path, error, cutout`` (the file's bytes), ``width, height, box`` (x, y, width, height; px),
``coverage, confidence``. ``NAME=WORD``: options, such as ``crop=true``. Spark writes its parts whole
and gives those of a dead executor to another.
"""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, Iterator

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

SCHEMA = (
    "path string, error string, cutout binary, width int, height int, box array<int>, "
    "coverage float, confidence float"
)
Batches = Iterator[pd.DataFrame]


def cut_out(options: Dict[str, str]) -> Callable[[Batches], Batches]:
    """A function for ``mapInPandas``; each Python worker loads the network once."""

    def row(path: str, content: bytes) -> Dict[str, Any]:
        import cleancut

        try:
            cutout = cleancut.segment(content, **options)
        except cleancut.CleancutError as error:
            return {"path": path, "error": error.code}
        row: Dict[str, Any] = {"path": path, "width": cutout.width, "height": cutout.height}
        row.update(coverage=cutout.coverage, confidence=cutout.confidence)
        if cutout.box is None:
            return {**row, "error": "no-subject"}
        return {**row, "box": list(cutout.box), "cutout": cutout.encode()}

    empty = dict.fromkeys(field.split()[0] for field in SCHEMA.split(", "))

    def cut(batches: Batches) -> Batches:
        for batch in batches:
            rows = [row(path, content) for path, content in zip(batch["path"], batch["content"])]
            # Of type object, what is missing stays None; as NaN, Spark takes it for a value.
            yield pd.DataFrame([{**empty, **facts} for facts in rows], dtype=object)

    return cut


def cutouts(spark: SparkSession, photos: str, options: Dict[str, str]) -> DataFrame:
    """The table, not yet computed."""
    # Whole photos lie in memory: few a batch.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "8")
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    files = files.option("pathGlobFilter", "*.{jpg,jpeg,png,webp,JPG,JPEG,PNG,WEBP}").load(photos)
    return files.select("path", "content").mapInPandas(cut_out(options), SCHEMA)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    words = dict(word.split("=", 1) for word in sys.argv[3:])
    session = SparkSession.builder.appName("cleancut").getOrCreate()
    cutouts(session, sys.argv[1], words).write.mode("overwrite").parquet(sys.argv[2])
    session.stop()
