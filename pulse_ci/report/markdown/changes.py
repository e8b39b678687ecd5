"""The schema diff as a table: one row for each object, and what became of it in words."""

from __future__ import annotations

import html
from itertools import groupby
from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.report import phrases
from pulse_ci.report.escape import code_block, code_span, escape_cell
from pulse_ci.report.markdown.describe_change import describe_changes
from pulse_ci.report.markdown.icons import ACTION_ICONS
from pulse_ci.report.markdown.page import join_blocks, render_fold, render_table
from pulse_ci.report.models import Conclusion
from pulse_ci.report.schema_sql import format_schema_diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report, Schemas

_MIN_TABLE_ROWS = 3
_MAX_OPEN_LINES = 20
_MAX_NAME_LENGTH = 100


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the changes in words where there are at least three, and as a diff of SQL, open where it is short."""
    if not report.changes:
        return
    summary = f"<b>What changes</b>: {html.escape(phrases.summarize_changes(report.changes))}"
    body = join_blocks((_render_object_table(report, page), _render_diff(report, page)))
    if report.conclusion is Conclusion.SUCCESS and body.count("\n") <= _MAX_OPEN_LINES:
        yield f"**What changes**: {phrases.summarize_changes(report.changes)}\n\n{body}"
    else:
        yield from render_fold(summary, body)


def _render_object_table(report: Report, page: Page) -> str:
    objects = group_by_object(report.changes)
    if len(objects) < _MIN_TABLE_ROWS:
        return ""
    shown = render_object_rows(objects[: page.limits.changes], report.schemas)
    body = render_table("| object | change |", shown) if shown else ""
    return join_blocks((body, page.render_omitted(len(objects) - len(shown), "changed object")))


def _render_diff(report: Report, page: Page) -> str:
    if page.limits.sql == 0:
        return f"_The SQL does not fit here; {page.links.full_report} has it._"
    return code_block(format_schema_diff(report.changes, report.schemas, page.limits.sql), "diff")


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
