"""A rename that a migration spells is taken back, and not taken for a drop."""

from __future__ import annotations

import pytest

from pulse_ci.migrations.parse import Migration
from pulse_ci.rewrite.undo_renames import ExplicitRenames, find_explicit_renames
from pulse_ci.rewrite.verified_reverse import build_verified_reverse
from pulse_ci.sql.split import split_statements
from tests.repair.databases import database, schema

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT, url TEXT)"


def reverse_of(*migration: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with database(SITES) as ready:
        proven = build_verified_reverse(ready, Migration("migrations/001_x.sql", "\n".join(migration)))
    return proven.statements, proven.notes


def test_a_table_that_was_also_changed_keeps_its_rows() -> None:
    statements, notes = reverse_of(
        "ALTER TABLE sites RENAME TO places;", "ALTER TABLE places ADD COLUMN kind TEXT;", "CREATE TABLE other (x);"
    )

    assert "ALTER TABLE places RENAME TO sites;" in statements
    assert "DROP TABLE IF EXISTS other;" in statements
    assert statements[-1] == "ALTER TABLE sites DROP COLUMN kind;"
    assert notes == ()


def test_the_case_of_a_name_is_taken_back() -> None:
    statements, notes = reverse_of("ALTER TABLE sites RENAME COLUMN url TO URL;")

    assert statements == ("ALTER TABLE sites RENAME COLUMN URL TO url;",)
    assert notes == ()


def test_the_case_of_a_name_is_taken_back_besides_other_renames() -> None:
    statements, notes = reverse_of(
        "ALTER TABLE sites RENAME TO places;",
        "ALTER TABLE places RENAME COLUMN url TO URL;",
        "ALTER TABLE places RENAME COLUMN name TO Title;",
    )

    assert statements[0] == "ALTER TABLE places RENAME TO sites;"
    assert set(statements[1:]) == {
        "ALTER TABLE sites RENAME COLUMN URL TO url;",
        "ALTER TABLE sites RENAME COLUMN Title TO name;",
    }
    assert notes == ()


def test_columns_that_are_alike_are_told_apart() -> None:
    statements, notes = reverse_of(
        "ALTER TABLE sites RENAME COLUMN name TO a;",
        "ALTER TABLE sites RENAME COLUMN url TO b;",
        "ALTER TABLE sites RENAME COLUMN a TO title;",
    )

    assert set(statements) == {
        "ALTER TABLE sites RENAME COLUMN title TO name;",
        "ALTER TABLE sites RENAME COLUMN b TO url;",
    }
    assert notes == ()


@pytest.mark.parametrize(
    ("sql", "tables", "columns"),
    [
        ("ALTER TABLE sites RENAME TO a; ALTER TABLE a RENAME TO b;", {"b": "sites"}, {}),
        ("ALTER TABLE sites RENAME TO a; ALTER TABLE a RENAME TO Sites;", {}, {}),
        ("ALTER TABLE sites RENAME TO old; CREATE TABLE sites (x); DROP TABLE old;", {}, {}),
        ("CREATE TABLE n (x); DROP TABLE sites; ALTER TABLE n RENAME TO sites;", {}, {}),
        ("ALTER TABLE sites RENAME COLUMN name TO a; ALTER TABLE sites DROP COLUMN a;", {}, {}),
        (
            "ALTER TABLE sites RENAME COLUMN name TO a; ALTER TABLE sites RENAME TO s;",
            {"s": "sites"},
            {("sites", "a"): "name"},
        ),
    ],
)
def test_names_are_followed_through_the_statements(
    sql: str, tables: dict[str, str], columns: dict[tuple[str, str], str]
) -> None:
    assert find_explicit_renames(split_statements(sql), schema(SITES)) == ExplicitRenames(tables, columns)
