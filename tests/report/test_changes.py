"""What a change of the schema means, in the words of the comment's table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.engine import EmbeddedD1
from pulse_ci.report.markdown.changes import group_by_object, render_object_rows
from pulse_ci.report.models import Schemas
from pulse_ci.report.schema_sql import format_schema_diff
from pulse_ci.schema.diff import diff

BEFORE = """
CREATE TABLE sites (id TEXT PRIMARY KEY NOT NULL, fee TEXT);
CREATE TABLE goals (id INTEGER PRIMARY KEY, site TEXT NOT NULL, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0);
CREATE INDEX idx_goals ON goals (site);
"""
GOALS = "CREATE TABLE goals (id INTEGER PRIMARY KEY, {});"

# The statements that make the new schema from nothing, and the row of what they change.
ALTERED = {
    "ALTER TABLE sites ADD COLUMN url TEXT;": "| ✏️ table `sites` | + `url TEXT` |",
    "ALTER TABLE sites DROP COLUMN fee;": "| ✏️ table `sites` | − `fee` |",
    "DROP TABLE sites;": "| ➖ table `sites` | removed |",
    "DROP INDEX idx_goals;": "| ➖ index `idx_goals` | removed, was on `goals` |",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, site TEXT REFERENCES sites (id));": (
        "| ➕ table `notes` | 2 columns: `id`, `site`; refers to `sites` |"
    ),
    "CREATE UNIQUE INDEX i ON goals (site COLLATE NOCASE, id DESC) WHERE site <> '|';": (
        "| ➕ index `i` | unique, on `goals` (`site COLLATE NOCASE, id DESC`), where `site <> '\\|'` |"
    ),
    "CREATE VIEW v AS SELECT 1;": "| ➕ view `v` | added |",
    "CREATE TRIGGER t AFTER DELETE ON goals BEGIN SELECT 1; END;": "| ➕ trigger `t` | after delete on `goals` |",
}
REBUILT = {
    "site TEXT, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0": "`site` no longer NOT NULL",
    "site INTEGER NOT NULL, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0": (
        "`site` is now `INTEGER`, was `TEXT`"
    ),
    "site TEXT NOT NULL UNIQUE, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0": "`site` now UNIQUE",
    "site TEXT NOT NULL, kind TEXT CHECK (kind <> 'x'), cents INTEGER DEFAULT 0": (
        "`kind` now CHECK `kind <> 'x'`, was `kind <> ''`"
    ),
    "site TEXT NOT NULL, kind TEXT, cents INTEGER DEFAULT 0": "`kind` no longer CHECK `kind <> ''`",
    "site TEXT NOT NULL, kind TEXT CHECK (kind <> ''), cents INTEGER": "`cents` without default (was `0`)",
    "site TEXT NOT NULL, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 5": "`cents` with default `5` (was `0`)",
    "site TEXT NOT NULL COLLATE NOCASE, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0": (
        "`site` with collation `NOCASE`"
    ),
    "site TEXT NOT NULL REFERENCES sites ON DELETE CASCADE, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0": (
        "`site` now references `sites (id) ON DELETE CASCADE`"
    ),
    "site TEXT NOT NULL, cents INTEGER DEFAULT 0, kind TEXT CHECK (kind <> '')": "its columns are in another order",
    "site TEXT NOT NULL, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0, UNIQUE (site, kind)": (
        "now UNIQUE `site, kind`"
    ),
    "site TEXT NOT NULL, kind TEXT CHECK (kind <> ''), cents INTEGER DEFAULT 0, CHECK (cents > id)": (
        "now CHECK `cents > id`"
    ),
}


def schemas_after(statements: str) -> Schemas:
    with EmbeddedD1() as database:
        database.run(BEFORE)
        before = database.schema()
        database.run(statements)
        return Schemas(before, database.schema())


def rows_after(statements: str) -> list[str]:
    schemas = schemas_after(statements)
    return render_object_rows(group_by_object(diff(schemas.before, schemas.after)), schemas)


@pytest.mark.parametrize("statements", ALTERED)
def test_a_change_of_one_object_is_one_row_in_words(statements: str) -> None:
    assert rows_after(statements) == [ALTERED[statements]]


@pytest.mark.parametrize("columns", REBUILT)
def test_a_rebuilt_table_says_what_it_is_and_is_no_longer(columns: str) -> None:
    rows = rows_after(f"DROP TABLE goals; {GOALS.format(columns)} CREATE INDEX idx_goals ON goals (site);")

    assert rows == [f"| ✏️ table `goals` | {REBUILT[columns]} |"]


def test_without_rowid_and_strict_are_named() -> None:
    rows = rows_after("DROP TABLE sites; CREATE TABLE sites (id TEXT PRIMARY KEY, fee TEXT) STRICT, WITHOUT ROWID;")

    assert rows == ["| ✏️ table `sites` | now STRICT<br>now WITHOUT ROWID |"]


def test_several_changes_of_one_table_stand_below_one_another() -> None:
    rows = rows_after("ALTER TABLE sites ADD COLUMN a TEXT; ALTER TABLE sites DROP COLUMN fee;")

    assert rows == ["| ✏️ table `sites` | − `fee`<br>+ `a TEXT` |"]


def test_a_report_without_schemas_tells_a_column_by_its_sql() -> None:
    schemas = schemas_after(f"DROP TABLE goals; {GOALS.format('site TEXT')}")
    changes = [each for each in diff(schemas.before, schemas.after) if each.name == "site"]

    assert render_object_rows(group_by_object(changes), None) == [
        "| ✏️ table `goals` | `site TEXT NOT NULL` → `site TEXT` |"
    ]


def test_a_changed_table_is_shown_whole_and_an_unchanged_one_not_at_all() -> None:
    schemas = schemas_after("ALTER TABLE sites ADD COLUMN url TEXT;")

    assert format_schema_diff(diff(schemas.before, schemas.after), schemas) == (
        " CREATE TABLE sites (\n   id TEXT PRIMARY KEY NOT NULL,\n   fee TEXT,\n+  url TEXT\n )"
    )


def test_a_long_table_is_shown_where_it_changes() -> None:
    columns = ", ".join(f"c{number} TEXT" for number in range(60))
    schemas = schemas_after(f"CREATE TABLE wide ({columns});")
    wider = replace(schemas_after(f"CREATE TABLE wide ({columns}, url TEXT);"), before=schemas.after)

    text = format_schema_diff(diff(wider.before, wider.after), wider)

    assert "+  url TEXT" in text
    assert "c59" in text
    assert "c9 " not in text
