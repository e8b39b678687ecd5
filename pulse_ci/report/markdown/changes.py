"""The schema diff as a table: one row for each object, and what became of it in words."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.report import phrases
from pulse_ci.report.escape import cell, code
from pulse_ci.report.markdown.describe_change import meaning
from pulse_ci.report.markdown.icons import ACTION
from pulse_ci.report.markdown.page import blocks, fold, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report, Schemas

_SEEN_AT_ONCE = 12
_LONGEST_NAME = 100


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the table, unfolded where it is short."""
    if not report.changes:
        return
    objects = by_object(report.changes)
    shown = object_rows(objects[: page.size.changes], report.schemas)
    body = table("| object | change |", shown) if shown else ""
    body = blocks((body, page.left_out(len(objects) - len(shown), "changed object")))
    if len(objects) <= _SEEN_AT_ONCE:
        yield f"#### Schema\n\n{body}"
    else:
        yield from fold(f"Schema: {phrases.change_totals(report.changes)}", body)


def object_rows(objects: Iterable[tuple[Change, ...]], schemas: Schemas | None) -> list[str]:
    """Return a row for the changes of each object."""
    return [_row(group, schemas) for group in objects]


def by_object(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """Return the changes of each object together: of a table with all its columns, an index, a trigger, a view."""
    return [tuple(group) for _, group in groupby(changes, key=_object)]


def _object(change: Change) -> tuple[ObjectKind, str]:
    if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN):
        return ObjectKind.TABLE, change.table
    return change.kind, change.name


def _row(group: tuple[Change, ...], schemas: Schemas | None) -> str:
    kind, name = _object(group[0])
    action = group[0].action if group[0].kind is kind else ChangeAction.MODIFIED
    return f"| {ACTION[action]} {kind} {cell(code(name, _LONGEST_NAME))} | {cell(meaning(group, schemas))} |"
