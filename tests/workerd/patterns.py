"""Ways to rebuild a table, and the families that it stands in: what a migration under review may do to rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")
_NEW = "(id INTEGER PRIMARY KEY, name TEXT, size INTEGER DEFAULT 0)"
WAYS = {
    "standard": f"""
        CREATE TABLE p_new {_NEW};
        INSERT INTO p_new (id, name) SELECT id, name FROM p;
        DROP TABLE p;
        ALTER TABLE p_new RENAME TO p;""",
    "double copy": f"""
        CREATE TABLE p_old AS SELECT * FROM p;
        DROP TABLE p;
        CREATE TABLE p {_NEW};
        INSERT INTO p (id, name) SELECT id, name FROM p_old;
        DROP TABLE p_old;""",
    "the old one renamed first": f"""
        ALTER TABLE p RENAME TO p_old;
        CREATE TABLE p {_NEW};
        INSERT INTO p (id, name) SELECT id, name FROM p_old;
        DROP TABLE p_old;""",
}
PRAGMAS = {
    "no pragma": ("", ""),
    "foreign_keys off": ("PRAGMA foreign_keys = OFF;", ""),
    "defer on": ("PRAGMA defer_foreign_keys = ON;", ""),
    "defer on, then off": ("PRAGMA defer_foreign_keys = ON;", "PRAGMA defer_foreign_keys = OFF;"),
    "defer off in between": ("PRAGMA defer_foreign_keys = ON;", "PRAGMA foreign_keys = ON;"),
}
_PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);"
_LOG = "CREATE TABLE log (id INTEGER PRIMARY KEY, p_id INTEGER);"


@dataclass(frozen=True)
class Pattern:
    """A migration on a schema, and the table that it rebuilds, if it does."""

    name: str
    schema: str
    migration: str
    rebuilt: str | None = None


def child(action: str, name: str = "c", parent: str = "p", more: str = "") -> str:
    """Return a table whose rows refer to those of another, or of its own."""
    key = f"REFERENCES {parent} (id) ON DELETE {action}{more}"
    return f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, up INTEGER DEFAULT 2 {key}, note TEXT);"


def patterns() -> Iterator[Pattern]:
    yield from _families()
    yield from _references_to_itself()
    yield from _around()
    yield from _others()


def _families() -> Iterator[Pattern]:
    """The table has children and grandchildren, by every action and with every pragma."""
    for (way, sql), action, (pragma, (first, last)) in product(WAYS.items(), ACTIONS, PRAGMAS.items()):
        for below in ("CASCADE", "SET NULL", "RESTRICT") if pragma == "no pragma" else ("CASCADE",):
            schema = _PARENT + child(action) + child(below, "gc", "c")
            yield Pattern(f"{way}, child {action}, grandchild {below}, {pragma}", schema, f"{first}{sql}{last}", "p")


def _references_to_itself() -> Iterator[Pattern]:
    for action, target, (pragma, (first, last)) in product(ACTIONS, ("s", "s_new"), PRAGMAS.items()):
        sql = f"""
            {child(action, "s_new", target)}
            INSERT INTO s_new SELECT * FROM s;
            DROP TABLE s;
            ALTER TABLE s_new RENAME TO s;"""
        yield Pattern(
            f"a table that refers to itself, {action}, the new one to {target}, {pragma}",
            child(action, "s", "s"),
            f"{first}{sql}{last}",
            "s",
        )


def _around() -> Iterator[Pattern]:
    """Views, triggers and indexes stand around the table."""
    view = "CREATE VIEW v AS SELECT p.name, c.note FROM p JOIN c ON c.up = p.id;"
    fired = "CREATE TRIGGER g AFTER DELETE ON c BEGIN DELETE FROM log WHERE id = old.id; END;"
    legacy = "PRAGMA legacy_alter_table = ON;"
    on_parent = "CREATE TRIGGER g AFTER DELETE ON p BEGIN DELETE FROM log; END;"
    for way, sql in WAYS.items():
        schema = _PARENT + child("CASCADE")
        yield Pattern(f"{way}, under a view", schema + view, sql, "p")
        yield Pattern(f"{way}, under a view, legacy_alter_table", schema + view, f"{legacy}{sql}", "p")
        yield Pattern(f"{way}, the view dropped first and made again", schema + view, f"DROP VIEW v;{sql}{view}", "p")
        yield Pattern(f"{way}, a trigger of the child", schema + _LOG + fired, sql, "p")
        yield Pattern(f"{way}, a trigger of the parent", schema + _LOG + on_parent, sql, "p")
        yield Pattern(f"{way}, two children", f"{schema}{child('SET NULL', 'd')}CREATE INDEX i ON c (up);", sql, "p")
        deferred = _PARENT + child("NO ACTION", more=" DEFERRABLE INITIALLY DEFERRED")
        yield Pattern(f"{way}, a deferred child", deferred, sql, "p")


def _others() -> Iterator[Pattern]:
    """Statements that reach further than they seem to."""
    log = "CREATE TRIGGER g AFTER DELETE ON p BEGIN DELETE FROM log WHERE p_id = old.id; END;"
    for action in ACTIONS:
        schema = _PARENT + child(action) + child("CASCADE", "gc", "c")
        yield Pattern(f"DELETE without WHERE, child {action}", schema, "DELETE FROM p;")
        yield Pattern(f"DELETE of one row, child {action}", schema, "DELETE FROM p WHERE id = 1;")
        yield Pattern(f"DROP TABLE, child {action}", schema, "DROP TABLE p;")
        yield Pattern(f"DROP TABLE, defer on, child {action}", schema, "PRAGMA defer_foreign_keys = ON; DROP TABLE p;")
        yield Pattern(f"REPLACE, child {action}", schema, "REPLACE INTO p SELECT * FROM p WHERE id = 1;")
    yield Pattern("a trigger that deletes", _PARENT + _LOG + log, "DELETE FROM p WHERE id = 2;")
    yield Pattern("an orphan, defer on, then off", _PARENT + child("CASCADE"), _ORPHAN)


_ORPHAN = """
    PRAGMA defer_foreign_keys = ON;
    INSERT INTO c (id, up) VALUES (900, 901);
    PRAGMA defer_foreign_keys = OFF;"""
