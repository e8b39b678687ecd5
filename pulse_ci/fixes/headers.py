"""missing-header: the lines that follow from the file's name and the day; a reason cannot be invented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.fixes.fix_context import FixCandidate, SkippedFix
from pulse_ci.fixes.text_edits import BYTE_ORDER_MARK, TextEdit, apply_edits, find_line_end
from pulse_ci.rewrite.ddl_statements import escape_unprintable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.fixes.fix_context import FixContext
    from pulse_ci.migrations.parse import Migration

_NO_REASON = "a reason cannot be invented"


def propose(context: FixContext) -> Iterator[FixCandidate | SkippedFix]:
    """Propose the header lines that are missing."""
    if context.find_findings("missing-header"):
        migration = context.analysis.migration
        labels, edits = zip(*_find_missing_lines(migration, str(context.review.today)), strict=True)
        yield FixCandidate(
            "missing-header", {context.path: apply_edits(context.text, edits)}, f"adds {' and '.join(labels)}"
        )
    if context.find_findings("missing-reason"):
        yield SkippedFix("missing-reason", _NO_REASON)


def _find_missing_lines(migration: Migration, today: str) -> Iterator[tuple[str, TextEdit]]:
    text, header = migration.text, migration.header
    end, top = find_line_end(text), int(text.startswith(BYTE_ORDER_MARK))
    first = header.title or header.reversed_number
    if first is None:
        yield "`-- Migration:`", TextEdit(top, top, f"-- Migration: {_make_title(migration)}{end}")
    if header.date is None:
        below = _find_line_below(text, first.line) if first else top
        blank = "" if text[below:].lstrip(" \t").startswith(("--", "/*", "\r", "\n")) or not text[below:] else end
        yield "`-- Created:`", TextEdit(below, below, f"-- Created: {today}{end}{blank}")


def _find_line_below(text: str, line: int) -> int:
    """Return where the line after a comment line begins; the top where the comment continues, or ends the text."""
    start = [0, *(found.end() for found in re.finditer("\n", text))]
    own_line = text[start[line - 1] :].lstrip(f" \t{BYTE_ORDER_MARK}").startswith("--")
    return start[line] if own_line and line < len(start) else int(text.startswith(BYTE_ORDER_MARK))


def _make_title(migration: Migration) -> str:
    """Return what a file's name says, as words: `022_custom_fields.sql` is "Custom fields"."""
    name = migration.file_name.removeprefix(migration.digits or "").removesuffix(".sql")
    words = escape_unprintable(" ".join(re.split(r"[_.-]+", name)).strip())
    return words[:1].upper() + words[1:]
