"""Threads, processes, many photos, interruptions."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import pytest

import cleancut
from cleancut import CleancutError, Remover

from conftest import FIXTURES, fixture


def test_eight_threads_share_a_remover() -> None:
    remover = Remover("small")
    photos = [fixture(name) for name in ("mug.jpg", "ball.jpg", "rgb.jpg", "cmyk.jpg")] * 4
    expected = [remover.segment(photo).encode() for photo in photos[:4]] * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda photo: remover.segment(photo).encode(), photos))
    assert found == expected


def test_python_goes_on_while_a_photo_is_cut_out() -> None:
    remover = Remover()
    work = threading.Thread(target=remover.segment, args=(fixture("mug.jpg"),))
    work.start()
    steps = 0
    while work.is_alive():
        steps += 1
    work.join()
    assert steps > 1000


def test_many_come_in_order_with_errors_as_values() -> None:
    taken: list[int] = []

    def photos() -> Iterator[bytes]:
        for index in range(12):
            taken.append(index)
            yield b"no photo" if index == 3 else fixture("ball.jpg")

    results = cleancut.remove_many(photos(), workers=2, method="studio")
    assert taken == []
    first = next(results)
    assert len(taken) == 3, "no more is read than is worked on"
    rest = list(results)
    assert isinstance(rest[2], CleancutError) and rest[2].code == "unsupported-format"
    assert [first, *rest[:2], *rest[3:]] == [cleancut.remove(fixture("ball.jpg"), method="studio")] * 11
    with pytest.raises(CleancutError):
        cleancut.remove_many([], colour="red")
    missing = list(cleancut.remove_many(["missing.jpg"]))
    assert isinstance(missing[0], FileNotFoundError)


def cut(remover: Remover) -> bytes:
    return remover.segment(fixture("mug.jpg")).encode()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_remover_goes_to_other_processes(method: str) -> None:
    remover = Remover("small")
    expected = cut(remover)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(cut, [remover, remover]) == [expected, expected]
    assert pickle.loads(pickle.dumps(remover)).model == "small"


def resident_mb() -> float:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_two_hundred_photos_in_flat_memory() -> None:
    photo = fixture("ball.jpg")
    sizes = []
    photos = (photo for _ in range(200))
    for result in cleancut.remove_many(photos, workers=2, model="small", input_size=160):
        assert isinstance(result, bytes)
        sizes.append(resident_mb())
    assert max(sizes[100:]) < max(sizes[:100]) + 8, sizes


def test_ctrl_c_ends_a_loop_over_many() -> None:
    program = (
        "import cleancut, itertools, sys\n"
        f"photos = itertools.repeat({str(FIXTURES / 'mug.jpg')!r})\n"
        "try:\n"
        "    for _ in cleancut.remove_many(photos):\n"
        "        print('one', flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(7)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline() == b"one\n"
    child.send_signal(signal.SIGINT)
    child.communicate()
    assert child.returncode == 7


def test_the_module_is_the_command_line(tmp_path: Path) -> None:
    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    ours, theirs = [sys.executable, "-m", "cleancut"], [os.environ["CLEANCUT"]]
    for words in (["--help"], ["--version"], ["missing.jpg"], ["--nonsense"], []):
        one, other = run(*ours, *words), run(*theirs, *words)
        assert (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr)
    photos = [str(FIXTURES / name) for name in ("ball.jpg", "1x1.png")]
    done = run(*ours, *photos, "-o", "out/", "--method=studio", "--report=-", "--jobs=2")
    assert done.returncode == 1 and done.stdout.count('"photo":') == 2
    assert (tmp_path / "out" / "ball.png").exists()
    assert cleancut.__version__ in run(*ours, "--version").stdout
