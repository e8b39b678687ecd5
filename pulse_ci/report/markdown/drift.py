"""Drift: what a database has otherwise than the files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction
from pulse_ci.report import phrases
from pulse_ci.report.escape import code_block, code_span, escape_cell, escape_text
from pulse_ci.report.markdown.icons import ACTION_ICONS
from pulse_ci.report.markdown.page import render_details, render_table
from pulse_ci.report.schema_sql import format_schema_diff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import DriftEntry, Report

_MAX_LENGTH = 160


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the section where the database is not what the files make of it."""
    if not report.drift:
        return
    changes = tuple(
        Change(each.kind, each.name, each.table, each.action, each.expected, each.actual) for each in report.drift
    )
    name = code_span(report.database.name) if report.database.name else escape_text(report.database.source)
    differs = phrases.summarize_changes(changes, "also has", "lacks", "differs in")
    yield f"#### Drift\n\n{name} is not what the files say: it {differs}."
    shown = report.drift[: page.limits.drift]
    if shown:
        yield render_table("| object | in the database |", [_render_row(each) for each in shown])
    yield page.render_omitted(len(changes) - len(shown), "difference")
    if page.limits.sql != 0:
        sql = code_block(format_schema_diff(changes, None, page.limits.sql), "diff")
        yield from render_details("Drift as SQL: − the files, + the database", sql)


def _render_row(each: DriftEntry) -> str:
    belongs = f" of {code_span(each.table, _MAX_LENGTH)}" if each.table != each.name else ""
    subject = f"{ACTION_ICONS[each.action]} {each.kind} {code_span(each.name, _MAX_LENGTH)}{belongs}"
    return f"| {escape_cell(subject)} | {escape_cell(_describe_state(each))} |"


def _describe_state(each: DriftEntry) -> str:
    match each.action:
        case ChangeAction.ADDED:
            return "in no file"
        case ChangeAction.REMOVED:
            return "missing"
        case _ if "\n" in f"{each.expected}{each.actual}":
            return "otherwise"
        case _:
            return (
                f"{code_span(each.actual or '', _MAX_LENGTH)}, expected {code_span(each.expected or '', _MAX_LENGTH)}"
            )
