"""The schema diff as a table: one row for each object, and what became of it in words."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pulse_ci.model import Action, Change, Kind
from pulse_ci.report import wording
from pulse_ci.report.escape import cell, code
from pulse_ci.report.markdown.meaning import meaning
from pulse_ci.report.markdown.page import blocks, fold, table
from pulse_ci.report.markdown.signs import ACTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.value import Report, Schemas

_SEEN_AT_ONCE = 12


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the table, unfolded where it is short."""
    if not report.changes:
        return
    rows = object_rows(report.changes, report.schemas)
    shown = rows[: page.size.changes]
    body = table("| object | change |", shown) if shown else ""
    body = blocks((body, page.left_out(len(rows) - len(shown), "changed object")))
    if len(rows) <= _SEEN_AT_ONCE:
        yield f"#### Schema\n\n{body}"
    else:
        yield from fold(f"Schema: {wording.change_totals(report.changes)}", body)


def object_rows(changes: Iterable[Change], schemas: Schemas | None) -> list[str]:
    """Return a row for each object: a table with all its columns, an index, a trigger, a view."""
    return [_row(tuple(group), schemas) for _, group in groupby(changes, key=_object)]


def _object(change: Change) -> tuple[Kind, str]:
    if change.kind in (Kind.TABLE, Kind.COLUMN):
        return Kind.TABLE, change.table
    return change.kind, change.name


def _row(group: tuple[Change, ...], schemas: Schemas | None) -> str:
    kind, name = _object(group[0])
    action = group[0].action if group[0].kind is kind else Action.MODIFIED
    return f"| {ACTION[action]} {kind} {cell(code(name))} | {cell(meaning(group, schemas))} |"
