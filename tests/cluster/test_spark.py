"""`examples/catalogue_spark.py` in local-cluster mode, an executor killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pyspark

from conftest import ROOT, WORDS, Make, by_command_line, processes, wait

COUNT = 200


def test_every_picture_comes_out_once(tmp_path: Path, catalogue: Make) -> None:
    photos, output = catalogue(COUNT), tmp_path / "by-spark"
    home = Path(pyspark.__file__).parent
    env = {**os.environ, "SPARK_HOME": str(home), "SPARK_SCALA_VERSION": "2.13"}
    env["PYSPARK_PYTHON"] = sys.executable
    program = subprocess.Popen(
        [
            home / "bin" / "spark-submit",
            "--master=local-cluster[2,1,1024]",
            "--conf=spark.sql.files.openCostInBytes=1m",
            "--conf=spark.sql.files.maxPartitionBytes=16m",
            ROOT / "examples" / "catalogue_spark.py",
            *(photos, output, *WORDS),
        ],
        env=env,
    )

    def written() -> int:
        return sum(1 for _ in output.rglob("part-*.parquet"))

    def executors() -> "list[int]":
        return processes("CoarseGrainedExecutorBackend", str(home))

    wait(program, lambda: written() >= 2 and len(executors()) > 1)
    # A Python worker, then the executor that takes its place on a node.
    worker = processes("pyspark.daemon", sys.executable)[0]
    os.kill(worker, signal.SIGKILL)
    at = written()
    wait(program, lambda: written() > at)
    executor = executors()[0]
    os.kill(executor, signal.SIGKILL)
    print(f"Python worker {worker} killed at {at} parts, executor {executor} at {written()}")
    assert program.wait() == 0

    rows = pq.read_table(output).to_pylist()
    paths = Counter(row["path"] for row in rows)
    assert len(paths) == COUNT and set(paths.values()) == {1}, "every picture has one row"
    expected = by_command_line(photos, tmp_path / "by-command-line")
    found = {
        str(Path(row["path"].removeprefix("file:")).relative_to(photos).with_suffix(".png")): row["cutout"]
        for row in rows
        if row["error"] is None
    }
    assert found == expected, "every picture is that of the command line"
    errors = [row["error"] for row in rows if row["error"]]
    assert errors == ["unsupported-format"] * (COUNT // 50)
