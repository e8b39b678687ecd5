"""Drift: what a database has otherwise than the files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction
from pulse_ci.report import phrases
from pulse_ci.report.escape import cell, code, fence, plain
from pulse_ci.report.markdown.icons import ACTION
from pulse_ci.report.markdown.page import fold, table
from pulse_ci.report.schema_sql import diff_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Difference, Report

_LONGEST = 160


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the section where the database is not what the files make of it."""
    if not report.drift:
        return
    found = tuple(
        Change(each.kind, each.name, each.table, each.action, each.expected, each.actual) for each in report.drift
    )
    name = code(report.database.name) if report.database.name else plain(report.database.source)
    differs = phrases.change_totals(found, "also has", "lacks", "differs in")
    yield f"#### Drift\n\n{name} is not what the files say: it {differs}."
    shown = report.drift[: page.size.drift]
    if shown:
        yield table("| object | in the database |", [_row(each) for each in shown])
    yield page.left_out(len(found) - len(shown), "difference")
    if page.size.sql != 0:
        sql = fence(diff_text(found, None, page.size.sql), "diff")
        yield from fold("Drift as SQL: − the files, + the database", sql)


def _row(each: Difference) -> str:
    belongs = f" of {code(each.table, _LONGEST)}" if each.table != each.name else ""
    subject = f"{ACTION[each.action]} {each.kind} {code(each.name, _LONGEST)}{belongs}"
    return f"| {cell(subject)} | {cell(_words(each))} |"


def _words(each: Difference) -> str:
    match each.action:
        case ChangeAction.ADDED:
            return "in no file"
        case ChangeAction.REMOVED:
            return "missing"
        case _ if "\n" in f"{each.expected}{each.actual}":
            return "otherwise"
        case _:
            return f"{code(each.actual or '', _LONGEST)}, expected {code(each.expected or '', _LONGEST)}"
