"""Fixes of single statements: guards, a last `;`, and the transactions and pragmas that D1 refuses or passes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.fixes.candidate import Proposal
from pulse_ci.fixes.text_edits import Splice, apply, without
from pulse_ci.sql.operations import Create, Drop, Pragma, Transaction, operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.fixes.fix_context import Case
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.sql.split import Statement


def propose_guards(case: Case) -> Iterator[Proposal]:
    """Propose IF NOT EXISTS and IF EXISTS where a second run fails without."""
    if not case.found("not-idempotent"):
        return
    refused = (refusal.statement for refusal in case.evidence.repeated.refusals)
    guards = [guard for each in refused if each and not _is_ignored(case, each) for guard in _guard(each)]
    if guards:
        words = " and ".join(f"`{word.strip()}`" for word in sorted({guard.text for guard in guards}, reverse=True))
        yield Proposal("not-idempotent", {case.path: apply(case.text, guards)}, f"adds {words}")


def _is_ignored(case: Case, statement: Statement) -> bool:
    meant = (each for each in case.evidence.migration.ignores if each.rule == "not-idempotent" and each.reason)
    return any(ignore.lines is None or statement.line in ignore.lines for ignore in meant)


def _guard(statement: Statement) -> Iterator[Splice]:
    match operation(statement.sql):
        case Create(guard_at=int(at)):
            yield Splice(statement.start + at, statement.start + at, " IF NOT EXISTS")
        case Drop(guard_at=int(at)):
            yield Splice(statement.start + at, statement.start + at, " IF EXISTS")


def propose_ends(case: Case) -> Iterator[Proposal]:
    """Propose the `;` that a last statement lacks, in the migration and in its reverse."""
    unfinished = {finding.path for finding in case.found("unterminated-file")}
    for migration in (case.evidence.migration, *case.review.reverse_files):
        if migration.path in unfinished and migration.open_end is None and migration.statements:
            last = migration.statements[-1]
            end = last.start + len(last.sql)
            text = apply(migration.text, [Splice(end, end, ";")])
            yield Proposal("unterminated-file", {migration.path: text}, "adds the last `;`")


def propose_no_transaction(case: Case) -> Iterator[Proposal]:
    """Propose to take BEGIN, COMMIT and the like out; not ROLLBACK, behind which the author wanted nothing kept."""
    words = [(each, operation(each.sql)) for each in case.evidence.migration.statements]
    found = [(each, does.word) for each, does in words if isinstance(does, Transaction)]
    if case.found("explicit-transaction") and found and "ROLLBACK" not in {word for _, word in found}:
        gone = ", ".join(f"`{word}`" for word in dict.fromkeys(word for _, word in found))
        text = remove(case.evidence.migration, (statement for statement, _ in found))
        yield Proposal("explicit-transaction", {case.path: text}, f"takes out {gone}")


def propose_no_pragma(case: Case) -> Iterator[Proposal]:
    """Propose to take out the pragmas that do nothing, or that commit rows without a parent."""
    for rule, name in (("foreign-keys-pragma", "foreign_keys"), ("defer-foreign-keys-off", "defer_foreign_keys")):
        if case.found(rule):
            only_off = name == "defer_foreign_keys"
            text = remove(case.evidence.migration, pragmas(case.evidence.migration, name, only_off=only_off))
            yield Proposal(rule, {case.path: text}, f"takes out `PRAGMA {name}{' = OFF' if only_off else ''}`")


def pragmas(migration: Migration, *names: str, only_off: bool = False) -> Iterator[Statement]:
    """Yield the statements that set one of these pragmas."""
    for statement in migration.statements:
        match operation(statement.sql):
            case Pragma(name, value) if (
                name in names and value and not (only_off and value in ("on", "1", "yes", "true"))
            ):
                yield statement


def remove(migration: Migration, statements: Iterable[Statement]) -> str:
    """Return a migration's text without some of its statements."""
    return apply(migration.text, (without(migration.text, statement) for statement in statements))
