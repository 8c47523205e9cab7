"""A catalogue of many different photos, and what the command line makes of it."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Callable, Dict, List

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
OPTIONS = {"model": "small", "crop": "true", "background": "white"}
WORDS = [f"{name}={word}" for name, word in OPTIONS.items()]

Make = Callable[[int], Path]


@pytest.fixture
def catalogue(tmp_path: Path) -> Make:
    """So many photos in folders below one, each a piece of the mug; every 50th is no photo."""
    mug = Image.open(FIXTURES / "mug.jpg")

    def make(count: int) -> Path:
        photos = tmp_path / "photos"
        for index in range(count):
            file = photos / str(index % 7) / f"{index:03}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            if index % 50 == 49:
                file.write_bytes(b"no photo")
            else:
                mug.crop((index % 100, index % 31, 720 - index % 89, 540)).save(file)
        return photos

    return make


def by_command_line(photos: Path, output: Path) -> Dict[str, bytes]:
    """The cut-outs by their names, such as ``3/017.png``."""
    options = [f"--{name}={word}" for name, word in OPTIONS.items()]
    command = [os.environ["CLEANCUT"], photos, "-r", "-o", f"{output}/", "--quiet", *options]
    subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    return files(output)


def files(folder: Path) -> Dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def processes(*words: str) -> List[int]:
    """Those whose command line holds every word."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if entry.name.isdigit() and all(word in line for word in words):
            found.append(int(entry.name))
    return found


def wait(program: "subprocess.Popen[bytes]", until: Callable[[], bool]) -> None:
    """Until it is so; that the program ends first is an error."""
    while not until():
        assert program.poll() is None, f"it ended with {program.returncode}"
        time.sleep(0.05)
