"""Removes the background of photos, on this machine, without any download.

    png = cleancut.remove("photo.jpg", crop=True, background="white")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Iterator, Optional, overload

from ._cutout import Box, Cutout, Stroke
from ._errors import CleancutError
from ._remover import Remover, remover_of

if TYPE_CHECKING:
    from typing import Literal

    from PIL import Image

    from ._inputs import Array, File, Kind, Photo, Picture
    from ._remover import Result

__version__ = "0.1.0"
__all__ = [
    "Box",
    "CleancutError",
    "Cutout",
    "Remover",
    "Stroke",
    "remove",
    "remove_many",
    "segment",
]


@overload
def remove(
    photo: File, *, model: Optional[str] = None, return_type: None = None, **options: Any
) -> bytes: ...
@overload
def remove(
    photo: Image.Image, *, model: Optional[str] = None, return_type: None = None, **options: Any
) -> Image.Image: ...
@overload
def remove(
    photo: Array, *, model: Optional[str] = None, return_type: None = None, **options: Any
) -> Array: ...
@overload
def remove(
    photo: Photo, *, model: Optional[str] = None, return_type: Literal["bytes"], **options: Any
) -> bytes: ...
@overload
def remove(
    photo: Photo, *, model: Optional[str] = None, return_type: Literal["pil"], **options: Any
) -> Image.Image: ...
@overload
def remove(
    photo: Photo, *, model: Optional[str] = None, return_type: Literal["numpy"], **options: Any
) -> Array: ...
@overload
def remove(
    photo: Photo, *, model: Optional[str] = None, return_type: Optional[Kind] = None, **options: Any
) -> Picture: ...
def remove(
    photo: Photo,
    *,
    model: Optional[str] = None,
    return_type: Optional[Kind] = None,
    **options: Any,
) -> Picture:
    """The photo without its background.

    ``photo``: a JPEG, PNG or WebP file as bytes, path or file object; a PIL image; or an array
    ``[h, w, 3 or 4]`` of uint8, sRGB, straight alpha. Files give a file as bytes, PIL images a PIL
    image, arrays an array ``[h, w, 4]`` (``[h, w]`` with ``channels="alpha"``), unless
    ``return_type`` is ``"bytes"``, ``"pil"`` or ``"numpy"``. ``model``: ``"base"`` or ``"small"``.
    ``options``: those of the command line with underscores, and ``background_image``.

    Raises ``CleancutError``; ``OSError`` where a path cannot be read.
    """
    return remover_of(model).remove(photo, return_type=return_type, **options)


def segment(photo: Photo, *, model: Optional[str] = None, **options: Any) -> Cutout:
    """What is in the photo; that there is no subject is no error here, its ``box`` is ``None``."""
    return remover_of(model).segment(photo, **options)


def remove_many(
    photos: Iterable[Photo],
    *,
    workers: Optional[int] = None,
    model: Optional[str] = None,
    return_type: Optional[Kind] = None,
    **options: Any,
) -> Iterator[Result]:
    """``remove`` for many photos in threads, in their order.

    What fails is a ``CleancutError`` or ``OSError`` in its place, not raised. At most ``workers + 1``
    photos are read ahead of the one that was taken; the cores unless set.
    """
    remover = remover_of(model)
    return remover.remove_many(photos, workers=workers, return_type=return_type, **options)
