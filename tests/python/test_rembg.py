"""What is written for rembg."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from cleancut.compat.rembg import new_session, remove

from conftest import FIXTURES, fixture


def test_the_common_arguments_mean_the_same() -> None:
    photo = Image.open(FIXTURES / "mug.jpg")
    session = new_session("u2netp")
    cutout = remove(photo, session=session)
    assert isinstance(cutout, Image.Image) and cutout.mode == "RGBA" and cutout.size == photo.size
    mask = remove(photo, session=session, only_mask=True)
    assert isinstance(mask, Image.Image) and mask.mode == "L"
    assert np.array_equal(np.asarray(mask), np.asarray(cutout)[:, :, 3])
    red = remove(np.asarray(photo), session=session, bgcolor=(255, 0, 0, 255))
    assert isinstance(red, np.ndarray) and red[0, 0].tolist() == [255, 0, 0, 255]
    png = remove(fixture("mug.jpg"), session=session, alpha_matting=True)
    assert isinstance(png, bytes) and Image.open(io.BytesIO(png)).size == photo.size
    assert isinstance(remove(photo, session=session, force_return_bytes=True), bytes)
    empty = remove(Image.new("RGB", (64, 64), "white"), session=session)
    assert isinstance(empty, Image.Image) and np.asarray(empty)[:, :, 3].max() < 255
