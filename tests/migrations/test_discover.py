"""Which file is a migration, which a reverse, in which order they run, and which are looked at."""

from __future__ import annotations

import pytest

from pulse_ci.migrations.base_diff import BaseDiff
from pulse_ci.migrations.discover import MigrationSet, discover
from pulse_ci.migrations.source import SourceFile


def found(files: dict[str, str] | list[str], directory: str = "migrations") -> MigrationSet:
    contents = files if isinstance(files, dict) else dict.fromkeys(files, "")
    return discover(directory, [SourceFile(f"{directory}/{name}", text) for name, text in contents.items()])


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["010_a.sql", "002_b.sql", "001_c.sql"], ["001_c.sql", "002_b.sql", "010_a.sql"]),
        (["10_a.sql", "9_b.sql"], ["9_b.sql", "10_a.sql"]),
        (["x.sql", "002_b.sql"], ["002_b.sql", "x.sql"]),
        (["001_b.sql", "001_a.sql", "1_c.sql"], ["001_a.sql", "001_b.sql", "1_c.sql"]),
        (["019b_x.sql", "019_x.sql", "020_x.sql"], ["019_x.sql", "019b_x.sql", "020_x.sql"]),
    ],
)
def test_files_run_in_the_order_of_wrangler(names: list[str], order: list[str]) -> None:
    assert [each.name for each in found(names).migrations] == order


@pytest.mark.parametrize("directory", ["migrations", "./migrations", "db/migrations", "."])
def test_what_stands_in_reverse_is_no_migration(directory: str) -> None:
    files = found(["001_a.sql", "reverse/001_a.sql"], directory)

    assert [each.name for each in files.migrations] == ["001_a.sql"]
    assert len(files.reverse_files) == 1


@pytest.mark.parametrize(
    ("names", "width"),
    [([], 3), (["x.sql"], 3), (["0001_a.sql", "0002_b.sql", "003_c.sql"], 4), (["1_a.sql"], 1)],
)
def test_the_width_is_what_most_files_have(names: list[str], width: int) -> None:
    assert found(names).number_width == width


FORWARD = "CREATE TABLE a (b);\n"


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"001_a.sql": FORWARD + "-- Reverse:\n-- DROP TABLE a;\n"}, "migrations/001_a.sql"),
        ({"001_a.sql": FORWARD, "reverse/001_other.sql": "DROP TABLE a;"}, "migrations/reverse/001_other.sql"),
        ({"001_a.sql": FORWARD, "reverse/1_a.sql": "DROP TABLE a;"}, "migrations/reverse/1_a.sql"),
        (
            {"001_a.sql": FORWARD, "002_undo.sql": "-- Reverse migration 001\nDROP TABLE a;"},
            "migrations/002_undo.sql",
        ),
        (
            {"001_a.sql": FORWARD, "reverse/undo.sql": "-- Reverse migration 1\nDROP TABLE a;"},
            "migrations/reverse/undo.sql",
        ),
        (
            # All three at once: what stands in the file itself counts, then reverse/, then a later file.
            {
                "001_a.sql": FORWARD + "-- Down: DROP TABLE a;\n",
                "002_undo.sql": "-- Reverse migration 001\nDROP TABLE a;",
                "reverse/001_a.sql": "DROP TABLE a;",
            },
            "migrations/001_a.sql",
        ),
        (
            {
                "001_a.sql": FORWARD,
                "002_undo.sql": "-- Reverse migration 001\nDROP TABLE a;",
                "reverse/001_a.sql": "DROP TABLE a;",
            },
            "migrations/reverse/001_a.sql",
        ),
        ({"001_a.sql": FORWARD, "reverse/001_a.sql": "-- Reverse migration 002\nDROP TABLE a;"}, None),
        ({"001_a.sql": FORWARD, "reverse/002_a.sql": "DROP TABLE a;"}, None),
        ({"001_a.sql": FORWARD}, None),
        ({"a.sql": FORWARD, "reverse/a.sql": "DROP TABLE a;"}, None),
    ],
)
def test_the_reverse_is_looked_for_in_three_places(files: dict[str, str], source: str | None) -> None:
    migrations = found(files)

    reverse = migrations.find_reverse(migrations.migrations[0])

    assert (reverse.source.path if reverse else None) == source


def test_a_shipped_rollback_is_undone_by_what_it_undid() -> None:
    migrations = found({"001_a.sql": FORWARD, "002_undo.sql": "-- Reverse migration 001\nDROP TABLE a;"})

    reverse = migrations.find_reverse(migrations.migrations[1])

    assert reverse is not None
    assert reverse.source.path == "migrations/001_a.sql"


def test_what_is_looked_at_is_new_and_above_the_baseline() -> None:
    migrations = found(["001_a.sql", "002_b.sql", "x.sql"])
    base = BaseDiff("main", frozenset({"migrations/001_a.sql", "migrations/x.sql"}), (), frozenset())

    assert [each.name for each in migrations.select_under_review(None, 0)] == ["001_a.sql", "002_b.sql", "x.sql"]
    assert [each.name for each in migrations.select_under_review(None, 1)] == ["002_b.sql", "x.sql"]
    assert [each.name for each in migrations.select_under_review(base, 0)] == ["001_a.sql", "x.sql"]
    assert [each.name for each in migrations.select_under_review(base, 1)] == ["x.sql"]


def test_number_000_is_a_number() -> None:
    migrations = found(["000_a.sql", "001_b.sql"])

    assert migrations.numbers == {0, 1}
    assert [each.name for each in migrations.select_under_review(None, 0)] == ["000_a.sql", "001_b.sql"]
