"""A table `p` in the company that tables keep: what refers to it, names it or takes the names that a rebuild would."""

from __future__ import annotations

PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, size INTEGER)"
NEW_PARENT = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> 'nobody'), size INTEGER)"
SAME = {"id": "id", "name": "name", "size": "size"}
ACTIONS = ("NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")


def child(action: str, name: str = "c", parent: str = "p", more: str = "") -> str:
    return (
        f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, up INTEGER DEFAULT 1 "
        f"REFERENCES {parent} (id) ON DELETE {action} ON UPDATE {action}{more}, note TEXT)"
    )


FAMILIES = {
    "alone": [PARENT],
    **{f"child {action}": [PARENT, child(action)] for action in ACTIONS},
    **{f"grandchildren {action}": [PARENT, child(action), child(action, "gc", "c")] for action in ACTIONS},
    "two children": [PARENT, child("CASCADE"), child("RESTRICT", "d")],
    "child of two": [
        PARENT,
        child("CASCADE"),
        "CREATE TABLE d (a REFERENCES p ON DELETE CASCADE, b REFERENCES c ON DELETE CASCADE)",
    ],
    "deferred child": [PARENT, child("CASCADE", more=" DEFERRABLE INITIALLY DEFERRED")],
    "child that refers to itself": [
        PARENT,
        child("CASCADE"),
        "CREATE TABLE e (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE, up REFERENCES e ON DELETE RESTRICT)",
    ],
    "view": [
        PARENT,
        child("CASCADE"),
        "CREATE VIEW v AS SELECT p.name, c.note FROM p JOIN c ON c.up = p.id",
        "CREATE VIEW w AS SELECT * FROM v",
    ],
    "trigger": [
        PARENT,
        child("CASCADE"),
        "CREATE TABLE log (what TEXT)",
        "CREATE TRIGGER g AFTER INSERT ON p BEGIN INSERT INTO log VALUES (new.name); END",
        "CREATE TRIGGER h BEFORE DELETE ON c BEGIN INSERT INTO log SELECT name FROM p; END",
        "CREATE TRIGGER k AFTER UPDATE ON log BEGIN UPDATE p SET size = size + 1; END",
    ],
    "index": [
        PARENT,
        child("CASCADE"),
        "CREATE UNIQUE INDEX i ON p (id, name)",
        "CREATE INDEX j ON c (up) WHERE note IS NULL",
    ],
    "names taken": [
        PARENT,
        child("CASCADE"),
        "CREATE TABLE p_old (x)",
        "CREATE TABLE P_OLD1 (x)",
        "CREATE VIEW c_old AS SELECT 1",
    ],
    "full-text index of the table": [
        PARENT,
        "CREATE VIRTUAL TABLE f USING fts5 (name, content='p', content_rowid='id')",
        "CREATE TRIGGER g AFTER INSERT ON p BEGIN INSERT INTO f (rowid, name) VALUES (new.id, new.name); END",
    ],
    "a view that is broken already": [PARENT, child("CASCADE"), "CREATE VIEW v AS SELECT missing FROM nowhere"],
}
