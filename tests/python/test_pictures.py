"""Pictures in and out, of every kind."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import numpy as np
import pytest
from PIL import Image

import cleancut
from cleancut import CleancutError, Stroke

from conftest import FIXTURES, fixture

CommandLine = Callable[..., bytes]

CASES: List[Tuple[str, Dict[str, Any], List[str]]] = [
    ("mug.jpg", {}, []),
    ("ball.jpg", {"method": "studio"}, ["--method", "studio"]),
    ("orientation-6.jpg", {"crop": True, "margin": (5, "2%")}, ["--crop=true", "--margin=5 2%"]),
    ("mug.jpg", {"at": (360, 270), "outline": ("2%", "white")}, ["--at=360,270", "--outline=2% white"]),
    ("rgba.png", {"background": "white"}, ["--background=white"]),
    ("mug.jpg", {"model": "small"}, ["--model=small"]),
    ("mug.jpg", {"preset": "ebay", "format": "webp"}, ["--preset=ebay", "--format=webp"]),
    ("mug.jpg", {"size": (300, None), "channels": "alpha"}, ["--size=300x", "--channels=alpha"]),
    ("mug.jpg", {"shadow": "soft", "quality": 70, "format": "jpeg"}, ["--shadow=soft", "--quality=70", "--format=jpeg"]),
    ("display-p3.png", {"refine": False, "method": "network"}, ["--refine=off", "--method=network"]),
    ("mug.jpg", {"input_size": 160, "decontaminate": False}, ["--input-size=160", "--decontaminate=false"]),
]


@pytest.mark.parametrize("name, options, words", CASES)
def test_bytes_are_those_of_the_command_line(
    name: str, options: Dict[str, Any], words: List[str], command_line: CommandLine
) -> None:
    assert cleancut.remove(fixture(name), **options) == command_line(FIXTURES / name, *words)


def test_a_picture_comes_back_as_what_it_came() -> None:
    png = cleancut.remove(fixture("mug.jpg"))
    assert isinstance(png, bytes)
    for photo in (FIXTURES / "mug.jpg", str(FIXTURES / "mug.jpg"), bytearray(fixture("mug.jpg"))):
        assert cleancut.remove(photo) == png
    with open(FIXTURES / "mug.jpg", "rb") as file:
        assert cleancut.remove(file) == png

    opened = Image.open(FIXTURES / "mug.jpg")
    image = cleancut.remove(opened)
    assert isinstance(image, Image.Image) and image.mode == "RGBA" and image.size == (720, 540)
    array = cleancut.remove(np.asarray(opened.convert("RGB")))
    assert isinstance(array, np.ndarray) and array.shape == (540, 720, 4)
    assert (array == np.asarray(image)).all()
    array[0, 0] = 7

    as_pil = cleancut.remove(fixture("mug.jpg"), return_type="pil")
    assert np.array_equal(np.asarray(as_pil), np.asarray(Image.open(io.BytesIO(png))))
    mask = cleancut.remove(opened, return_type="numpy", channels="alpha")
    assert isinstance(mask, np.ndarray) and mask.shape == (540, 720)


def test_pillow_s_pictures_of_every_mode() -> None:
    mug = Image.open(FIXTURES / "mug.jpg")
    for mode in ("L", "P", "CMYK", "RGBA", "1", "LA"):
        image = cleancut.remove(mug.convert(mode), method="network")
        assert isinstance(image, Image.Image) and image.size == mug.size
    photo = FIXTURES / "orientation-6.jpg"
    turned, file = cleancut.segment(Image.open(photo)), cleancut.segment(photo)
    assert (turned.width, turned.height) == (file.width, file.height) == (64, 48)


def test_a_cutout_says_what_it_found_and_draws_again() -> None:
    cutout = cleancut.segment(FIXTURES / "ball.jpg", method="studio")
    assert (cutout.width, cutout.height) == (320, 240)
    assert cutout.box == (90, 50, 140, 140) and cutout.box.width == 140
    assert 0.19 < cutout.coverage < 0.21 and cutout.confidence > 0.9
    assert cutout.touches == ()
    assert set(cutout.timings) >= {"decode", "matte"}
    mask = cutout.mask
    assert mask.shape == (240, 320) and mask.dtype == np.uint8
    assert mask is not cutout.mask and np.shares_memory(mask, cutout.mask)
    with pytest.raises(ValueError):
        mask[0, 0] = 1
    held = cleancut.segment(FIXTURES / "ball.jpg", method="studio").mask
    assert held[120, 160] == 255, "the mask holds the cut-out that it lies in"

    assert cutout.encode() == cleancut.remove(FIXTURES / "ball.jpg", method="studio")
    assert cutout.image(crop=True).size == (140, 140)
    assert cutout.array(channels="alpha").shape == (240, 320)
    twice = cutout.apply(Image.open(FIXTURES / "ball.jpg").resize((640, 480)))
    assert twice.mask.shape == (480, 640)
    erased = cutout.edit([Stroke(keep=False, points=[(160, 120)], radius=300, hardness=1)])
    assert erased.box is None and cutout.box is not None


def test_strokes_that_learn_do_as_on_the_command_line(command_line: CommandLine, tmp_path: Path) -> None:
    stroke = Stroke(keep=False, points=[(345, 270), (375, 270)], radius=12, hardness=1)
    mug = cleancut.segment(FIXTURES / "mug.jpg")
    painted, learned = (mug.edit([stroke], learn=learn).encode() for learn in (False, True))
    assert painted != learned
    points = [{"x": x, "y": y} for x, y in stroke.points]
    file = tmp_path / "strokes.json"
    file.write_text(json.dumps([{"mode": "erase", "points": points, "radius": 12, "hardness": 1}]))
    assert command_line(FIXTURES / "mug.jpg", "--strokes", str(file)) == learned


def test_a_picture_stands_behind_the_subject(command_line: CommandLine) -> None:
    ground = FIXTURES / "rgb.png"
    expected = command_line(FIXTURES / "mug.jpg", "--background-image", str(ground))
    assert cleancut.remove(FIXTURES / "mug.jpg", background_image=ground) == expected
    many = cleancut.remove_many([FIXTURES / "mug.jpg"] * 2, background_image=open(ground, "rb"))
    assert list(many) == [expected, expected]


def test_what_is_no_photo_is_an_error_with_a_hint(tmp_path: Path) -> None:
    def code(photo: object, **options: Any) -> str:
        with pytest.raises(CleancutError) as raised:
            cleancut.remove(photo, **options)  # type: ignore[call-overload]
        assert raised.value.hint and str(raised.value)
        return raised.value.code

    mug = fixture("mug.jpg")
    assert code(mug[: len(mug) // 2]) == "decode"
    assert code(b"no photo") == "unsupported-format"
    assert code(fixture("1x1.png")) == "no-subject"
    assert code(42) == "input"
    assert code(io.StringIO("text")) == "input"
    assert code(np.zeros((4, 4), np.uint8)) == "input"
    assert code(np.zeros((4, 4, 3), np.float32)) == "input"
    assert code(np.zeros((0, 4, 3), np.uint8)) == "decode"
    assert code(mug, colour="red") == "option"
    assert code(mug, margin="wide") == "option"
    assert code(mug, margin=object()) == "option"
    assert code(mug, return_type="gif") == "option"
    assert code(mug, max_pixels=100) == "too-large"
    assert code(np.zeros((40, 40, 3), np.uint8), max_pixels=100) == "too-large"
    assert code(mug, method="studio") == "busy-ground"
    with pytest.raises(FileNotFoundError):
        cleancut.remove(tmp_path / "missing.jpg")
    assert cleancut.segment(fixture("1x1.png")).box is None
    with pytest.raises(CleancutError):
        cleancut.Remover(model="large")
