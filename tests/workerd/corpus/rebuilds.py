"""Foreign keys and every way to rebuild a table: which rows are kept, which are lost, what is refused."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from pulse_ci.engine import RequestMode
from tests.workerd.cases import Case
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACTIONS = (
    "",
    "ON DELETE NO ACTION",
    "ON DELETE RESTRICT",
    "ON DELETE CASCADE",
    "ON DELETE SET NULL",
    "ON DELETE SET DEFAULT",
    "DEFERRABLE INITIALLY DEFERRED",
)
_PRAGMAS = {
    "no pragma": ("", ""),
    "foreign_keys = OFF": ("PRAGMA foreign_keys = OFF;\n", ""),
    "defer_foreign_keys = ON": ("PRAGMA defer_foreign_keys = ON;\n", ""),
    "defer_foreign_keys = ON, OFF at the end": (
        "PRAGMA defer_foreign_keys = ON;\n",
        "PRAGMA defer_foreign_keys = OFF;\n",
    ),
}
_NEW = "(id INTEGER PRIMARY KEY, name TEXT NOT NULL)"
_STANDARD = f"""
CREATE TABLE p_new {_NEW};
INSERT INTO p_new SELECT id, name FROM p;
DROP TABLE p;
ALTER TABLE p_new RENAME TO p;
"""
_DOUBLE_COPY = f"""
CREATE TABLE p_old AS SELECT * FROM p;
DROP TABLE p;
CREATE TABLE p {_NEW};
INSERT INTO p SELECT id, name FROM p_old;
DROP TABLE p_old;
"""
_RENAME_FIRST = f"""
ALTER TABLE p RENAME TO p_old;
CREATE TABLE p {_NEW};
INSERT INTO p SELECT id, name FROM p_old;
DROP TABLE p_old;
"""
_WAYS = {"standard rebuild": _STANDARD, "double copy": _DOUBLE_COPY, "rename first": _RENAME_FIRST}

_CHILD = "(id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE)"
_OTHER_CHILD = "(id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE SET NULL)"
_GRANDCHILD = "(id INTEGER PRIMARY KEY, c_id INTEGER REFERENCES c (id) ON DELETE RESTRICT)"
_AROUND = """
CREATE INDEX c_p ON c (p_id);
CREATE VIEW names AS SELECT p.name, c.id FROM p JOIN c ON c.p_id = p.id;
CREATE TRIGGER p_gone AFTER DELETE ON p BEGIN DELETE FROM c2 WHERE p_id = old.id; END;
"""
_WHOLE_FAMILY = f"""
CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE c {_CHILD};
CREATE TABLE c2 {_OTHER_CHILD};
CREATE TABLE gc {_GRANDCHILD};
INSERT INTO p VALUES (1, 'one'), (2, 'two');
INSERT INTO c VALUES (1, 1), (2, 1), (3, 2);
INSERT INTO c2 VALUES (1, 1), (2, 2);
INSERT INTO gc VALUES (1, 1), (2, 3);
{_AROUND}
"""
_RENAME_THE_FAMILY = f"""
DROP VIEW names; DROP TRIGGER p_gone; DROP INDEX c_p;
ALTER TABLE gc RENAME TO gc_old;
ALTER TABLE c RENAME TO c_old;
ALTER TABLE c2 RENAME TO c2_old;
ALTER TABLE p RENAME TO p_old;
CREATE TABLE p {_NEW};
CREATE TABLE c {_CHILD};
CREATE TABLE c2 {_OTHER_CHILD};
CREATE TABLE gc {_GRANDCHILD};
INSERT INTO p SELECT * FROM p_old;
INSERT INTO c SELECT * FROM c_old;
INSERT INTO c2 SELECT * FROM c2_old;
INSERT INTO gc SELECT * FROM gc_old;
DROP TABLE gc_old; DROP TABLE c_old; DROP TABLE c2_old; DROP TABLE p_old;
{_AROUND}
PRAGMA foreign_key_check;
"""
_PARENT_DROPPED_FIRST = _RENAME_THE_FAMILY.replace(
    "DROP TABLE gc_old; DROP TABLE c_old; DROP TABLE c2_old; DROP TABLE p_old;",
    "DROP TABLE p_old; DROP TABLE c_old; DROP TABLE c2_old; DROP TABLE gc_old;",
)
_ORPHAN = "INSERT INTO c VALUES (9, 99);\n"


def cases() -> Iterator[Case]:
    yield from _rebuilds()
    yield from _families()
    yield from _views()
    yield from _references_to_itself()
    yield from _orphans()
    yield from _imports()


def _family(action: str) -> Call:
    return Call(f"""
        CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER DEFAULT 2 REFERENCES p (id) {action});
        CREATE TABLE gc (id INTEGER PRIMARY KEY, c_id INTEGER REFERENCES c (id) ON DELETE CASCADE);
        INSERT INTO p VALUES (1, 'one'), (2, 'two');
        INSERT INTO c VALUES (1, 1), (2, 1), (3, 2), (4, NULL);
        INSERT INTO gc VALUES (1, 1), (2, 3);
    """)


_CHECK = Call("PRAGMA foreign_key_check")


def _rebuilds() -> Iterator[Case]:
    for (way, sql), action, pragma in product(_WAYS.items(), _ACTIONS, _PRAGMAS):
        before, after = _PRAGMAS[pragma]
        for mode in (RequestMode.BATCH, RequestMode.IMPORT):
            name = f"{way}, child {action or 'without an action'}, {pragma}, sent as {mode.value}"
            yield Case(name, (_family(action), Call(before + sql + after, mode), _CHECK))
    for way, sql in _WAYS.items():
        one_string = Call(sql.strip(), RequestMode.QUERY)
        yield Case(f"{way}, sent as one string", (_family("ON DELETE CASCADE"), one_string, _CHECK))


def _families() -> Iterator[Case]:
    shapes = {
        "rename the family": _RENAME_THE_FAMILY,
        "rename the family, parents dropped first": _PARENT_DROPPED_FIRST,
        "rename the family, view forgotten": _RENAME_THE_FAMILY.replace("DROP VIEW names; ", ""),
        "rename the family, index forgotten": _RENAME_THE_FAMILY.replace("DROP INDEX c_p;", ""),
        "standard rebuild under a view": _STANDARD,
        "standard rebuild under a view that is dropped first": f"DROP VIEW names; {_STANDARD}",
    }
    legacy = "PRAGMA legacy_alter_table = ON;\n"
    for (name, sql), first, mode in product(shapes.items(), ("", legacy), RequestMode):
        request = Call(f"{first}{sql}".strip(), mode)
        yield Case(f"{name}, {first.strip() or 'no pragma'} {mode.value}", (Call(_WHOLE_FAMILY), request, _CHECK))


def _views() -> Iterator[Case]:
    old = Call("""
        CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO p VALUES (1, 'one'), (2, 'two');
        CREATE VIEW v AS SELECT name FROM p;
    """)
    ways = {
        "a view over the table": _STANDARD,
        "a view over the table, dropped first": f"DROP VIEW v; {_STANDARD} CREATE VIEW v AS SELECT name FROM p;",
        "a view over the table, legacy_alter_table": (
            f"PRAGMA legacy_alter_table = ON; {_STANDARD} PRAGMA legacy_alter_table = OFF;"
        ),
    }
    for (name, sql), mode in product(ways.items(), RequestMode):
        yield Case(f"{name}, sent as {mode.value}", (old, Call(sql.strip(), mode), Call("SELECT * FROM v")))


def _references_to_itself() -> Iterator[Case]:
    old = Call("""
        CREATE TABLE s (id INTEGER PRIMARY KEY, up INTEGER REFERENCES s (id) ON DELETE CASCADE, n);
        INSERT INTO s VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, 'c');
    """)
    for target, pragma, mode in product(("s", "s_new"), _PRAGMAS, RequestMode):
        before, after = _PRAGMAS[pragma]
        sql = f"""{before}
            CREATE TABLE s_new (id INTEGER PRIMARY KEY, up INTEGER REFERENCES {target} (id) ON DELETE CASCADE, n);
            INSERT INTO s_new SELECT * FROM s;
            DROP TABLE s;
            ALTER TABLE s_new RENAME TO s;
            {after}""".strip()
        yield Case(f"self-reference to {target}, {pragma}, sent as {mode.value}", (old, Call(sql, mode), _CHECK))


def _orphans() -> Iterator[Case]:
    for action, pragma in product(_ACTIONS, _PRAGMAS):
        before, after = _PRAGMAS[pragma]
        request = Call(before + _ORPHAN + after)
        yield Case(f"an orphan, child {action}, {pragma}", (_family(action), request, _CHECK))
        request = Call(before + _ORPHAN + "INSERT INTO p VALUES (99, 'late');\n" + after)
        yield Case(f"an orphan whose parent follows, child {action}, {pragma}", (_family(action), request, _CHECK))
        request = Call(f"{before}DELETE FROM p WHERE id = 1;\n{after}")
        yield Case(f"a parent deleted, child {action}, {pragma}", (_family(action), request, _CHECK))


def _imports() -> Iterator[Case]:
    cascade, off = _family("ON DELETE CASCADE"), "PRAGMA foreign_keys=OFF;\n"
    files = {
        "foreign_keys = OFF behind the first write": "CREATE TABLE w (a);\n" + off + _STANDARD,
        "foreign_keys = OFF behind a comment": "-- Migration: rebuild p\n" + off + _STANDARD,
        "foreign_keys = OFF behind a SELECT": "SELECT 1;\n" + off + _STANDARD,
        "foreign_keys = OFF and ON again": f"{off}{_STANDARD}PRAGMA foreign_keys=ON;\n{_ORPHAN}",
        "an orphan with foreign_keys = OFF": off + _ORPHAN,
        "a statement that fails behind another": "INSERT INTO p VALUES (9, 'x');\nINSERT INTO p VALUES (9, 'y');",
        "a tail without a semicolon": "INSERT INTO p VALUES (9, 'x');\nINSERT INTO p VALUES (10, 'y')",
    }
    for name, sql in files.items():
        later = (Call("PRAGMA foreign_keys"), Call(_ORPHAN), _CHECK)
        yield Case(f"import: {name}", (cascade, Call(sql, RequestMode.IMPORT), *later))
