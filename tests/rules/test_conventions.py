"""Which conventions apply: those that the merged files keep."""

from __future__ import annotations

import pytest

from pulse_ci.errors import ConfigError
from pulse_ci.layout import FLAT, FOLDER_PATTERN, Layout
from pulse_ci.migrations.discover import MigrationSet, discover
from pulse_ci.migrations.source import SourceFile, SourceFiles
from pulse_ci.rules.conventions import CONVENTIONS, choose_conventions, require_convention_names
from pulse_ci.rules.registry import CONVENTIONS as RULES

BARE = "CREATE TABLE t{n} (id TEXT);\n"
HEADED = "-- Migration: T\n-- Created: 2024-03-05\n" + BARE
FULL = (
    "-- Migration: T\n-- Date: 2024-03-05\n-- Reason: R\nCREATE TABLE IF NOT EXISTS t{n} (id TEXT);\n"
    "-- Reverse:\n-- DROP TABLE t{n};\n"
)
WRANGLER = "-- Migration number: {n:04} \t 2024-03-05T10:11:12.000Z\n" + BARE
BREAKPOINT = "CREATE TABLE `t{n}` (`id` text);--> statement-breakpoint\nCREATE INDEX `i{n}` ON `t{n}` (`id`);"


def history(*texts: str, name: str = "{n:04}_t.sql", layout: Layout = FLAT) -> MigrationSet:
    files = [SourceFile(f"m/{name.format(n=n)}", text.format(n=n)) for n, text in enumerate(texts, 1)]
    return discover("m", SourceFiles(tuple(files), layout))


def required(migrations: MigrationSet, *names: str, has_journal: bool = False) -> set[str]:
    """Return the conventions that apply to the last file."""
    chosen = choose_conventions(names or ("auto",), migrations, migrations.migrations[-1:], has_journal=has_journal)
    return {each.name for each in CONVENTIONS if not set(each.rules) & chosen.skipped}


EVERY = {each.name for each in CONVENTIONS}


def test_the_conventions_are_the_rules_that_say_so() -> None:
    assert {rule for each in CONVENTIONS for rule in each.rules} == RULES


@pytest.mark.parametrize(
    ("migrations", "expected"),
    [
        (history(*[FULL] * 5), EVERY),
        (history(*[BARE] * 60), {"names", "numbers"}),
        (history(BARE, BARE, FULL, FULL, FULL, BARE), EVERY),
        (history(BARE, BARE, BARE, FULL, FULL, FULL, BARE), {"names", "numbers"}),
        (history(*[HEADED] * 4), {"names", "numbers", "header"}),
        (history(*[WRANGLER] * 4), {"names", "numbers", "header"}),
        (history(FULL), EVERY),
        (history(BARE, BARE, BARE), EVERY),
        (history(BREAKPOINT), set()),
        (history(WRANGLER, WRANGLER), set()),
        (history(BARE, BARE, layout=Layout(FOLDER_PATTERN), name="{n}_a/migration.sql"), set()),
        (history(*[BARE] * 4, name="2024030510{n:04}_x.sql"), {"names"}),
    ],
)
def test_a_convention_applies_where_the_merged_files_keep_it(migrations: MigrationSet, expected: set[str]) -> None:
    assert required(migrations) == expected


def test_a_journal_is_the_trace_of_a_generator() -> None:
    assert required(history(BARE), has_journal=True) == set()
    assert required(history(BARE)) == EVERY


def test_what_is_set_wins_over_the_habit() -> None:
    bare = history(*[BARE] * 5)

    assert required(bare, "all") == EVERY
    assert required(bare, "none") == set()
    assert required(bare, "header", "missing-reason") == {"header", "reason"}


def test_the_habit_is_said_in_one_line() -> None:
    files = history(*[HEADED] * 4)

    assert choose_conventions(("auto",), files, files.migrations[-1:]).sentence == (
        "Conventions, as in the last 3 merged files: required names, numbers, header; "
        "not required reason, reverse, idempotent (set with --conventions)"
    )


def test_where_all_files_are_reviewed_they_are_the_history() -> None:
    files = history(*[BARE] * 4)

    assert "missing-header" in choose_conventions(("auto",), files, files.migrations).skipped


@pytest.mark.parametrize("names", [("heder",), ("auto", "header"), ("none", "all")])
def test_a_name_that_is_no_convention_is_an_error(names: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="Write auto, all, none, or some of names, numbers, header"):
        require_convention_names(names)
