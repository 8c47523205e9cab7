"""The repository's fixtures, and what its command line makes of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Callable

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


@pytest.fixture
def command_line(tmp_path: Path) -> Callable[..., bytes]:
    """What the binary writes for a photo and options."""

    def run(photo: Path, *words: str) -> bytes:
        output = tmp_path / "by-command-line.png"
        subprocess.run([os.environ["CLEANCUT"], photo, "-o", output, *words], check=True)
        return output.read_bytes()

    return run
