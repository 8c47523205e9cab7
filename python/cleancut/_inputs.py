"""In: a photo in any shape. Out: its bytes or pixels; and a picture in the shape it came in."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Optional, Tuple, Union

from ._errors import CleancutError

if TYPE_CHECKING:
    from typing import IO, Literal

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    File = Union[bytes, bytearray, memoryview, str, "os.PathLike[str]", IO[bytes]]
    Array = NDArray[np.uint8]
    Photo = Union[File, Image.Image, Array]
    Picture = Union[bytes, Image.Image, Array]
    Kind = Literal["bytes", "pil", "numpy"]

KINDS = ("bytes", "pil", "numpy")

Raw = Tuple[bytes, Optional[Tuple[int, int]]]


def take(photo: Photo) -> tuple[Raw, Kind]:
    """A file, or pixels and their size; and what such a photo is answered with."""
    if isinstance(photo, bytes):
        return (photo, None), "bytes"
    if isinstance(photo, (bytearray, memoryview)):
        return (bytes(photo), None), "bytes"
    if isinstance(photo, (str, os.PathLike)):
        with open(photo, "rb") as file:
            return (file.read(), None), "bytes"
    if _is(photo, "PIL.Image", "Image"):
        return _pixels_of_image(photo), "pil"
    if _is(photo, "numpy", "ndarray"):
        return _pixels_of_array(photo), "numpy"
    if hasattr(photo, "read"):
        content = photo.read()
        if isinstance(content, bytes):
            return (content, None), "bytes"
        raise CleancutError("input", f"the file object gives {type(content).__name__}, not bytes")
    raise CleancutError("input", f"a {type(photo).__name__} holds no picture")


def _is(photo: object, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(photo, kind)


def _pixels_of_image(photo: Any) -> Raw:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(photo)
    has_alpha = upright.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in upright.info
    picture = upright.convert("RGBA" if has_alpha else "RGB")
    return picture.tobytes(), picture.size


def _pixels_of_array(photo: Any) -> Raw:
    if photo.dtype != "uint8" or photo.ndim != 3 or photo.shape[2] not in (3, 4):
        shape = list(photo.shape)
        raise CleancutError(
            "input", f"an array {shape} of {photo.dtype}; it must be [h, w, 3 or 4] of uint8"
        )
    height, width, _ = photo.shape
    return photo.tobytes(), (width, height)


def give(pixels: bytearray, width: int, height: int, kind: Kind) -> Any:
    """A PIL image or an array of 8-bit pixels; grey where there is one channel."""
    channels = len(pixels) // (width * height)
    if kind == "pil":
        from PIL import Image

        return Image.frombytes("L" if channels == 1 else "RGBA", (width, height), pixels)
    import numpy as np

    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.frombuffer(pixels, np.uint8).reshape(shape)
