"""not-idempotent: a second run of the file fails, or changes something, as shown by a second run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Evidence, Remark, Review, Rule
from pulse_ci.model import Severity
from pulse_ci.rules.error_rules import UNTRIED
from pulse_ci.rules.examples import one_file
from pulse_ci.sql.operations import (
    AddColumn,
    Create,
    Drop,
    DropColumn,
    Insert,
    RenameColumn,
    RenameTable,
    Update,
    parse_operation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.statement_run import Refusal
    from pulse_ci.sql.split import Statement

_UNGUARDABLE = (AddColumn, DropColumn, RenameColumn, RenameTable)
_MAX_SHOWN = 300
_MAX_ALIKE = 3


def _check(review: Review) -> Iterator[Remark]:
    for evidence in review.evidence:
        if evidence.runs:
            yield from _refused(evidence)
            yield from _changed(evidence)


def _refused(evidence: Evidence) -> Iterator[Remark]:
    alike: dict[tuple[str, str], list[Remark]] = {}
    for refusal in evidence.repeated.refusals:
        remark = _refused_again(evidence, refusal)
        alike.setdefault((remark.message, remark.remedy), []).append(remark)
    for remarks in alike.values():
        yield from remarks if len(remarks) <= _MAX_ALIKE else [_summed_up(remarks)]


def _refused_again(evidence: Evidence, refusal: Refusal) -> Remark:
    statement, place = refusal.statement, evidence.migration.locate(refusal.statement)
    if refusal.by in UNTRIED:
        return Remark(
            place, f"Whether the file can be run twice is not known: `{refusal.message}`", UNTRIED[refusal.by]
        )
    return Remark(
        place,
        f"A second run of the file fails here: `{refusal.message}`.",
        _guarded(statement) if statement else "Make each statement safe to run again.",
        Severity.WARNING if statement and isinstance(parse_operation(statement.sql), _UNGUARDABLE) else None,
    )


def _summed_up(remarks: list[Remark]) -> Remark:
    more, lines = len(remarks) - 1, f"{remarks[1].place.line} to {remarks[-1].place.line}"
    return replace(remarks[0], message=f"{remarks[0].message} So do {more:,} more statements, on lines {lines}.")


def _guarded(statement: Statement) -> str:
    sql = statement.sql
    match parse_operation(sql):
        case Create(if_exists_position=int(at)):
            return f"`{_shown(f'{sql[:at]} IF NOT EXISTS{sql[at:]}')}`"
        case Drop(if_exists_position=int(at)):
            return f"`{_shown(f'{sql[:at]} IF EXISTS{sql[at:]}')}`"
        case Insert(table):
            return f"`INSERT OR IGNORE INTO {table} …`, or `… ON CONFLICT DO NOTHING`"
        case AddColumn() | DropColumn() | RenameColumn() | RenameTable():
            return (
                "SQLite cannot guard it. Keep it in a file of its own, and let a runner that records what it has run "
                "apply the file (`wrangler d1 migrations apply`)."
            )
        case _:
            return "Make the statement do nothing where its effect is already there."


def _shown(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]} …"


def _changed(evidence: Evidence) -> Iterator[Remark]:
    repeated = evidence.repeated
    for table in repeated.changed_tables:
        statement = repeated.run.writing(table)
        yield Remark(
            evidence.migration.locate(statement),
            f"A second run of the file changes the rows of `{table}` again.",
            _stable(statement, table),
        )
    for change in repeated.changes:
        yield Remark(
            evidence.migration.locate(repeated.run.maker_of(change)),
            f"A second run of the file changes the schema again: {change.kind} `{change.name}` is {change.action}.",
            "Guard the statement, so that it does nothing where its effect is already there.",
        )


def _stable(statement: Statement | None, table: str) -> str:
    match parse_operation(statement.sql) if statement else None:
        case Insert():
            return f"`INSERT OR IGNORE INTO {table} …` with a primary key or unique column among the values"
        case Update():
            return "Add a WHERE that leaves out the rows that have the new value already."
        case _:
            return "Make the statement leave rows alone that are as they should be."


NOT_IDEMPOTENT = Rule(
    name="not-idempotent",
    severity=Severity.ERROR,
    summary="A second run of the file fails, or changes something",
    problem=(
        "A deployment that broke half-way is run again, and a file run with `wrangler d1 execute --file` is recorded "
        "nowhere. For ADD COLUMN, RENAME and DROP COLUMN, which SQLite cannot guard, this is a warning."
    ),
    remedy="`IF NOT EXISTS`, `IF EXISTS`, `INSERT OR IGNORE`, and a WHERE that leaves finished rows out.",
    bad=one_file(
        "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
        "CREATE INDEX idx_sites_url ON sites (url); -- expect\n"
        "INSERT INTO sites (url) VALUES ('example.com'); -- expect\n",
        reverse="DROP TABLE IF EXISTS sites;",
    ),
    good=one_file(
        "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
        "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n"
        "INSERT OR IGNORE INTO sites (site_id, url) VALUES (1, 'example.com');\n",
        reverse="DROP TABLE IF EXISTS sites;",
    ),
    check=_check,
    is_convention=True,
)
