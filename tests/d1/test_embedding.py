"""A database made anew from a snapshot is the one that the snapshot was taken of, object by object."""

from __future__ import annotations

import pytest

from pulse_ci.d1.load_schema import load_into_engine
from pulse_ci.d1.migration_status import RecordedMigrations
from pulse_ci.d1.snapshot import Snapshot
from pulse_ci.engine import EmbeddedD1
from pulse_ci.schema.introspect import find_shadow_tables
from pulse_ci.schema.schema import MasterRow
from pulse_ci.sql.names import fold
from tests.engine.seed.generated import statements

LISTED = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master"
    " WHERE sql IS NOT NULL AND substr(name, 1, 4) <> '_cf_' ORDER BY rowid"
)
LATER = (
    "ALTER TABLE {0} RENAME TO zz_renamed",
    "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, zz)",
    "CREATE VIRTUAL TABLE pages USING fts5(title, content='counted', content_rowid='id')",
    "CREATE TRIGGER fills AFTER INSERT ON counted BEGIN INSERT INTO pages (title) VALUES (new.zz); END",
    "CREATE VIEW before_its_table AS SELECT * FROM later",
    "CREATE TABLE later (id INTEGER PRIMARY KEY REFERENCES later (id))",
    "CREATE INDEX by_expression ON later (id + 1) WHERE id > 0",
)


def objects(database: EmbeddedD1) -> tuple[MasterRow, ...]:
    with database.open_unrestricted() as connection:
        return tuple(MasterRow(*map(str, row)) for row in connection.execute(LISTED))


def own(database: EmbeddedD1) -> list[MasterRow]:
    """All objects but the tables behind virtual ones, which the module makes and spells."""
    rows = objects(database)
    return sorted(row for row in rows if fold(row.name) not in find_shadow_tables(rows))


def test_100_generated_schemas_are_made_anew_as_they_are() -> None:
    for number in range(100):
        with EmbeddedD1() as database, EmbeddedD1() as copy:
            made = statements(number)
            database.run(";\n".join(made) + ";")
            first = database.schema().tables[0].name
            for sql in LATER:
                database.run(sql.format(f'"{first}"'))

            copy.restore(load_into_engine(Snapshot(objects(database), "d1_migrations", None, {})))

            assert own(copy) == own(database), number
            assert copy.schema() == database.schema(), number


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE)",
        "CREATE TABLE d1_migrations (name TEXT, checksum TEXT NOT NULL)",
        "CREATE TABLE \"D1_Migrations\" (name TEXT PRIMARY KEY CHECK (name <> 'b'))",
    ],
)
def test_records_never_keep_a_database_from_being_made(table: str) -> None:
    name = "D1_Migrations" if "D1_" in table else "d1_migrations"
    trigger = MasterRow(
        "trigger", "t", name, f"CREATE TRIGGER t BEFORE INSERT ON {name} BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    recorded = RecordedMigrations(name, ("a", "b", "a", "it's"))

    content = load_into_engine(Snapshot((MasterRow("table", name, name, table), trigger), name, recorded, {}))

    with EmbeddedD1() as copy:
        copy.restore(content)
        assert {row[0] for row in copy.query(f"SELECT name FROM {name}")} <= {"a", "b", "it's"}
