"""A Report to the words that every rendering of it shares: verdict, counts, changes, proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, ObjectKind, Severity

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


def shorten_names(names: Sequence[str]) -> Sequence[str]:
    """Return the names, or the first few and how many more there are."""
    return names if len(names) <= _MAX_NAMES else [*names[:_MAX_NAMES], f"{len(names) - _MAX_NAMES} more"]


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
    """Return "2 errors, 1 warning (1 ignored)", or "no problems found"."""
    numbers = [(severity, report.count_findings(severity)) for severity in Severity]
    text = ", ".join(pluralize(number, severity.value) for severity, number in numbers if number) or "no problems found"
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
