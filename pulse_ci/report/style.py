"""Colours, limits and closing lines that all text reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.escape import escape_invisible
from pulse_ci.report.phrases import pluralize

if TYPE_CHECKING:
    from collections.abc import Iterator

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"
MAX_SHOWN = 20


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


def note_omitted(count: int, style: TextStyler, noun: str = "") -> Iterator[str]:
    """Yield how many of `count` entries a text report leaves out, if any."""
    if count > MAX_SHOWN:
        what = f"{count - MAX_SHOWN} more{noun and ' '}{noun}"
        yield style(f"  and {what}; --format json has them all", DIM)


def close_report(
    headline: str, mark: tuple[str, str], facts: list[str], stopped: str | None, style: TextStyler
) -> Iterator[str]:
    """Yield the last lines of a text report: its headline, the facts behind it, and why it is incomplete."""
    yield f"{style(mark[0], mark[1], BOLD)} {style(to_one_line(headline), BOLD)}"
    yield from (f"  {fact}" for fact in facts)
    if stopped:
        yield f"  {to_one_line(stopped)}; --resume goes on from the report"


def describe_reading(compared_with: str, requests: int) -> str:
    """Return what live databases were compared with, and what reading them took."""
    return f"compared with {to_one_line(compared_with)}; {pluralize(requests, 'request')}, nothing was written"
