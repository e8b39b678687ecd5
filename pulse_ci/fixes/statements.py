"""Fixes of single statements: guards, a last `;`, and transactions and pragmas that D1 rejects or ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.fixes.fix_context import FixCandidate
from pulse_ci.fixes.text_edits import TextEdit, apply_edits, make_removal
from pulse_ci.sql.operations import Create, Drop, Pragma, TransactionControl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.fixes.fix_context import FixContext
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.sql.split import Statement
_ON_VALUES = ("on", "1", "yes", "true")


def propose_guards(context: FixContext) -> Iterator[FixCandidate]:
    """Propose IF NOT EXISTS and IF EXISTS where a second run fails without."""
    if not context.find_findings("not-idempotent"):
        return
    rejected = (refusal.statement for refusal in context.analysis.idempotency.rejections)
    guards = [guard for each in rejected if each and not _is_ignored(context, each) for guard in add_guard(each)]
    if guards:
        words = " and ".join(f"`{word.strip()}`" for word in sorted({guard.text for guard in guards}, reverse=True))
        yield FixCandidate("not-idempotent", {context.path: apply_edits(context.text, guards)}, f"adds {words}")


def _is_ignored(context: FixContext, statement: Statement) -> bool:
    ignores = (each for each in context.analysis.migration.ignores if each.rule == "not-idempotent" and each.reason)
    return any(ignore.lines is None or statement.line in ignore.lines for ignore in ignores)


def add_guard(statement: Statement) -> Iterator[TextEdit]:
    """Yield the edit that adds IF NOT EXISTS or IF EXISTS to a statement, if it can have one."""
    match statement.operation:
        case Create(if_exists_position=int(at)):
            yield TextEdit(statement.start + at, statement.start + at, " IF NOT EXISTS")
        case Drop(if_exists_position=int(at)):
            yield TextEdit(statement.start + at, statement.start + at, " IF EXISTS")


def propose_semicolons(context: FixContext) -> Iterator[FixCandidate]:
    """Propose the `;` that a last statement lacks, in the migration and in its reverse."""
    unfinished = {finding.path for finding in context.find_findings("unterminated-file")}
    for migration in (context.analysis.migration, *context.review.reverse_files):
        if migration.path in unfinished and migration.unterminated_token is None and migration.statements:
            last = migration.statements[-1]
            end = last.start + len(last.sql)
            text = apply_edits(migration.text, [TextEdit(end, end, ";")])
            yield FixCandidate("unterminated-file", {migration.path: text}, "adds the last `;`")


def propose_removing_transactions(context: FixContext) -> Iterator[FixCandidate]:
    """Propose to remove BEGIN, COMMIT and the like; not ROLLBACK, after which the author wanted nothing kept."""
    migration = context.analysis.migration
    found = [each for each in migration.statements if isinstance(each.operation, TransactionControl)]
    words = dict.fromkeys(each.operation.keyword for each in found if isinstance(each.operation, TransactionControl))
    if context.find_findings("explicit-transaction") and found and "ROLLBACK" not in words:
        gone, text = ", ".join(f"`{word}`" for word in words), remove_statements(migration, found)
        yield FixCandidate("explicit-transaction", {context.path: text}, f"removes {gone}")


def propose_removing_pragmas(context: FixContext) -> Iterator[FixCandidate]:
    """Propose to remove the pragmas that do nothing, or that commit rows without a parent."""
    for rule, name in (("foreign-keys-pragma", "foreign_keys"), ("defer-foreign-keys-off", "defer_foreign_keys")):
        if context.find_findings(rule):
            only_off = name == "defer_foreign_keys"
            pragmas = find_pragmas(context.analysis.migration, name, only_off=only_off)
            text = remove_statements(context.analysis.migration, pragmas)
            yield FixCandidate(rule, {context.path: text}, f"removes `PRAGMA {name}{' = OFF' if only_off else ''}`")


def find_pragmas(migration: Migration, *names: str, only_off: bool = False) -> Iterator[Statement]:
    """Yield the statements that set one of these pragmas."""
    for statement in migration.statements:
        match statement.operation:
            case Pragma(name, value) if name in names and value and not (only_off and value in _ON_VALUES):
                yield statement


def remove_statements(migration: Migration, statements: Iterable[Statement]) -> str:
    """Return a migration's text without some of its statements."""
    return apply_edits(migration.text, (make_removal(migration.text, statement) for statement in statements))
