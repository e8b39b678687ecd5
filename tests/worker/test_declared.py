"""Declared tables beside the schema that the migrations make."""

from __future__ import annotations

import pytest

from pulse_ci.engine import EmbeddedD1
from pulse_ci.worker.check_worker import WorkerSource, check_worker
from pulse_ci.worker.source_files import SourceTree

CLIENT = 'import { drizzle } from "drizzle-orm/d1";\n'
SCHEMA = "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT); CREATE TABLE c (id INTEGER PRIMARY KEY, d TEXT NOT NULL);"
A = 'export const a = sqliteTable("a", { id: integer().primaryKey(), b: text() });\n'
C = 'export const c = sqliteTable("c", { id: integer().primaryKey(), d: text().notNull() });\n'


def problems(source: str, *, base: str | None = None, client: str = CLIENT) -> list[tuple[str, str | None, bool]]:
    changes = {} if base is None else {"schema.ts": (client + base).encode()}
    tree = SourceTree({"schema.ts": (client + source).encode()})
    with EmbeddedD1() as before, EmbeddedD1() as after:
        before.run(SCHEMA)
        after.run(SCHEMA)
        found = check_worker(WorkerSource(tree, changes), before, after).declared
    return [(each.table, each.column, each.is_missing) for each in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (A + C, []),
        (A.replace("b: text()", "b: text(), e: text()") + C, [("a", "e", True)]),
        (A + C + A.replace("a = ", "e = ").replace('"a"', '"e"'), [("e", None, True)]),
        (A.replace('"a"', '"e"'), []),  # no other table of the file is there: another database's
        (A + C.replace(", d: text().notNull()", ""), [("c", "d", False)]),
        (A + C.replace(".notNull()", ""), [("c", "d", False)]),
        (A + C.replace(".notNull()", '.default("x")'), []),
        (A + C.replace("d: text", "...unknown(), e: text"), [("c", "e", True)]),
    ],
)
def test_what_code_will_meet_is_told(source: str, expected: list[tuple[str, str | None, bool]]) -> None:
    assert problems(source) == expected


def test_what_the_base_has_too_is_not_told_again() -> None:
    wrong = A.replace("b: text()", "b: text(), e: text()") + C

    assert problems(wrong + "// more\n", base=wrong) == []
    assert problems(wrong, base=A + C) == [("a", "e", True)]


def test_a_schema_of_another_kind_of_database_is_left_alone() -> None:
    assert problems(A.replace("b: text()", "e: text()"), client="") == []
