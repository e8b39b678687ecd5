"""Which tables a migration reaches: the rows of all others are as they were, whatever foreign keys and triggers do."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.seed import seed
from pulse_ci.analysis.seeded_run import run_on_seeded_rows
from pulse_ci.analysis.touched_tables import list_tables_touched_by_reverse, list_touched_tables
from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.sql.names import fold
from pulse_ci.sql.split import split_statements
from tests.repair.migrations import generated
from tests.rules.example import review

MIGRATIONS = 80
SCHEMA = """
    CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);
    CREATE TABLE g (c INTEGER REFERENCES c (id) ON DELETE SET NULL);
    CREATE TABLE log (what TEXT);
    CREATE TABLE other (id INTEGER PRIMARY KEY);
    CREATE TRIGGER t AFTER DELETE ON c BEGIN INSERT INTO log VALUES (old.id); END;
"""


def reached(sql: str) -> frozenset[str]:
    files = {"migrations/001_a.sql": SCHEMA, "migrations/002_b.sql": sql}
    return list_touched_tables(review(files, baseline=1).analyses[0].replayed)


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("DELETE FROM p;", {"p", "c", "g", "log"}),
        ("DELETE FROM c;", {"p", "c", "g", "log"}),
        ("UPDATE p SET name = '';", {"p"}),
        ("DROP TABLE g;", {"g"}),
        ("ALTER TABLE p RENAME TO q; DELETE FROM q;", {"p", "c", "g", "log"}),
        ("ALTER TABLE p ADD COLUMN x;", {"p"}),
        ("CREATE UNIQUE INDEX i ON p (name);", {"p"}),
        ("CREATE INDEX i ON p (name);", set()),
        ("CREATE TABLE n (p INT REFERENCES p (id)); CREATE VIEW v AS SELECT * FROM c;", set()),
    ],
)
def test_a_migration_reaches_what_its_statements_keys_and_triggers_touch(sql: str, tables: set[str]) -> None:
    assert reached(sql) == tables


def test_a_reverse_reaches_what_it_writes_and_every_descendant_of_what_it_deletes_from() -> None:
    with EmbeddedD1() as database:
        database.run(SCHEMA)
        schema = database.schema()

    assert list_tables_touched_by_reverse(
        split_statements("DROP TABLE IF EXISTS new; UPDATE other SET id = 1;"), schema
    ) == {"other"}
    assert list_tables_touched_by_reverse(split_statements("DELETE FROM p WHERE id = 1;"), schema) == {"p", "c", "g"}


def test_generated_migrations_leave_all_tables_alone_that_they_do_not_reach() -> None:
    checked = 0
    for number in range(MIGRATIONS):
        made = generated(number)
        files = {"migrations/001_a.sql": "\n".join(made.before), "migrations/002_b.sql": "\n".join(made.migration)}
        replayed = review(files, baseline=1).analyses[0].replayed
        touched = list_touched_tables(replayed)
        with EmbeddedD1() as database:
            database.restore(replayed.content_before)
            seed(database)
            before = _contents(database)
            said = run_on_seeded_rows(database, replayed.migration.statements, replayed.before, touched)
            if said.run.rejections:
                continue
            after = _contents(database)
        for name, rows in before.items():
            if name not in touched:
                assert after[name] == rows, (number, name)
                checked += 1
            elif name in after and name in map(fold, said.counts):
                counts = {fold(table): numbers for table, numbers in said.counts.items()}
                assert counts[name] == (len(rows), len(after[name])), (number, name)
                checked += 1
    assert checked > MIGRATIONS // 2


def _contents(database: EmbeddedD1) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table in database.schema().tables:
        if not table.is_virtual:
            try:
                found[fold(table.name)] = sorted(database.query(f'SELECT * FROM "{table.name}"'), key=repr)
            except D1Refused:  # a text that is not UTF-8
                continue
    return found
