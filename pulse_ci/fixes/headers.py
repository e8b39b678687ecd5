"""missing-header: the lines that can be told from the file's name and the day; a reason cannot be invented."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.fixes.candidate import Declined, Proposal
from pulse_ci.fixes.text_edits import BYTE_ORDER_MARK, Splice, apply, line_end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.fixes.fix_context import Case
    from pulse_ci.migrations.parse import Migration

_REASON = "a reason cannot be invented"


def propose(case: Case) -> Iterator[Proposal | Declined]:
    """Propose the header lines that are missing."""
    if case.found("missing-header"):
        migration = case.evidence.migration
        labels, splices = zip(*_missing(migration, str(case.review.today)), strict=True)
        yield Proposal("missing-header", {case.path: apply(case.text, splices)}, f"adds {' and '.join(labels)}")
    if case.found("missing-reason"):
        yield Declined("missing-reason", _REASON)


def _missing(migration: Migration, today: str) -> Iterator[tuple[str, Splice]]:
    text, header = migration.text, migration.header
    end, top = line_end(text), int(text.startswith(BYTE_ORDER_MARK))
    first = header.title or header.reverse_of
    if first is None:
        yield "`-- Migration:`", Splice(top, top, f"-- Migration: {title_of(migration)}{end}")
    if header.date is None:
        below = _below(text, first.line) if first else top
        blank = "" if text[below:].lstrip(" \t").startswith(("--", "/*", "\r", "\n")) or not text[below:] else end
        yield "`-- Created:`", Splice(below, below, f"-- Created: {today}{end}{blank}")


def _below(text: str, line: int) -> int:
    """Return where the line behind a comment line begins; the top where the comment goes on, or ends the text."""
    start = [0, *(found.end() for found in re.finditer("\n", text))]
    own_line = text[start[line - 1] :].lstrip(f" \t{BYTE_ORDER_MARK}").startswith("--")
    return start[line] if own_line and line < len(start) else int(text.startswith(BYTE_ORDER_MARK))


def title_of(migration: Migration) -> str:
    """Return what a file's name says, as words: `022_custom_fields.sql` is "Custom fields"."""
    words = " ".join(re.split(r"[_.-]+", migration.name.removeprefix(migration.digits or "").removesuffix(".sql")))
    return words.strip()[:1].upper() + words.strip()[1:]
