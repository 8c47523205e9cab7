"""In: options as keywords. Out: pairs of name and word, and the picture behind the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from . import _native
from ._errors import CleancutError
from ._inputs import KINDS, Raw, take

if TYPE_CHECKING:
    from ._inputs import Kind

Words = List[Tuple[str, str]]


def parse(options: Dict[str, Any]) -> Tuple[Words, Optional[Raw]]:
    """Raises `CleancutError` for an option that is not known, or does not take its value."""
    words: Words = []
    ground: Optional[Raw] = None
    known = {name.replace("-", "_"): name for name in _native.option_names()}
    for name, value in options.items():
        if value is None:
            continue
        if name == "background_image":
            ground = take(value)[0]
        elif name in known:
            words.append((known[name], _word(name, value)))
        else:
            names = ", ".join(sorted([*known, "background_image"]))
            raise CleancutError("option", f"there is no option {name}; there are {names}")
    _native.check(words)
    return words, ground


def _word(name: str, value: object) -> str:
    if value is False and name == "refine":
        return "off"
    if value is False and name in ("shadow", "outline"):
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if name in ("margin", "outline") and isinstance(value, (tuple, list)):
        return " ".join(map(str, value))
    if name in ("at", "roi") and isinstance(value, (tuple, list)):
        return ",".join(str(int(number)) for number in value)
    if name == "size" and isinstance(value, (tuple, list)):
        return "x".join("" if side is None else str(side) for side in value)
    if isinstance(value, (str, int, float)):
        return str(value)
    raise CleancutError("option", f"{name} is a {type(value).__name__}; give a word or a number")


def kind_of(return_type: Optional[str], kind: Kind) -> Kind:
    """The kind of picture that is given back."""
    if return_type is None:
        return kind
    if return_type not in KINDS:
        raise CleancutError(
            "option", f"return_type is {return_type!r}; it takes {', '.join(KINDS)}"
        )
    return return_type  # type: ignore[return-value]
