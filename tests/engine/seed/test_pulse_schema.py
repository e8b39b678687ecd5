"""PULSE's own schema, after each of its migrations."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulse_ci.analysis.seed import seed
from pulse_ci.engine.connection import EmbeddedD1
from tests.engine.seed.judge import all_rows, damage, rows_of, too_few, uncovered

MIGRATIONS = sorted(Path("migrations").glob("[0-9]*.sql"))


def migrated(count: int = len(MIGRATIONS)) -> EmbeddedD1:
    database = EmbeddedD1()
    for path in MIGRATIONS[:count]:
        database.run(path.read_text())
    return database


@pytest.mark.parametrize("count", range(1, len(MIGRATIONS) + 1))
def test_every_table_of_pulse_gets_two_rows_after_each_migration(count: int) -> None:
    with migrated(count) as database:
        seeded = seed(database)

        assert too_few(seeded) == []
        assert damage(database) == []
        assert [table.name for table in seeded.tables] == [table.name for table in database.schema().tables]


def test_each_nullable_column_of_pulse_is_null_once_and_has_a_value_once() -> None:
    with migrated() as database:
        seed(database)

        # Triggers give each session a channel, and each alert with a delivery the time of it.
        assert list(uncovered(database, database.schema().tables)) == [
            "alerts.last_fired_at is never NULL",
            "sessions.channel is never NULL",
        ]


def test_rows_that_migrations_inserted_are_kept() -> None:
    with migrated() as database:
        before = {name: rows for name, rows in all_rows(database).items() if rows}

        seed(database)

        assert before.keys() == {"currencies", "traffic_sources"}
        assert {name: rows_of(database, name) for name in before} == before


def test_seeding_twice_inserts_nothing_more() -> None:
    with migrated() as database:
        seed(database)
        before = all_rows(database)

        seeded = seed(database)

        assert all_rows(database) == before
        assert sum(table.inserted for table in seeded.tables) == 0


def test_more_rows_can_be_asked_for() -> None:
    with migrated() as database:
        seeded = seed(database, rows=5)

        assert too_few(seeded, 5) == []
        assert damage(database) == []


def test_the_search_index_of_annotations_finds_what_was_seeded() -> None:
    with migrated() as database:
        seed(database)

        database.run("INSERT INTO annotations_fts (annotations_fts, rank) VALUES ('integrity-check', 1)")
        assert len(rows_of(database, "annotations_fts")) == len(rows_of(database, "annotations"))


def test_what_is_asked_for_gets_rows_with_its_parents_and_what_its_triggers_read_and_nothing_else() -> None:
    with migrated() as database:
        seeded = seed(database, only=["Sessions"])

        assert {table.name for table in seeded.tables} >= {"accounts", "sessions", "sites", "traffic_sources"}
        assert not seeded.failures
        assert rows_of(database, "events") == []
        assert len(rows_of(database, "sessions")) >= 2
