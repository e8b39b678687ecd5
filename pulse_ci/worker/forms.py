"""Holes in SQL to the forms that make sense at their place: a placeholder, a list of them, a condition, nothing."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.worker.text import Hole, Text, variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_FORMS = 48
_MAX_STEPS = 400
_WORD = re.compile(r"([A-Za-z_]+)\s*\Z")
_IN_LIST = re.compile(r"\bIN\s*\(\s*\Z", re.IGNORECASE)
_VALUES = re.compile(r"\bVALUES\s*\(([^()]*)\Z", re.IGNORECASE)
_ROWS = re.compile(r"\bVALUES\s*\Z", re.IGNORECASE)
_COLUMNS = re.compile(r"\bINTO\s+[\w\".`\[\]]+\s*\(([^()]*)\)", re.IGNORECASE)
_COLUMN_LIST = re.compile(r"\bINTO\s+[\w\".`\[\]]+\s*\(\s*\Z", re.IGNORECASE)
_SET = re.compile(r"\bSET\s+(?:[^;]*,\s*)?\Z", re.IGNORECASE)
_SET_WITHOUT_WHERE = re.compile(r"\bSET\b(?!.*\bWHERE\b)", re.IGNORECASE | re.DOTALL)
_ASSIGNED = re.compile(r"\s*=")
_OPEN_CALL = re.compile(r"(?<!\bIN)\s*\(\s*\Z", re.IGNORECASE)
_OPERATOR = re.compile(
    r"(?:[=<>+\-*/%|]|\bLIKE|\bGLOB|\bBETWEEN|\bOFFSET|\bLIMIT|\bIS|\bTHEN|\bELSE)\s*\Z", re.IGNORECASE
)
_TABLE = {"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "EXISTS"}
_CONDITION = {"WHERE", "AND", "OR", "ON", "HAVING", "NOT", "WHEN"}
_TAIL = ("", " AND 1 ", " WHERE 1 ", " ORDER BY 1 ", " LIMIT 1 ", " DESC ", " 1 ", " ? ", ", 1 ", " WHERE 1 AND ")


def forms(text: Text) -> Iterator[str]:
    """Yield SQL that the text can be, the likeliest first, at most MAX_FORMS; one for text without holes."""
    yield from islice(dict.fromkeys(islice(_fill(text.parts, "", iter(range(_MAX_STEPS))), MAX_FORMS)), MAX_FORMS)


def _fill(parts: Sequence[object], before: str, steps: Iterator[int]) -> Iterator[str]:
    """Yield the fillings; each candidate takes one of `steps`, since a hole without any may follow many others."""
    for position, part in enumerate(parts):
        if isinstance(part, str):
            before += part
        elif isinstance(part, Hole):
            rest = parts[position + 1 :]
            after = rest[0] if rest and isinstance(rest[0], str) else ""
            for candidate in _by_breadth(part, before, after):
                if next(steps, None) is None:
                    return
                yield from _fill(rest, before + candidate, steps)
            return
    yield before


def _by_breadth(hole: Hole, before: str, after: str) -> Sequence[str]:
    if hole.item is not None:
        return tuple(_repeated(hole, before))
    return _candidates(before, after)


def _repeated(hole: Hole, before: str) -> Iterator[str]:
    counts = (_missing_values(before), 1, 2) if _VALUES.search(before) else (1, 2)
    for variant in variants(hole.item or Text()):
        for item in islice(_fill(variant.parts, before, iter(range(_MAX_STEPS))), 3):
            for count in dict.fromkeys(counts):
                yield hole.separator.join([item[len(before) :]] * max(count, 1))


def _candidates(before: str, after: str) -> tuple[str, ...]:  # noqa: C901 - an ordered table of contexts
    if _is_quoted(before):
        return ("x",)
    found = _WORD.search(before)
    word = found[1].upper() if found else ""
    if _IN_LIST.search(before):
        return ("?", "SELECT 1")
    if _VALUES.search(before):
        missing = max(_missing_values(before), 1)
        return (", ".join(["?"] * missing), "?")
    if _ROWS.search(before):
        return (f"({', '.join(['?'] * max(_missing_values(before), 1))})",)
    if _COLUMN_LIST.search(before):
        return ("rowid",)
    if word in _TABLE:
        return ()
    if word == "SET" or (_SET.search(before) and _SET_WITHOUT_WHERE.search(before)):
        return ("rowid",) if _ASSIGNED.match(after) else ("rowid = rowid", "")
    if word == "SELECT" or word == "DISTINCT":
        return ("*", "1", "count(*)", "")
    if word in _CONDITION:
        return ("1", "rowid") if not _ASSIGNED.match(after) else ("rowid",)
    if word == "BY":
        return ("1", "rowid")
    if word == "IN":
        return ("(?)",)
    if before.endswith((".", '."', "`")):
        return ("rowid",)
    if before.endswith(("?", ":", "@", "$")):
        return ("1", "a")
    if _OPERATOR.search(before) or _OPEN_CALL.search(before):
        return ("?", "1", "*", "")
    return _TAIL


def _missing_values(before: str) -> int:
    """Return how many values an INSERT still lacks for the columns that it names."""
    columns, values = _COLUMNS.search(before), _VALUES.search(before)
    named = len(columns[1].split(",")) if columns else 1
    given = len([each for each in values[1].split(",") if each.strip()]) if values else 0
    return named - given


def _is_quoted(before: str) -> bool:
    return before.count("'") % 2 == 1
