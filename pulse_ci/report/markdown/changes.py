"""The schema diff as a table: one row for each object, and what became of it in words."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.report import phrases
from pulse_ci.report.escape import code_span, escape_cell
from pulse_ci.report.markdown.describe_change import describe_changes
from pulse_ci.report.markdown.icons import ACTION_ICONS
from pulse_ci.report.markdown.page import join_blocks, render_details, render_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report, Schemas

_MAX_UNFOLDED = 12
_MAX_NAME_LENGTH = 100


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the table, unfolded where it is short."""
    if not report.changes:
        return
    objects = group_by_object(report.changes)
    shown = render_object_rows(objects[: page.limits.changes], report.schemas)
    body = render_table("| object | change |", shown) if shown else ""
    body = join_blocks((body, page.render_omitted(len(objects) - len(shown), "changed object")))
    if len(objects) <= _MAX_UNFOLDED:
        yield f"#### Schema\n\n{body}"
    else:
        yield from render_details(f"Schema: {phrases.summarize_changes(report.changes)}", body)


def render_object_rows(objects: Iterable[tuple[Change, ...]], schemas: Schemas | None) -> list[str]:
    """Return a row for the changes of each object."""
    return [_render_row(group, schemas) for group in objects]


def group_by_object(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """Return the changes of each object together: of a table with all its columns, an index, a trigger, a view."""
    return [tuple(group) for _, group in groupby(changes, key=_get_object_key)]


def _get_object_key(change: Change) -> tuple[ObjectKind, str]:
    if change.kind in (ObjectKind.TABLE, ObjectKind.COLUMN):
        return ObjectKind.TABLE, change.table
    return change.kind, change.name


def _render_row(group: tuple[Change, ...], schemas: Schemas | None) -> str:
    kind, name = _get_object_key(group[0])
    action = group[0].action if group[0].kind is kind else ChangeAction.MODIFIED
    return (
        f"| {ACTION_ICONS[action]} {kind} {escape_cell(code_span(name, _MAX_NAME_LENGTH))} | "
        f"{escape_cell(describe_changes(group, schemas))} |"
    )
