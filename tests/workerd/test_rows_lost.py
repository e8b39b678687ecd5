"""The rows that a migration costs: what the proofs say beforehand is what real workerd then does to the same rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pulse_ci.analysis.seed import seed
from pulse_ci.engine import EmbeddedD1
from pulse_ci.rules.lint import lint
from pulse_ci.sql.operations import Create, Insert, parse_operation
from pulse_ci.sql.split import split_statements
from tests.rules.example import review
from tests.workerd.engine import run_sequence
from tests.workerd.outcome import Call
from tests.workerd.patterns import Pattern, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.seeded_run import SeededRun
    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.model import Finding
    from tests.workerd.outcome import Answer, Sequence
    from tests.workerd.rig import Rig

PATTERNS = tuple(patterns())
ON_ROWS = {
    "rebuild-cascades",
    "rebuild-fails-with-rows",
    "rebuild-self-reference",
    "rows-lost",
    "foreign-key-violation",
    "replay-fails",
}
CHECK = Call("PRAGMA foreign_key_check")


@dataclass(frozen=True)
class Judged:
    """What the proofs say of a pattern, and what workerd did: its answers, and the rows before and after."""

    said: SeededRun
    findings: tuple[Finding, ...]
    answer: Answer
    orphans: Answer
    before: dict[str, Counter[tuple[str, ...]]]
    after: dict[str, Counter[tuple[str, ...]]]

    def lost(self, table: str) -> tuple[int, int, int] | None:
        """The rows of a table before and after, and those with other values; None where all is as it was."""
        before, after = self.before[table], Counter[tuple[str, ...]]()
        for row, times in self.after.get(table, Counter()).items():
            after[row[: len(next(iter(before)))]] += times  # a rebuild may have added columns
        fewer = max(before.total() - after.total(), 0)
        altered = (before - after).total() - fewer
        return (before.total(), after.total(), altered) if fewer or altered else None

    @property
    def losses(self) -> dict[str, tuple[int, int, int]]:
        """What workerd took from each table."""
        return {table: loss for table in self.before if (loss := self.lost(table))}


@pytest.fixture(scope="module")
def judged(rig: Rig) -> dict[str, Judged]:
    seeded = [_seeded(pattern) for pattern in PATTERNS]
    rig.send([(*sequence, Call(pattern.migration), CHECK) for sequence, pattern in zip(seeded, PATTERNS, strict=True)])
    rig.send(seeded)
    after, before = rig.receive(), rig.receive()
    found = {}
    for pattern, done, at_first, sequence in zip(PATTERNS, after, before, seeded, strict=True):
        assert at_first == run_sequence(sequence)
        seen = review({"migrations/001_a.sql": pattern.schema, "migrations/002_b.sql": pattern.migration}, baseline=1)
        found[pattern.name] = Judged(
            seen.analyses[0].seeded_run,
            lint(seen),
            done.answers[-2],
            done.answers[-1],
            _rows(at_first.tables),
            _rows(done.tables),
        )
    return found


def _rows(tables: dict[str, list[list[str]]]) -> dict[str, Counter[tuple[str, ...]]]:
    return {name: Counter(map(tuple, rows)) for name, rows in tables.items()}


def _seeded(pattern: Pattern) -> Sequence:
    """Return requests that make the schema with the rows that the proofs use, triggers last."""
    with EmbeddedD1() as database:
        database.run(pattern.schema)
        assert not seed(database).failures
        tables = database.schema().tables
        rows = "".join(
            f"INSERT INTO {table.name} VALUES ({', '.join(map(str, values))});"
            for table in tables
            for values in database.query(
                f"SELECT {', '.join(f'quote({column.name})' for column in table.columns)} FROM {table.name}"
            )
        )
    statements = [statement.sql for statement in split_statements(pattern.schema)]
    late = [sql for sql in statements if isinstance(made := parse_operation(sql), Create) and made.kind == "trigger"]
    first = "\n".join(sql for sql in statements if sql not in late)
    calls = [Call(first), Call(f"PRAGMA defer_foreign_keys = ON;{rows}")]
    return (*calls, Call("\n".join(late))) if late else tuple(calls)


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern.name for pattern in PATTERNS])
def test_the_proofs_say_of_rows_what_workerd_does_to_them(pattern: Pattern, judged: dict[str, Judged]) -> None:
    one = judged[pattern.name]

    # The proof goes on after a rejection, so that further ones may follow; D1 stops at the first.
    rejections = [each.message for each in one.said.run.rejections if not _is_key_clash(each)]
    assert rejections[:1] == ([one.answer.error] if one.answer.error else [])
    if one.answer.error:
        return
    counts = {table: (rows.total(), one.after.get(table, Counter()).total()) for table, rows in one.before.items()}
    assert one.said.counts == {table: counts[table] for table in one.said.counts}
    assert all(one.before[table] == one.after[table] for table in counts.keys() - one.said.counts)
    assert {loss.table: (loss.before, loss.after, loss.altered) for loss in one.said.losses} == one.losses
    assert len(one.said.violations) == len(one.orphans.rows)


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern.name for pattern in PATTERNS])
def test_the_findings_are_those_that_workerd_bears_out(pattern: Pattern, judged: dict[str, Judged]) -> None:
    one = judged[pattern.name]

    found = {finding.rule: finding.message for finding in one.findings if finding.rule in ON_ROWS}
    expected = set(_borne_out(pattern, one))
    assert expected <= set(found)
    if one.answer.error:
        return  # what the rest of the file would do is said too, and workerd does not come to it
    clashes = {"replay-fails"} if any(map(_is_key_clash, one.said.run.rejections)) else set()
    assert set(found) - clashes == expected
    for table, (before, after, _) in one.losses.items():
        amount = "all" if after == 0 else "some"
        does = f"{amount} rows of `{table}` are deleted" if after < before else f"rows of `{table}` are overwritten"
        if table in one.after:
            assert any(does in message for message in found.values())


def _is_key_clash(rejection: Rejection) -> bool:
    """Whether an INSERT met a row that was made on its own literal key, which the rows on workerd do not have."""
    inserts = rejection.statement is not None and isinstance(rejection.statement.operation, Insert)
    return inserts and "UNIQUE constraint failed" in rejection.message


def _borne_out(pattern: Pattern, one: Judged) -> Iterator[str]:
    """Yield the rules that must fire, by what workerd did."""
    if one.answer.error:
        yield (
            "rebuild-fails-with-rows" if pattern.rebuilt and "error in view" not in one.answer.error else "replay-fails"
        )
        return
    lost = {table for table in one.losses if table in one.after}
    if pattern.rebuilt in lost:
        yield "rebuild-self-reference"
    if pattern.rebuilt and lost & {"c", "d", "gc"}:
        yield "rebuild-cascades"
    if "log" in lost or (lost and not pattern.rebuilt):
        yield "rows-lost"
    if one.orphans.rows:
        yield "foreign-key-violation"
