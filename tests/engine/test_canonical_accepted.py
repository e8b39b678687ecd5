"""Statements with random edits: whatever SQLite still accepts is read, and read as the pragmas read it."""

from __future__ import annotations

from random import Random

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_ci.schema.introspect import introspect
from pulse_ci.schema.schema import Index, Table, Trigger
from pulse_ci.sql.split import split_statements
from pulse_ci.sql.tokens import tokenize_code
from tests.engine import pragmas
from tests.engine.databases import database
from tests.engine.pairs import DIFFERENT, EQUAL

STATEMENTS = sorted(
    {
        statement.sql.rstrip(";")
        for pair in (*EQUAL, *DIFFERENT)
        for sql in (pair.one, pair.other)
        for statement in split_statements(sql)
        if statement.sql.upper().startswith("CREATE") and "VIRTUAL TABLE" not in statement.sql.upper()
    }
)
EDITS = """
    NOT NULL UNIQUE PRIMARY KEY DEFAULT 5 COLLATE NOCASE CHECK ( a > 1 ) REFERENCES p ( id ) , DESC ASC ON
    CONFLICT REPLACE DELETE CASCADE DEFERRABLE INITIALLY DEFERRED CONSTRAINT x GENERATED ALWAYS AS STORED
    VIRTUAL 'a' "b" [c] `a` - + -5 TRUE CURRENT_TIME AUTOINCREMENT WITHOUT ROWID STRICT INTEGER MATCH FULL
    INSERT . || -> 'x''y' x'00' LIKE END CASE WHEN THEN rowid t v main FOREIGN WITH SELECT FROM WHERE INSTEAD
    OF BEGIN ; key over filter window left join
"""
PIECES = EDITS.split()


def edited(sql: str, chance: Random) -> str:
    pieces = [token.text for token in tokenize_code(sql)]
    for _ in range(chance.randint(1, 3)):
        place, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        match chance.randrange(4):
            case 0:
                pieces[place], pieces[other] = pieces[other], pieces[place]
            case 1:
                pieces[place:place] = pieces[other : other + chance.randint(1, 5)]
            case _:
                pieces.insert(place, chance.choice(PIECES))
    return " ".join(pieces)


def accepted(chance: Random) -> apsw.Connection | None:
    statement = edited(chance.choice(STATEMENTS), chance)
    connection = database("CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT UNIQUE)")
    try:
        if " TABLE " not in statement.upper():
            connection.execute("CREATE TABLE t (a TEXT, b INTEGER, c TEXT)")
        connection.execute(statement)
    except apsw.Error:
        return None
    return connection


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32).map(Random))
def test_whatever_sqlite_accepts_is_read_as_sqlite_reads_it(chance: Random) -> None:
    for connection in filter(None, (accepted(chance) for _ in range(50))):
        found = introspect(connection)

        for each in found.objects:
            match each:
                case Table(columns=known) | Index(indexed_columns=known) | Trigger(body=known):
                    assert known, each.sql
        # What SQLite makes of a type with quotes in its midst is not worth following.
        plain = (table for table in found.tables if not any('"' in column.type for column in table.columns))
        for table in plain:
            assert pragmas.read(found, table) == pragmas.reported(connection, table.name), table.sql
