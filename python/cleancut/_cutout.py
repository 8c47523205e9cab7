"""A photo and what was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Iterable, NamedTuple, Optional, Sequence, Tuple, cast

from . import _native
from ._inputs import give, take
from ._options import parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from ._inputs import Photo


class Box(NamedTuple):
    """A rectangle, px of the photo."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Stroke:
    """One movement of a round brush over the photo.

    ``keep``: whether what it touches belongs to the subject, or does not. ``points``: ``(x, y)`` in
    px; one is a dot. ``radius``: px, above 0. ``hardness``: the share of it that is painted in full,
    0 to 1.
    """

    keep: bool
    points: Sequence[Tuple[float, float]]
    radius: float
    hardness: float = 0.8


class Cutout:
    """A photo and its subject, which makes pictures as often as asked without the network.

    The options given to ``segment`` hold for every picture unless its own say otherwise.
    """

    def __init__(self, found: _native.Found, options: Dict[str, Any]) -> None:
        self._found = found
        self._options = options

    @property
    def width(self) -> int:
        """Of the photo, px."""
        return self._found.size[0]

    @property
    def height(self) -> int:
        """Of the photo, px."""
        return self._found.size[1]

    @property
    def box(self) -> Optional[Box]:
        """The smallest box around the subject; ``None``: there is none."""
        bounds = self._found.bounds
        return None if bounds is None else Box(*bounds)

    @property
    def coverage(self) -> float:
        """The share of the photo that the mask covers, 0 to 1."""
        return self._found.coverage

    @property
    def confidence(self) -> float:
        """How sure the answer is, 0 to 1."""
        return self._found.confidence

    @property
    def touches(self) -> Tuple[str, ...]:
        """The sides of the photo that cut the subject: ``top right bottom left``, those that do."""
        sides = ("top", "right", "bottom", "left")
        return tuple(side for side, cut in zip(sides, self._found.touches) if cut)

    @property
    def timings(self) -> Dict[str, float]:
        """Milliseconds of each step that made it."""
        return dict(self._found.steps)

    @property
    def mask(self) -> NDArray[np.uint8]:
        """``[height, width]`` uint8, 0 to 255, read-only, without a copy. Needs numpy."""
        import numpy as np

        return np.asarray(self._found)

    def encode(self, **options: Any) -> bytes:
        """The picture as a file of ``format``."""
        words, ground = parse({**self._options, **options})
        return self._found.encode(words, ground)

    def image(self, **options: Any) -> Image.Image:
        """The picture as a PIL image, RGBA; L with ``channels="alpha"``. Needs Pillow."""
        words, ground = parse({**self._options, **options})
        return cast("Image.Image", give(*self._found.pixels(words, ground), "pil"))

    def array(self, **options: Any) -> NDArray[np.uint8]:
        """The picture, ``[h, w, 4]`` uint8; ``[h, w]`` with ``channels="alpha"``. Needs numpy."""
        words, ground = parse({**self._options, **options})
        return cast("NDArray[np.uint8]", give(*self._found.pixels(words, ground), "numpy"))

    def apply(self, photo: Photo) -> Cutout:
        """The same mask on another size of the same photo."""
        words, _ = parse({**self._options, "background_image": None})
        return Cutout(self._found.apply(take(photo)[0], words), self._options)

    def edit(self, strokes: Iterable[Stroke], *, learn: bool = False) -> Cutout:
        """Another cut-out with the strokes painted into the mask; this one stays as it is.

        With ``learn``, what the strokes mean follows: what looks like it and is connected to it.
        """
        lines = [(s.keep, list(s.points), s.radius, s.hardness) for s in strokes]
        return Cutout(self._found.edit(lines, bool(learn)), self._options)

    def __repr__(self) -> str:
        return f"<Cutout {self.width}x{self.height} box={self.box} confidence={self.confidence:.2f}>"
