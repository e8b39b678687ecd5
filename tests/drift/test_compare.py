"""Every drift that matters is seen, with statements that end it; what does not matter is silent."""

from __future__ import annotations

from itertools import islice

import pytest

from pulse_ci.drift.compare import compare
from pulse_ci.engine import EmbeddedD1
from pulse_ci.schema.diff import diff
from tests.drift.histories import changed, respelled
from tests.engine.databases import schema as sqlite_schema
from tests.engine.pairs import DIFFERENT, EQUAL, Pair
from tests.repair.databases import after, schema, seeded

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT)"
PAGES = "CREATE TABLE pages (id INTEGER PRIMARY KEY, site INTEGER REFERENCES sites (id) ON DELETE CASCADE)"


def test_two_hundred_changes_that_matter_are_seen_and_mended() -> None:
    for what, expected, actual, statements in islice(changed(seed=4), 200):
        drift = compare(expected, actual)

        assert drift.unallowed, what
        assert all(difference.repair for difference in drift.unallowed), what
        with EmbeddedD1() as database:
            database.run(";\n".join(statements))
            database.run("\n".join(drift.repair.statements))
            assert diff(expected, database.schema()) == (), what


def test_schemas_that_came_to_be_otherwise_are_no_drift() -> None:
    for _, expected, actual, _ in islice(respelled(seed=4), 120):
        assert compare(expected, actual).differences == ()


@pytest.mark.parametrize("pair", EQUAL, ids=lambda pair: pair.name)
def test_what_sqlite_takes_for_the_same_is_no_drift(pair: Pair) -> None:
    assert compare(sqlite_schema(pair.one), sqlite_schema(pair.other)).differences == ()


@pytest.mark.parametrize("pair", DIFFERENT, ids=lambda pair: pair.name)
def test_each_difference_of_meaning_is_mended(pair: Pair) -> None:
    expected = schema(pair.one)
    with after(seeded(), pair.other) as database:
        drift = compare(expected, database.schema())

        database.run("\n".join(drift.repair.statements))
        assert drift.repair.problem is None
        assert diff(expected, database.schema()) == ()


def test_the_adopting_statements_lead_from_the_files_to_the_database() -> None:
    files = [SITES, PAGES, "CREATE INDEX by_site ON pages (site)"]
    actual = schema(SITES.replace("name", "title"), PAGES, "CREATE VIEW v AS SELECT 1 AS one")

    drift = compare(schema(*files), actual)

    with after(seeded(*files), *drift.adopt.statements) as database:
        assert diff(actual, database.schema()) == ()


def test_each_difference_carries_its_own_statements_alone() -> None:
    expected = schema(SITES, PAGES, "CREATE INDEX by_site ON pages (site)")
    actual = schema(SITES, PAGES, "CREATE VIEW v AS SELECT 1 AS one", "CREATE INDEX hotfix ON sites (name)")

    found = compare(expected, actual)

    assert {each.sentence: each.repair for each in found.unallowed} == {
        "view `v` is in no migration": ("DROP VIEW IF EXISTS v;",),
        "index `by_site` is missing": ("CREATE INDEX IF NOT EXISTS by_site ON pages (site);",),
        "index `hotfix` is in no migration": ("DROP INDEX IF EXISTS hotfix;",),
    }


def test_a_rebuild_stays_whole_beside_another_difference() -> None:
    expected = schema(SITES.replace("name TEXT", "name TEXT NOT NULL DEFAULT ''"), PAGES)
    actual = schema(SITES, PAGES, "CREATE VIEW v AS SELECT 1 AS one")

    found = compare(expected, actual)

    mends = {each.change.name: each.repair for each in found.unallowed}
    assert mends["v"] == ("DROP VIEW IF EXISTS v;",)
    assert mends["name"] == tuple(each for each in found.repair.statements if each not in mends["v"])
    assert mends["name"][-1] == "PRAGMA foreign_key_check;"


def test_rows_that_a_mend_would_delete_are_told() -> None:
    actual = schema(SITES.replace("name TEXT", "name TEXT, phone TEXT"), "CREATE TABLE backup (id)")

    found = compare(schema(SITES), actual)

    assert found.repair.deletes == (
        "Rows of `backup` are deleted with it.",
        "Values of `sites`.`phone` are deleted with it.",
    )


def test_a_table_renamed_by_hand_is_renamed_back_and_keeps_its_rows() -> None:
    found = compare(schema(SITES, PAGES), schema(SITES, PAGES, "ALTER TABLE sites RENAME TO places"))

    assert found.repair.statements == ("ALTER TABLE places RENAME TO sites;",)
    assert (found.repair.deletes, found.repair.losses) == ((), ())
