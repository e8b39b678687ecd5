"""Files as arguments: they are reviewed, what precedes them is replayed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.cases.product import judge

A = "CREATE TABLE a (id TEXT PRIMARY KEY);"
FILES = {
    ".git/HEAD": "",
    "migrations/0001_a.sql": A,
    "migrations/0002_b.sql": "DROP TABLE a;",
    "migrations/0003_c.sql": "CREATE TABLE c (id TEXT PRIMARY KEY);",
    "apps/x/drizzle/20260101000000_a/migration.sql": A,
    "apps/x/drizzle/20260102000000_b/migration.sql": "DROP TABLE a;",
}
FLAGS = ("--conventions", "none", "--preview", "embedded")


@pytest.mark.parametrize(
    ("paths", "reviewed", "status"),
    [
        (["migrations/0003_c.sql"], ["migrations/0003_c.sql"], 0),
        (["migrations/0002_b.sql"], ["migrations/0002_b.sql"], 1),
        (["migrations/0003_c.sql", "migrations/0002_b.sql"], ["migrations/0002_b.sql", "migrations/0003_c.sql"], 1),
        (
            ["apps/x/drizzle/20260102000000_b/migration.sql"],
            ["apps/x/drizzle/20260102000000_b/migration.sql"],
            1,
        ),
    ],
)
def test_the_files_that_are_named_are_reviewed(paths: list[str], reviewed: list[str], status: int) -> None:
    judged = judge(FILES, "check", *paths, *FLAGS, "--format", "json")

    assert judged.report is not None, judged.said
    assert [each["path"] for each in judged.report["migrations"] if each["under_review"]] == reviewed
    assert judged.status == status


def test_files_of_several_sets_are_checked_in_turn() -> None:
    judged = judge(FILES, "check", "migrations/0003_c.sql", "apps/x/drizzle/20260102000000_b/migration.sql", *FLAGS)

    assert judged.status == 1
    assert "apps/x/drizzle/20260102000000_b/migration.sql" in judged.said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("migrations/0009_x.sql",), "migrations/0009_x.sql is not there"),
        (("migrations/0003_c.sql", "--base", "HEAD"), "give one of the two"),
        (("migrations", "apps/x/drizzle", "--format", "json"), "2 migrations directories make 2 reports"),
    ],
)
def test_what_cannot_be_is_an_error(words: tuple[str, ...], message: str) -> None:
    judged = judge(FILES, "check", *words, *FLAGS)

    assert judged.status == 2
    assert message in judged.said


def test_the_hook_runs_on_migrations_alone() -> None:
    (hook,) = YAML(typ="safe").load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())

    assert hook["entry"] == "pulse-ci check"
    assert [bool(re.search(hook["files"], path)) for path in (*FILES, "src/x.sql")] == [False, *[True] * 5, False]
