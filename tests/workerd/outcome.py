"""What a sequence of requests led to, on either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulse_ci.engine import RequestMode
from pulse_ci.sql.split import split


@dataclass(frozen=True)
class Call:
    """One request of a sequence."""

    sql: str
    mode: RequestMode = RequestMode.BATCH

    def to_json(self) -> dict[str, Any]:
        if self.mode is RequestMode.BATCH:
            return {"mode": "batch", "statements": [statement.sql for statement in split(self.sql)]}
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
    """Where the two sides part; `what` is verdict, rows, objects, tables or text."""

    what: str
    sql: str
    engine: object
    workerd: object

    def __str__(self) -> str:
        return f"{self.what}: {self.sql[:600]!r}\n    engine:  {self.engine!r}\n    workerd: {self.workerd!r}"


def differences(sequence: Sequence, engine: Outcome, workerd: Outcome) -> list[Difference]:
    """Return every difference, the first one that counts first."""
    found = []
    for call, ours, theirs in zip(sequence, engine.answers, workerd.answers, strict=True):
        if (ours.error is None) != (theirs.error is None):
            found.append(Difference("verdict", call.sql, ours.error, theirs.error))
        elif ours.error != theirs.error:
            found.append(Difference("text", call.sql, ours.error, theirs.error))
        elif ours.rows != theirs.rows:
            found.append(Difference("rows", call.sql, ours.rows, theirs.rows))
    whole = ";\n".join(call.sql for call in sequence)
    if engine.objects != workerd.objects:
        found.append(Difference("objects", whole, engine.objects, workerd.objects))
    elif engine.tables != workerd.tables:
        found.append(Difference("tables", whole, engine.tables, workerd.tables))
    return found
