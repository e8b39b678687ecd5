"""A file that needs rows which no file brings leaves its schema to those that follow."""

from __future__ import annotations

from pulse_ci.analysis.replay import replay
from pulse_ci.engine import EmbeddedD1
from pulse_ci.migrations.parse import Migration, parse_migration
from pulse_ci.migrations.source import SourceFile
from pulse_ci.rules.lint import lint
from tests.d1.histories import history
from tests.rules.example import review
from tests.rules.test_no_silent_loss import said

PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY);"
NEEDS_A_ROW = "CREATE TABLE c (p NOT NULL REFERENCES p (id));\nINSERT INTO c VALUES (7);"
FOLLOWS = "CREATE INDEX c_p ON c (p);"
FILES = {f"migrations/00{number}_a.sql": sql for number, sql in enumerate((PARENT, NEEDS_A_ROW, FOLLOWS), start=1)}
WHOLE = {"p", "c", "c_p"}


def files(**contents: str) -> list[Migration]:
    return [parse_migration(SourceFile(f"migrations/{name}.sql", sql)) for name, sql in contents.items()]


def names(database: EmbeddedD1) -> set[str]:
    schema = database.schema()
    return {table.name for table in schema.tables} | {index.name for index in schema.indexes}


def test_as_part_of_the_history() -> None:
    with EmbeddedD1() as database:
        found = replay(database, files(n1=PARENT, n2=NEEDS_A_ROW, n3=FOLLOWS), ())

        assert [(each.migration.name, each.kept_schema) for each in found.failed] == [("n2.sql", True)]
        assert names(database) == WHOLE
        assert database.query("SELECT * FROM c") == []


def test_at_a_deferred_constraint_too() -> None:
    deferred = NEEDS_A_ROW.replace("(id)", "(id) DEFERRABLE INITIALLY DEFERRED")
    with EmbeddedD1() as database:
        replay(database, files(n1=PARENT, n2=deferred, n3=FOLLOWS), ())

        assert names(database) == WHOLE


def test_but_not_where_the_schema_itself_is_refused() -> None:
    with EmbeddedD1() as database:
        found = replay(database, files(n1=PARENT, n2=f"{NEEDS_A_ROW}\nDROP TABLE missing;"), ())

        assert [each.kept_schema for each in found.failed] == [False]
        assert names(database) == {"p"}


def test_a_trace_goes_on_with_it() -> None:
    past = history(n001_a=PARENT, n002_b=NEEDS_A_ROW, n003_c=FOLLOWS)

    assert past.rejections == {}
    assert past.schemas[-1].find_index("c_p")


def test_under_review_it_is_an_error_and_what_follows_is_judged_by_its_schema() -> None:
    errors = said(review(FILES, baseline=1))

    assert "D1 rejects this statement, where no rows are but those that the files bring: `FOREIGN KEY" in errors
    assert "no such table" not in errors


def test_when_it_is_merged_nothing_is_said_of_it_any_more() -> None:
    assert [each for each in lint(review(FILES, baseline=2)) if each.path != max(FILES)] == []
