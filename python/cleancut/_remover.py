"""Removes backgrounds: a network that stays loaded, and many photos at once."""

from __future__ import annotations

import os
import weakref
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Deque,
    Dict,
    Iterable,
    Iterator,
    Optional,
    Tuple,
    Union,
    overload,
)

from . import _native
from ._cutout import Cutout
from ._errors import CleancutError
from ._inputs import give, take
from ._options import kind_of, parse

if TYPE_CHECKING:
    from typing import Literal

    from PIL import Image

    from ._inputs import Array, File, Kind, Photo, Picture, Raw
    from ._options import Words

    Result = Union[Picture, Exception]

_REMOVERS: weakref.WeakSet[Remover] = weakref.WeakSet()


class Remover:
    """Holds one network, loaded when a photo first wants it. Threads may share it.

    ``model``: ``"base"`` or ``"small"``. ``threads``: how many photos ``remove_many`` works on at
    once; the cores unless set. Pickling one keeps what it was made with; the other process loads the
    network itself.
    """

    def __init__(self, model: Optional[str] = None, threads: Optional[int] = None) -> None:
        if threads is not None and threads < 1:
            raise CleancutError("option", f"threads is {threads}; it takes a whole number from 1")
        self._asked = (model, threads)
        self._engine = _native.Engine(model)
        self.threads = threads or os.cpu_count() or 1
        _REMOVERS.add(self)

    @property
    def model(self) -> str:
        """The network's name."""
        return self._engine.model

    def __reduce__(self) -> Tuple[type[Remover], Tuple[Optional[str], Optional[int]]]:
        return Remover, self._asked

    @overload
    def remove(self, photo: File, *, return_type: None = None, **options: Any) -> bytes: ...
    @overload
    def remove(
        self, photo: Image.Image, *, return_type: None = None, **options: Any
    ) -> Image.Image: ...
    @overload
    def remove(self, photo: Array, *, return_type: None = None, **options: Any) -> Array: ...
    @overload
    def remove(self, photo: Photo, *, return_type: Literal["bytes"], **options: Any) -> bytes: ...
    @overload
    def remove(
        self, photo: Photo, *, return_type: Literal["pil"], **options: Any
    ) -> Image.Image: ...
    @overload
    def remove(self, photo: Photo, *, return_type: Literal["numpy"], **options: Any) -> Array: ...
    @overload
    def remove(
        self, photo: Photo, *, return_type: Optional[Kind] = None, **options: Any
    ) -> Picture: ...
    def remove(
        self, photo: Photo, *, return_type: Optional[Kind] = None, **options: Any
    ) -> Picture:
        """As ``cleancut.remove``."""
        return self._remove(photo, return_type, *parse(options))

    def _remove(
        self, photo: Photo, return_type: Optional[Kind], words: Words, ground: Optional[Raw]
    ) -> Picture:
        raw, kind = take(photo)
        kind = kind_of(return_type, kind)
        if kind == "bytes":
            return self._engine.remove(raw, words, ground)
        picture: Picture = give(*self._engine.remove_pixels(raw, words, ground), kind)
        return picture

    def segment(self, photo: Photo, **options: Any) -> Cutout:
        """As ``cleancut.segment``."""
        words, _ = parse({**options, "background_image": None})
        return Cutout(self._engine.segment(take(photo)[0], words), options)

    def remove_many(
        self,
        photos: Iterable[Photo],
        *,
        workers: Optional[int] = None,
        return_type: Optional[Kind] = None,
        **options: Any,
    ) -> Iterator[Result]:
        """As ``cleancut.remove_many``."""
        words, ground = parse(options)
        workers = self.threads if workers is None else workers
        if workers < 1:
            raise CleancutError("option", f"workers is {workers}; it takes a whole number from 1")

        def cut(photo: Photo) -> Result:
            try:
                return self._remove(photo, return_type, words, ground)
            except (CleancutError, OSError) as error:
                return error

        return _in_order(cut, photos, workers)


def _in_order(
    cut: Callable[[Photo], Result], photos: Iterable[Photo], workers: int
) -> Iterator[Result]:
    under_way: Deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(workers, "cleancut")
    try:
        for photo in photos:
            under_way.append(pool.submit(cut, photo))
            if len(under_way) > workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_default: Dict[Optional[str], Remover] = {}


def remover_of(model: Optional[str]) -> Remover:
    """The one that the module's functions share."""
    return _default.get(model) or _default.setdefault(model, Remover(model))


def _after_fork() -> None:
    """A thread that is not in the child may have held a lock of the engine."""
    for remover in list(_REMOVERS):
        remover._engine = _native.Engine(remover._asked[0])


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
