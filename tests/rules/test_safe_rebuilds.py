"""A rebuild that loses nothing is left in peace by every rule on data loss and on what depends on rows."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.rule import Rule
from pulse_ci.rules import (
    data_loss,
    existing_rows,
    new_constraints,
    rebuild_data_loss,
    rebuild_objects,
    replay_fails,
    write_statements,
)
from pulse_ci.rules.lint import lint
from tests.repair.databases import rebuild_of, schema
from tests.repair.families import ACTIONS, FAMILIES, SAME, child
from tests.rules.example import review

RULES = tuple(
    each
    for module in (
        data_loss,
        rebuild_data_loss,
        rebuild_objects,
        existing_rows,
        new_constraints,
        write_statements,
        replay_fails,
    )
    for each in vars(module).values()
    if isinstance(each, Rule)
)
PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT)"
NEW = "(id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '')"
NEW_PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT DEFAULT '', size INTEGER)"
COPIED = "INSERT INTO {to} (id, name) SELECT id, coalesce(name, '') FROM {table};"
DOUBLE_COPY = f"""
    PRAGMA defer_foreign_keys = ON;
    CREATE TABLE p_old (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO p_old (id, name) SELECT id, name FROM p;
    DROP TABLE p;
    CREATE TABLE p {NEW};
    {COPIED.format(to="p", table="p_old")}
    DROP TABLE p_old;
"""
FAMILY = f"""
    ALTER TABLE gc RENAME TO gc_old;
    ALTER TABLE c RENAME TO c_old;
    ALTER TABLE p RENAME TO p_old;
    CREATE TABLE p {NEW};
    {{child}};
    {{grandchild}};
    {COPIED.format(to="p", table="p_old")}
    INSERT INTO c SELECT * FROM c_old;
    INSERT INTO gc SELECT * FROM gc_old;
    DROP TABLE gc_old;
    DROP TABLE c_old;
    DROP TABLE p_old;
    PRAGMA foreign_key_check;
"""


def found(before: list[str], sql: str) -> list[str]:
    """Return what those rules say of a migration on a schema."""
    files = {"migrations/001_a.sql": ";\n".join(before) + ";", "migrations/002_b.sql": sql}
    return [f"{each.rule}: {each.message}" for each in lint(review(files, baseline=1), RULES)]


def test_the_rules_are_those_on_rows() -> None:
    assert {"rebuild-cascades", "rows-lost", "rebuild-loses-objects", "nullable-to-not-null", "replay-fails"} <= {
        rule.name for rule in RULES
    }


@pytest.mark.parametrize("action", ["NO ACTION", "RESTRICT"])
def test_a_double_copy_with_deferred_keys_is_safe_where_nothing_cascades(action: str) -> None:
    assert found([PARENT, child(action)], DOUBLE_COPY) == []


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("below", ACTIONS)
def test_renaming_the_whole_family_first_is_safe_for_each_action(action: str, below: str) -> None:
    before = [PARENT, child(action), child(below, "gc", "c")]

    assert found(before, FAMILY.format(child=before[1], grandchild=before[2])) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_a_new_table_that_refers_to_itself_by_its_own_name_is_safe(action: str) -> None:
    sql = f"""
        {child(action, "s_new", "s_new")};
        INSERT INTO s_new SELECT * FROM s;
        DROP TABLE s;
        ALTER TABLE s_new RENAME TO s;
    """

    assert found([child(action, "s", "s")], sql) == []


@pytest.mark.parametrize("statements", FAMILIES.values(), ids=FAMILIES)
def test_the_rebuild_that_is_offered_is_safe(statements: list[str]) -> None:
    assert found(statements, "\n".join(rebuild_of(schema(*statements), "p", NEW_PARENT, SAME))) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE p ADD COLUMN size INTEGER NOT NULL DEFAULT 0;",
        "ALTER TABLE p RENAME COLUMN name TO title;",
        "CREATE INDEX i ON p (name);",
        "CREATE TABLE n (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id));\nINSERT INTO n (p) SELECT id FROM p;",
        "UPDATE p SET name = '' WHERE name IS NULL;",
        "CREATE VIEW v AS SELECT name FROM p;",
        "CREATE TRIGGER g AFTER DELETE ON p BEGIN DELETE FROM c WHERE up = old.id; END;",
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_needs_no_rebuild_is_safe(sql: str, action: str) -> None:
    assert found([PARENT, child(action)], sql) == []
