"""Reports full of what a contributor could write to be more than text, each with a harmless twin of the same shape."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, TypeVar

from pulse_ci.model import Change, ChangeAction, Finding, ObjectKind, ProbeResult, Severity
from pulse_ci.report.models import (
    Conclusion,
    Database,
    DriftEntry,
    MigrationResult,
    QueryResult,
    Report,
    Schemas,
    Staging,
    TableRowChange,
    UnrestoredTable,
    UnseededTable,
)
from pulse_ci.schema.diff import diff
from pulse_ci.sql.names import fold
from tests.report.hostile_schemas import hostile_schemas
from tests.report.reports import EMBEDDED, NASTY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Value = TypeVar("Value")
RULES = ("missing-drop", "replay-fails")
_UNTRUSTED = {"name", "table", "path", "message", "remedy", "before", "after", "expected", "actual", "sql", "detail"}
_UNTRUSTED |= {"reason", "unanswered", "error", "cause", "columns"}
_MOST = 6  # pieces of a text


def hostile_reports(count: int) -> Iterator[tuple[Report, Report]]:
    """Yield reports, the same ones each time, with their twins; every eighth has real schemas."""
    for number in range(count):
        choice = Random(number)
        report = _report(choice)
        twin = _harmless(report, _Names())
        if number % 8 == 0:
            report = _with_schemas(report, hostile_schemas(number, partial(hostile_text, choice)))
            twin = _with_schemas(twin, hostile_schemas(number, lambda: "w"))
        yield report, twin


def hostile_text(choice: Random) -> str:
    """Return a text of pieces that mean something to GitHub, to a terminal or to the runner, or of any characters."""
    return "".join(_piece(choice) for _ in range(choice.randrange(_MOST)))


def _piece(choice: Random) -> str:
    if choice.random() < 0.8:
        return choice.choice(NASTY)
    return "".join(chr(choice.choice([choice.randrange(0x300), choice.randrange(0x110000)])) for _ in range(3))


def _report(choice: Random) -> Report:
    def some(make: Callable[[Random], Value], most: int = 3) -> tuple[Value, ...]:
        return tuple(make(choice) for _ in range(choice.randrange(most)))

    many = 16 if choice.random() < 0.1 else 4
    database = choice.choice([EMBEDDED, Database("staging", hostile_text(choice), None)])
    return Report(
        command=choice.choice(["check", "lint", "preview"]),
        conclusion=choice.choice(list(Conclusion)),
        database=database,
        staging=Staging(
            choice.choice(["used", "skipped"]), hostile_text(choice), 2, 40, probe_failure=hostile_text(choice)
        ),
        migrations=some(_migration),
        findings=some(_finding, many),
        changes=some(_change, many),
        rows=some(_row_count),
        skipped=some(hostile_text),
        unseeded=some(lambda choice: UnseededTable(hostile_text(choice), hostile_text(choice)), 2),
        unrestored=some(_unrestored, 2),
        queries=some(_query),
        drift=some(_difference),
    )


def _unrestored(choice: Random) -> UnrestoredTable:
    columns = tuple(hostile_text(choice) for _ in range(choice.randrange(3)))
    return UnrestoredTable(hostile_text(choice), hostile_text(choice), 1, 2, columns)


def _migration(choice: Random) -> MigrationResult:
    judged = [True, False, None]
    return MigrationResult(
        number=choice.choice([None, 7]),
        name=hostile_text(choice),
        path=hostile_text(choice),
        under_review=choice.random() < 0.5,
        applied=choice.choice(judged),
        depends_on=(1, 12)[: choice.randrange(3)],
        replay=choice.choice(["ok", "failed"]),
        error=hostile_text(choice),
        idempotent=choice.choice(judged),
        reversible=choice.choice(judged),
    )


def _finding(choice: Random) -> Finding:
    def said() -> str:
        name = hostile_text(choice)
        return choice.choice([name, f"Nothing drops table `{name}` of {name} again."])

    severity = choice.choice(list(Severity))
    return Finding(
        choice.choice(RULES),
        severity,
        hostile_text(choice),
        3,
        9,
        said(),
        said(),
        ignored=choice.random() < 0.2,
        answer=choice.choice([None, ProbeResult(hostile_text(choice), 3, 12, said())]),
    )


def _change(choice: Random) -> Change:
    before, after = (choice.choice([None, hostile_text(choice)]) for _ in range(2))
    kind, action = choice.choice(list(ObjectKind)), choice.choice(list(ChangeAction))
    return Change(kind, hostile_text(choice), hostile_text(choice), action, before, after)


def _difference(choice: Random) -> DriftEntry:
    made = _change(choice)
    return DriftEntry(made.kind, made.name, made.table, made.action, made.before, made.after)


def _row_count(choice: Random) -> TableRowChange:
    return TableRowChange(hostile_text(choice), choice.randrange(3), choice.randrange(3), "seed", hostile_text(choice))


def _query(choice: Random) -> QueryResult:
    side = choice.choice(["old-code-new-schema", "new-code-old-schema"])
    status = choice.choice(["ok", "broken", "slower", "faster"])
    return QueryResult(hostile_text(choice), 7, hostile_text(choice), side, status, hostile_text(choice))


class _Names:
    """Gives equal texts the same harmless word, and others another one; what decides on the layout stays."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        word = self.given.setdefault(fold(text), f"w{len(self.given)}")
        return f"{word}{'x' * (len(text) - len(word))}" + "\ny" * ("\n" in text) if text.strip() else text


def _harmless(value: Value, names: _Names) -> Value:
    if isinstance(value, tuple):
        return tuple(_harmless(each, names) for each in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {}
    for field in fields(value):
        part = getattr(value, field.name)
        if field.name in _UNTRUSTED and isinstance(part, str | tuple):
            changed[field.name] = names(part) if isinstance(part, str) else tuple(map(names, part))
        else:
            changed[field.name] = _harmless(part, names)
    return replace(value, **changed)


def _with_schemas(report: Report, schemas: Schemas) -> Report:
    return replace(report, changes=diff(schemas.before, schemas.after), schemas=schemas)
