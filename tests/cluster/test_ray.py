"""`examples/catalogue_ray.py` on a cluster of two nodes, of which one is taken away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from ray.cluster_utils import Cluster

from conftest import ROOT, WORDS, Make, by_command_line, files, processes, wait

COUNT = 500
# On a busy machine a node starts in more than the usual half minute, and workers are to have their share of it.
os.environ.update(RAY_raylet_start_wait_time_s="300", RAY_worker_niceness="0")


def test_every_picture_comes_out_once(tmp_path: Path, catalogue: Make) -> None:
    photos, output = catalogue(COUNT), tmp_path / "by-ray"
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    node = cluster.add_node(num_cpus=2)
    env = {**os.environ, "RAY_ADDRESS": cluster.address}
    command = [sys.executable, ROOT / "examples" / "catalogue_ray.py", photos, output, *WORDS]

    def cut_out() -> int:
        return sum(1 for _ in (output / "cutouts").rglob("*.png"))

    def cutters() -> "list[int]":
        return processes("ray::", "Cutter")

    # Stopped and begun again, one worker killed, one node taken away.
    stopped = subprocess.Popen(command, env=env)
    wait(stopped, lambda: cut_out() >= COUNT // 5)
    stopped.kill()
    stopped.wait()
    before = cut_out()
    program = subprocess.Popen(command, env=env)
    wait(program, lambda: cut_out() >= before + COUNT // 8 and len(cutters()) > 1)
    killed = cutters()[0]
    os.kill(killed, signal.SIGKILL)
    after = cut_out()
    wait(program, lambda: cut_out() >= after + COUNT // 8)
    cluster.remove_node(node, allow_graceful=False)
    print(f"stopped at {before}, worker {killed} killed at {after}, node gone at {cut_out()}")
    assert program.wait() == 0
    assert cut_out() < COUNT, "some are no photos"

    expected = by_command_line(photos, tmp_path / "by-command-line")
    assert files(output / "cutouts") == expected, "every picture is that of the command line"
    rows = pq.read_table(output / "facts").to_pylist()
    names = Counter(row["name"] for row in rows)
    assert len(names) == COUNT and set(names.values()) == {1}, "every picture has one row"
    assert Counter(row["error"] for row in rows) == {
        None: len(expected),
        "unsupported-format": COUNT // 50,
    }

    again = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
    assert again.stdout.splitlines()[-1] == b"0 photos", "nothing is left to do"
    cluster.shutdown()
