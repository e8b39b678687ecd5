"""A migration's leading comments to its header fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELD_LINE = re.compile(r"(migration|created|date|reason)\s{0,9}:(.*)", re.IGNORECASE | re.DOTALL)
# What `wrangler d1 migrations create` writes: "Migration number: 0001 \t 2024-03-05T10:11:12.000Z".
_WRANGLER_LINE = re.compile(
    r"migration number\s{0,9}:\s{0,9}[0-9]{1,15}\s{1,9}([0-9]{4}-[0-9]{2}-[0-9]{2})\S*$", re.IGNORECASE
)
_REVERSE_LINE = re.compile(r"reverse\s{1,9}migration\s{0,9}:?\s{1,9}([0-9]{1,15})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CommentLine:
    """One line of a comment, without its marks; lines count from 1."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class HeaderField:
    """A header field's value and the line it stands on."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the comments before the first statement say; `is_generated` where wrangler wrote them."""

    title: HeaderField | None = None
    date: HeaderField | None = None
    reason: HeaderField | None = None
    reversed_number: HeaderField | None = None
    is_generated: bool = False


def parse_header(comments: Iterable[CommentLine]) -> Header:
    """Read the fields; of a field that stands twice, the first counts, and an empty one is not there."""
    found: dict[str, HeaderField] = {}
    is_generated = False
    for comment in comments:
        # Stripped first, and with bounded gaps: no amount of spaces makes a pattern slow.
        text = comment.text.strip()
        if match := _FIELD_LINE.match(text):
            name = match[1].lower()
            if value := match[2].strip():
                found.setdefault("date" if name == "created" else name, HeaderField(value, comment.line))
        elif match := _WRANGLER_LINE.match(text):
            found.setdefault("migration", HeaderField(text, comment.line))
            found.setdefault("date", HeaderField(match[1], comment.line))
            is_generated = True
        elif match := _REVERSE_LINE.match(text):
            found.setdefault("reverse", HeaderField(match[1], comment.line))
    return Header(found.get("migration"), found.get("date"), found.get("reason"), found.get("reverse"), is_generated)
