"""Looking things up in a Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.model import ObjectKind
from pulse_ci.sql.names import fold
from tests.engine.databases import schema

if TYPE_CHECKING:
    from pulse_ci.schema.schema import Schema


@pytest.fixture
def found() -> Schema:
    return schema(
        "CREATE TABLE Sites (id INTEGER PRIMARY KEY, parent REFERENCES sites)",
        "CREATE TABLE pages (a REFERENCES SITES (id), b)",
        "CREATE INDEX by_b ON Pages (b)",
        "CREATE VIEW busy AS SELECT * FROM pages",
        "CREATE TRIGGER keep AFTER DELETE ON pages BEGIN SELECT 1; END",
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [(ObjectKind.TABLE, "sites"), (ObjectKind.INDEX, "BY_B"), (ObjectKind.VIEW, "Busy"), (ObjectKind.TRIGGER, "KEEP")],
)
def test_an_object_is_found_by_kind_and_name_in_any_case(found: Schema, kind: ObjectKind, name: str) -> None:
    each = found.find(kind, name)

    assert each is not None
    assert fold(each.name) == fold(name)


@pytest.mark.parametrize("kind", list(ObjectKind))
def test_what_is_not_there_is_none(found: Schema, kind: ObjectKind) -> None:
    assert found.find(kind, "nothing") is None


def test_objects_come_by_kind_and_name(found: Schema) -> None:
    assert [each.name for each in found.objects] == ["pages", "Sites", "by_b", "busy", "keep"]


def test_indexes_and_triggers_are_found_by_table(found: Schema) -> None:
    assert [index.name for index in found.list_indexes("PAGES")] == ["by_b"]
    assert [trigger.name for trigger in found.list_triggers("PAGES")] == ["keep"]
    assert found.list_indexes("sites") == ()


def test_children_of_a_table_come_with_their_foreign_key(found: Schema) -> None:
    assert [(child.name, key.columns, key.parent_columns) for child, key in found.list_children("sites")] == [
        ("pages", ("a",), ("id",)),
        ("Sites", ("parent",), ("id",)),
    ]


def test_names_fold_as_sqlite_folds_them() -> None:
    assert fold("ÉTÉ_Name") == "ÉtÉ_name"


def test_schemas_are_equal_and_hash_alike_by_meaning() -> None:
    one, other = schema("CREATE TABLE t (a INT)"), schema("create table T (a int)")

    assert one == other
    assert len({one, other}) == 1
    assert one != schema("CREATE TABLE t (a TEXT)")
    assert one.tables[0] != one.tables[0].columns[0]
