"""A comment silences one rule, where it stands, for a reason; one that silences nothing is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.rules.lint import lint
from tests.commands.files import HEADER
from tests.rules.example import base_with, review

PATH = "migrations/001_a.sql"
TWO = "CREATE TABLE IF NOT EXISTS a (x INTEGER PRIMARY KEY);\nCREATE TABLE IF NOT EXISTS b (x INTEGER PRIMARY KEY);\n"


def outcome(sql: str) -> list[tuple[str, int, bool]]:
    return [(each.rule, each.line, each.ignored) for each in lint(review({PATH: sql}))]


def test_an_ignore_above_a_statement_is_for_that_one() -> None:
    assert outcome(f"{HEADER}-- pulse-ci: ignore missing-drop it stays for ever\n{TWO}") == [
        ("missing-drop", 5, True),
        ("missing-drop", 6, False),
    ]


def test_an_ignore_for_the_file_is_for_all_of_it() -> None:
    assert outcome(f"{HEADER}-- pulse-ci: ignore-file missing-drop they stay for ever\n{TWO}") == [
        ("missing-drop", 5, True),
        ("missing-drop", 6, True),
    ]


def test_an_ignore_for_another_rule_silences_nothing_and_is_told() -> None:
    assert outcome(f"{HEADER}-- pulse-ci: ignore replay-fails it runs\n{TWO}") == [
        ("unused-ignore", 4, False),
        ("missing-drop", 5, False),
        ("missing-drop", 6, False),
    ]


def test_an_ignore_of_a_rule_that_is_skipped_is_not_told_to_be_idle() -> None:
    reviewed = review({PATH: f"{HEADER}-- pulse-ci: ignore-file missing-drop they stay for ever\n{TWO}"})

    assert lint(replace(reviewed, skipped_rules=("missing-drop",))) == ()


@pytest.mark.parametrize("comment", ["ignore missing-drop", "ignore", "ignore-file"])
def test_an_ignore_without_a_reason_silences_nothing(comment: str) -> None:
    found = outcome(f"{HEADER}-- pulse-ci: {comment}\n{TWO}")

    assert found == [("ignore-without-reason", 4, False), ("missing-drop", 5, False), ("missing-drop", 6, False)]


def test_a_finding_on_the_header_is_ignored_for_the_file_alone() -> None:
    header = "-- Migration: Example\n-- Created: 2024-03-05\n"
    undo = "-- Reverse:\n-- DROP TABLE IF EXISTS b;\n-- DROP TABLE IF EXISTS a;\n"

    assert outcome(f"{header}-- pulse-ci: ignore-file missing-reason it says itself\n{TWO}{undo}") == [
        ("missing-reason", 1, True)
    ]
    assert outcome(f"{header}-- pulse-ci: ignore missing-reason it says itself\n{TWO}{undo}") == [
        ("missing-reason", 1, False),
        ("unused-ignore", 3, False),
    ]


def test_ignores_of_merged_files_are_none_of_the_changes_business() -> None:
    files = {PATH: f"{HEADER}-- pulse-ci: ignore missing-drop\n{TWO}", "migrations/002_b.sql": f"{HEADER}SELECT 1;\n"}

    assert lint(review(files, base=base_with(files, ["migrations/002_b.sql"]))) == ()


def test_an_ignore_in_a_string_is_a_string() -> None:
    sql = f"{HEADER}SELECT '\n-- pulse-ci: ignore-file missing-drop in a string\n';\n{TWO}"

    assert [(rule, ignored) for rule, _, ignored in outcome(sql)] == [("missing-drop", False), ("missing-drop", False)]
