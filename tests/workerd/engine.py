"""The embedded engine, asked the same questions as the rig and answering in the same form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pulse_ci.engine import D1Refused, EmbeddedD1, RequestMode
from tests.workerd.outcome import Answer, Outcome

if TYPE_CHECKING:
    from tests.workerd.outcome import Call, Sequence

_OBJECTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY rowid"
)


def run_sequence(sequence: Sequence) -> Outcome:
    """Run the requests on an empty database."""
    with EmbeddedD1() as database:
        answers = tuple(_answer(database, call) for call in sequence)
        database.mode = RequestMode.BATCH
        objects = _rows(database, _OBJECTS)
        names = [name for kind, name, *_ in objects if kind == "table"]
        return Outcome(answers, objects, {name: _content(database, name) for name in names})


def _answer(database: EmbeddedD1, call: Call) -> Answer:
    database.mode = call.mode
    try:
        rows = _rows(database, call.sql)
    except D1Refused as refused:
        return Answer(str(refused), [])
    return Answer(None, [] if call.mode is RequestMode.IMPORT else rows)


def _content(database: EmbeddedD1, table: str) -> Any:
    literal = "'" + table.replace("'", "''") + "'"
    try:
        found = _rows(database, f"SELECT name FROM pragma_table_xinfo({literal}) WHERE hidden <> 1")
        columns = ", ".join(f"quote({_quoted(name)})" for (name,) in found)
        return _rows(database, f"SELECT {columns} FROM {_quoted(table)}") if columns else []
    except D1Refused as refused:
        return str(refused)


def _rows(database: EmbeddedD1, sql: str) -> list[list[Any]]:
    return [[_plain(value) for value in row] for row in database.query(sql)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(value: object) -> object:
    # As JavaScript has it: numbers are doubles.
    if isinstance(value, bytes):
        return {"blob": list(value)}
    if isinstance(value, int) and abs(value) > 2**53:
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": {math.inf: "Infinity", -math.inf: "-Infinity"}[value]}
    return value
