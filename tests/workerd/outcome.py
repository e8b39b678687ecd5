"""What a sequence of requests led to, on either side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pulse_ci.engine import RequestMode
from pulse_ci.sql.split import split_statements

_ANALYZES = re.compile(r"\b(analyze|optimize)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """One request of a sequence."""

    sql: str
    mode: RequestMode = RequestMode.BATCH

    def to_json(self) -> dict[str, Any]:
        if self.mode is RequestMode.BATCH:
            return {"mode": "batch", "statements": [statement.sql for statement in split_statements(self.sql)]}
        return {"mode": self.mode.value, "sql": self.sql}


Sequence = tuple[Call, ...]


@dataclass(frozen=True)
class Answer:
    """D1's message, None where it did as asked; the rows of the last statement."""

    error: str | None
    rows: list[list[Any]]


@dataclass(frozen=True)
class Outcome:
    """The answers, and the database at the end: sqlite_master, and each table's rows as SQL literals."""

    answers: tuple[Answer, ...]
    objects: list[list[Any]]
    tables: dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """Where the two sides part; `what` is verdict, rows, objects, tables, text or order."""

    what: str
    sql: str
    engine: object
    workerd: object

    @property
    def is_serious(self) -> bool:
        """Whether it is more than a message, or than the order of what has none."""
        return self.what not in ("text", "order")

    def __str__(self) -> str:
        return f"{self.what}: {self.sql[:600]!r}\n    engine:  {self.engine!r}\n    workerd: {self.workerd!r}"


def differences(sequence: Sequence, engine: Outcome, workerd: Outcome) -> list[Difference]:
    """Return every difference, the first one that counts first."""
    found = []
    analyzed = any(_ANALYZES.search(call.sql) for call in sequence)
    for call, ours, theirs in zip(sequence, engine.answers, workerd.answers, strict=True):
        if (ours.error is None) != (theirs.error is None):
            found.append(Difference("verdict", call.sql, ours.error, theirs.error))
        elif ours.error != theirs.error:
            found.append(Difference("text", call.sql, ours.error, theirs.error))
        elif ours.rows != theirs.rows:
            shuffled = analyzed and _sorted(ours.rows) == _sorted(theirs.rows)
            found.append(Difference("order" if shuffled else "rows", call.sql, ours.rows, theirs.rows))
    whole = ";\n".join(call.sql for call in sequence)
    if engine.objects != workerd.objects:
        found.append(Difference("objects", whole, engine.objects, workerd.objects))
    elif engine.tables != workerd.tables:
        shuffled = analyzed and _with_sorted_statistics(engine.tables) == _with_sorted_statistics(workerd.tables)
        found.append(Difference("order" if shuffled else "tables", whole, engine.tables, workerd.tables))
    return found


# Behind an ANALYZE, SQLite goes through its tables in another order: docs/engine.md.
def _sorted(rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=repr)


def _with_sorted_statistics(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: _sorted(rows) if name == "sqlite_stat1" else rows for name, rows in tables.items()}
