"""A Report to the words that every rendering of it shares: verdict, counts, changes, proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind, RejectedBy, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pulse_ci.report.models import MigrationResult, Report

_MAX_NAMES = 3
_PLURALS = {"index": "indexes", "query": "queries"}


def pluralize(count: int, noun: str) -> str:
    """Return `count` and `noun` in the number that fits: "1 table", "2 indexes"."""
    return f"{count} {noun if count == 1 else _PLURALS.get(noun, noun + 's')}"


def join_words(parts: Sequence[str]) -> str:
    """Return "a", "a and b", or "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _shorten_names(names: Sequence[str]) -> Sequence[str]:
    return names if len(names) <= _MAX_NAMES else [*names[:_MAX_NAMES], f"{len(names) - _MAX_NAMES} more"]


def format_headline(report: Report) -> str:
    """Return the one sentence that a reviewer in a hurry needs; names stand in backticks."""
    reviewed = report.under_review
    subject = f"`{reviewed[0].name}`" if len(reviewed) == 1 else pluralize(len(reviewed), "migration")
    errors, warnings = report.count_findings(Severity.ERROR), report.count_findings(Severity.WARNING)
    failed = [migration for migration in reviewed if migration.replay == "failed"]
    tables_losing_rows = sum(1 for row in report.rows if row.after < row.before)
    if failed:
        names = join_words(_shorten_names([f"`{migration.name}`" for migration in failed]))
        losses = f", and {pluralize(tables_losing_rows, 'table')} would lose rows" if tables_losing_rows else ""
        if all(migration.refused_by is not RejectedBy.D1 for migration in failed):
            return f"{names} could not be run to the end{losses}"
        return f"D1 would refuse {names}{losses}"
    if errors:
        problem = (
            f"would take rows from {pluralize(tables_losing_rows, 'table')}"
            if tables_losing_rows
            else "should not be merged yet"
        )
        return f"{subject} {problem}: {pluralize(errors, 'error')} to mend"
    if not reviewed:
        return "No new migration" if not warnings else f"No new migration, but {pluralize(warnings, 'warning')}"
    if report.command == "preview":
        return f"{subject}: {summarize_changes(report.changes) or 'no change of the schema'}"
    verb = "is" if len(reviewed) == 1 else "are"
    # Somebody has ignored what was found of these rows, or left out the rule.
    condition = f" if the rows of {pluralize(tables_losing_rows, 'table')} may go" if tables_losing_rows else ""
    warning_note = f", with {pluralize(warnings, 'warning')} to read" if warnings else ""
    return f"{subject} {verb} safe to merge{condition}{warning_note}"


def describe_test_database(report: Report) -> str:
    """Return where the files were tried, if on a live database: "1 of 22 files pending on staging `x`, …"."""
    files, pending = len(report.migrations), sum(1 for each in report.migrations if each.applied is False)
    copy_kind = "a scratch database with" if report.database.source == "scratch" else "a copy of"
    return (
        f"{pending} of {pluralize(files, 'file')} pending on staging `{report.database.name}`, "
        f"{len(report.under_review)} "
        f"under review, tried on {copy_kind} its schema; nothing was written to it"
    )


def format_counts(report: Report) -> str:
    """Return "2 errors, 1 warning (1 ignored)", or "nothing found"."""
    numbers = [(severity, report.count_findings(severity)) for severity in Severity]
    text = ", ".join(pluralize(number, severity.value) for severity, number in numbers if number) or "nothing found"
    return f"{text} ({report.ignored_count} ignored)" if report.ignored_count else text


def format_skipped_rules(skipped: Sequence[str]) -> str:
    """Return "without the rules missing-drop and missing-reason"; `skipped` has one rule or more."""
    return f"without the {'rule' if len(skipped) == 1 else 'rules'} {join_words(skipped)}"


def summarize_changes(
    changes: Iterable[Change], added: str = "adds", removed: str = "removes", modified: str = "changes"
) -> str:
    """Return "adds 1 table and 2 indexes, removes 1 view, changes 1 column"."""
    totals: dict[ChangeAction, dict[ObjectKind, int]] = {}
    for change in changes:
        kinds = totals.setdefault(change.action, {})
        kinds[change.kind] = kinds.get(change.kind, 0) + 1
    verbs = {ChangeAction.ADDED: added, ChangeAction.REMOVED: removed, ChangeAction.MODIFIED: modified}
    return ", ".join(
        f"{verb} "
        f"{join_words([pluralize(totals[action][kind], kind.value) for kind in ObjectKind if kind in totals[action]])}"
        for action, verb in verbs.items()
        if action in totals
    )


def describe_changed_object(change: Change) -> tuple[str, str]:
    """Return the object's name and where it belongs: ("idx_a", "on events"), ("url", "of sites"), ("sites", "")."""
    match change.kind:
        case ObjectKind.COLUMN:
            return change.name, f"of {change.table}"
        case ObjectKind.INDEX | ObjectKind.TRIGGER:
            return change.name, f"on {change.table}"
        case _:
            return change.name, ""


def list_proofs(migration: MigrationResult) -> tuple[tuple[str, bool | None], ...]:
    """Return what was proven of one migration: (claim, holds), None where it was not tried or not asked for."""
    return (
        ("runs", migration.replay == "ok"),
        ("runs twice", migration.idempotent),
        ("undone", migration.reversible),
    )
