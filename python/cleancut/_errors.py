"""What can go wrong, and what to do about it."""

from __future__ import annotations

_REPORT = "Please report this picture."

_HINTS = {
    "input": "Give a path, bytes, a file object, a PIL image or an array [h, w, 3 or 4] of uint8.",
    "option": "The message says what the option takes.",
    "unsupported-format": "Save the picture as JPEG, PNG or WebP, or open it with Pillow.",
    "too-large": "Give a smaller picture, or raise the option max_pixels.",
    "decode": "Take the file from its source again.",
    "no-subject": "Show the subject larger or on a calmer ground, or use segment().",
    "busy-ground": "Use the method auto or network.",
    "other-shape": "Give another size of the same picture.",
    "model": "Give a Remover of the model that is asked for.",
    "inference": _REPORT,
    "encode": _REPORT,
}


class CleancutError(Exception):
    """A photo was not cut out.

    ``code`` is a stable word: ``"input"``, ``"option"``, ``"unsupported-format"``, ``"too-large"``,
    ``"decode"``, ``"no-subject"``, ``"busy-ground"``, ``"other-shape"``, ``"model"``, ``"inference"``
    or ``"encode"``. ``hint`` says what to do. The message names the value and the limit.
    """

    code: str
    hint: str

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.hint = _HINTS.get(code, _REPORT)

    def __str__(self) -> str:
        return str(self.args[1])
