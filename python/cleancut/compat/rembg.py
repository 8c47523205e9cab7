"""``rembg``'s ``remove`` and ``new_session`` on this engine: the common arguments, same meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from .._cutout import Cutout
from .._inputs import take
from .._options import parse
from .._remover import Remover, remover_of

if TYPE_CHECKING:
    from .._inputs import Photo, Picture

_SMALL = ("u2netp", "silueta")


def new_session(model_name: str = "u2net", *args: Any, **kwargs: Any) -> Remover:
    """A ``Remover``: ``small`` for ``u2netp`` and ``silueta``, ``base`` for every other name."""
    return Remover("small" if model_name in _SMALL else "base")


def remove(
    data: Photo,
    alpha_matting: bool = False,
    alpha_matting_foreground_threshold: int = 240,
    alpha_matting_background_threshold: int = 10,
    alpha_matting_erode_size: int = 10,
    session: Optional[Remover] = None,
    only_mask: bool = False,
    post_process_mask: bool = False,
    bgcolor: Optional[Tuple[int, int, int, int]] = None,
    force_return_bytes: bool = False,
) -> Picture:
    """The photo without its background, in the kind that came in.

    ``alpha_matting`` asks for ``refine="best"``; its three numbers and ``post_process_mask`` change
    nothing, since edges are always refined and islands always dropped. As there, a photo without a
    subject comes back empty.
    """
    options: Dict[str, Any] = {"refine": "best" if alpha_matting else "fast"}
    if only_mask:
        options["channels"] = "alpha"
    elif bgcolor is not None:
        options["background"] = "#" + bytes(bgcolor).hex()
    raw, kind = take(data)
    found = (session or remover_of(None))._engine.segment(raw, parse(options)[0])
    cutout = Cutout(found, options)
    if force_return_bytes or kind == "bytes":
        return cutout.encode()
    return cutout.image() if kind == "pil" else cutout.array()
