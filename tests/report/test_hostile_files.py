"""Hostile files through the whole check: header, SQL, names and D1's own messages that quote them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.check import check
from pulse_ci.commands.output import render
from pulse_ci.commands.request import build_request
from pulse_ci.github.runner import escape_commands, format_annotations
from pulse_ci.model import Severity
from pulse_ci.report import markdown
from pulse_ci.sql.names import quote
from tests.github.runner_model import read_commands
from tests.report.github_html import rendered
from tests.report.hostile import hostile_text
from tests.report.test_hostile_markdown import LINKS, assert_ours

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.report import Report

FILES = 40


def migration(choice: Random) -> str:
    """A file that makes, changes and drops what has hostile names, with a hostile header and a hostile end."""

    def text() -> str:
        return hostile_text(choice).replace("\0", "").encode(errors="replace").decode()

    names = [quote(f"{text()}{number}") for number in range(6)]
    table, column, other, index, view, trigger = names
    literal = text().replace("'", "''")
    statements = [
        f"CREATE TABLE {table} ({column} TEXT DEFAULT '{literal}', {other} REFERENCES {table} ({column}));",
        f"CREATE INDEX {index} ON {table} ({other});",
        f"CREATE VIEW {view} AS SELECT {column} FROM {table} WHERE {other} = '{literal}';",
        f"CREATE TRIGGER {trigger} AFTER INSERT ON {table} BEGIN DELETE FROM {table} WHERE {column} = ''; END;",
        f"ALTER TABLE sites ADD COLUMN {column} TEXT NOT NULL;",
        f"UPDATE {other} SET {column} = '{literal}';",
        f"-- pulse-ci: ignore missing-drop {text()}\nDROP TABLE {choice.choice([table, other, 'sites'])};",
        text(),
    ]
    head = f"-- Migration: {text()}\n-- Created: {text()}\n-- Reason: {text()}\n"
    return head + "\n".join(choice.sample(statements, choice.randrange(1, 5)))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    """What checks say of hostile files, each on top of one good one."""
    return [_checked(tmp_path_factory.mktemp("hostile"), number) for number in range(FILES)]


def _checked(directory: Path, number: int) -> Report:
    (directory / "001_sites.sql").write_text("CREATE TABLE sites (id TEXT PRIMARY KEY);")
    text = migration(Random(number))
    (directory / "002_hostile.sql").write_text(text, encoding="utf-8", errors="replace", newline="")
    return check(build_request(directory))


def test_the_comment_on_hostile_files_has_no_element_that_is_not_ours(reports: list[Report]) -> None:
    for report in reports:
        text = markdown.render(report, LINKS)

        assert_ours(rendered(text), text)
    assert any(report.changes for report in reports)
    assert {finding.rule for report in reports for finding in report.findings} > {"replay-fails", "missing-drop"}


def test_no_line_that_is_printed_of_them_is_a_command_that_is_not_ours(reports: list[Report]) -> None:
    for report in reports:
        for form in ("text", "json", "markdown", "sarif"):
            assert read_commands(escape_commands(render(report, form))) == []
        commands = read_commands("\n".join(format_annotations(report.findings)))
        assert {command.name for command in commands} <= {"error", "warning", "notice"}
        assert len(commands) == sum(min(10, report.count_findings(severity)) for severity in Severity)
