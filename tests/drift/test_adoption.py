"""The migration that adopts a drift is a whole file, with a reverse that holds."""

from __future__ import annotations

from datetime import date

from pulse_ci.drift.adopt_migration import AdoptMigration, build_adopt_migration
from pulse_ci.drift.compare import compare
from tests.repair.databases import schema

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT)"
TODAY = date(2026, 11, 23)


def test_it_makes_what_the_database_has_and_its_reverse_takes_it_away() -> None:
    drift = compare(schema(SITES), schema(SITES.replace("name TEXT", "name TEXT, phone TEXT")))

    assert build_adopt_migration(drift, "pulse_analytics", "022", TODAY) == AdoptMigration(
        "022_adopt_pulse_analytics.sql",
        "-- Migration: Adopt what pulse_analytics has\n"
        "-- Created: 2026-11-23\n"
        "-- Reason: It was changed by hand there; with this file every database has it.\n"
        "-- Where it is there already, record it and do not run it: pulse-ci apply --adopt\n"
        "\nALTER TABLE sites ADD COLUMN phone TEXT;\n",
        "-- Reverse migration 022\n"
        "-- Created: 2026-11-23\n"
        "-- Undoes: Adopt what pulse_analytics has\n"
        "-- Values of `sites`.`phone` are deleted with it.\n"
        "\nALTER TABLE sites DROP COLUMN phone;\n",
    )


def test_where_nothing_differs_there_is_none() -> None:
    assert build_adopt_migration(compare(schema(SITES), schema(SITES)), "db", "022", TODAY) is None


def test_a_databases_name_cannot_end_the_comment() -> None:
    drift = compare(schema(), schema(SITES))

    made = build_adopt_migration(drift, "db\nDROP TABLE sites;", "022", TODAY)

    assert made
    assert made.forward.startswith("-- Migration: Adopt what db\\nDROP TABLE sites; has\n")
    assert made.name == "022_adopt_db_drop_table_sites.sql"
