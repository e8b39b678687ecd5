"""Colour for a terminal, where it is wanted."""

from __future__ import annotations

from pulse_ci.report.escape import escape_invisible

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"


class TextStyler:
    """Puts text between the codes of a colour, or leaves it as it is."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, *codes: str) -> str:
        """Return the text, coloured if it is to be."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._colour and codes else text


def to_one_line(text: str) -> str:
    """Return the text on one line; control characters are spelled out."""
    return " ".join(escape_invisible(text).split())
