"""The headline of a report: whether to merge, and the worst effect, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction, ObjectKind, RejectedBy, Severity
from pulse_ci.report.finding_order import sort_by_severity
from pulse_ci.report.phrases import join_words, pluralize, shorten_names, summarize_changes

if TYPE_CHECKING:
    from pulse_ci.model import Change, Finding
    from pulse_ci.report.models import MigrationResult, Report, TableRowChange

_MAX_NAMED_CHANGES = 3

# What a rule's finding means for whoever merges; other rules are named.
_EFFECTS = {
    "not-null-without-default": "it fails on a table that has rows",
    "non-constant-default": "it fails on a table that has rows",
    "unique-or-primary-column": "it fails on D1",
    "stored-column": "it fails on D1",
    "references-with-default": "it fails on a table that has rows",
    "nullable-to-not-null": "it fails if a row has no value",
    "rebuild-fails-with-rows": "it fails once the tables have rows",
    "drop-table": "deployed Workers may still read a dropped table",
    "drop-column": "deployed Workers may still read a dropped column",
    "rename-table": "deployed Workers still use the old table name",
    "rename-column": "deployed Workers still use the old column name",
    "query-breaks": "queries of the deployed Worker would fail",
    "query-needs-migration": "queries of the new Worker fail until the migration has run",
    "broken-object": "a view, trigger or key would stop working",
    "edited-migration": "it changes a migration that databases have run already",
    "values-moved": "values would end up in the wrong column",
    "quoted-name-is-text": "a column would be filled with its own name",
    "foreign-key-violation": "rows would be left without their parent",
    "rebuild-loses-objects": "an index, trigger or constraint would be lost",
    "reverse-fails": "it cannot be undone",
    "reverse-incomplete": "it cannot be undone completely",
    "missing-drop": "it cannot be undone",
    "not-idempotent": "it cannot run twice",
}


def format_headline(report: Report) -> str:
    """Return whether to merge and the worst effect; names stand in backticks."""
    reviewed = report.under_review
    failed = [migration for migration in reviewed if migration.replay == "failed"]
    losses = _list_losses(report)
    errors = [each for each in report.findings if each.severity is Severity.ERROR and not each.ignored]
    if failed:
        return f"Do not merge: {_describe_failed(failed)}{f', and this {_describe_losses(losses)}' if losses else ''}"
    if errors and losses:
        return f"Do not merge: this {_describe_losses(losses)}"
    if errors:
        return f"Do not merge {_describe_errors(report, errors)}"
    if not reviewed:
        return _describe_nothing_new(report)
    if report.command == "preview":
        return f"{_name_subject(report)}: {summarize_changes(report.changes) or 'no schema change'}"
    return _describe_unproven(report) or _describe_safe(report, losses)


def _list_losses(report: Report) -> list[TableRowChange]:
    return [row for row in report.rows if row.after < row.before]


def _describe_failed(failed: list[MigrationResult]) -> str:
    names = join_words(shorten_names([f"`{migration.name}`" for migration in failed]))
    if all(migration.refused_by is not RejectedBy.D1 for migration in failed):
        return f"{names} could not be run to the end"
    return f"D1 rejects {names}"


def _describe_losses(losses: list[TableRowChange]) -> str:
    whole = [f"`{row.table}`" for row in losses if row.after == 0]
    partly = [f"`{row.table}`" for row in losses if row.after > 0]
    parts = [f"all rows of {join_words(shorten_names(whole))}"] if whole else []
    parts += [f"some rows of {join_words(shorten_names(partly))}"] if partly else []
    return f"would delete {join_words(parts)}"


def _describe_errors(report: Report, errors: list[Finding]) -> str:
    worst = sort_by_severity(errors)[0]
    effect = _EFFECTS.get(worst.rule)
    others = len({each.rule for each in errors}) - 1
    more = f", and {pluralize(others, 'more problem')}" if others else ""
    if effect:
        return f"{_name_subject(report)}: {effect}{more}"
    return f"{_name_subject(report)}: {pluralize(len(errors), 'error')} (`{worst.rule}`{more})"


def _name_subject(report: Report) -> str:
    reviewed = report.under_review
    return f"`{reviewed[0].name}`" if len(reviewed) == 1 else pluralize(len(reviewed), "migration")


def _describe_nothing_new(report: Report) -> str:
    if not (report.migrations or report.findings or report.queries or report.changes):
        return "There is no migration yet"
    warnings = report.count_findings(Severity.WARNING)
    return "No new migration" if not warnings else f"No new migration, but {pluralize(warnings, 'warning')}"


def _describe_unproven(report: Report) -> str:
    """Return what could not be shown to be safe; empty where everything was."""
    found = [each for each in report.findings if each.unproven and each.severity is Severity.WARNING]
    lines = sorted({each.line for each in found if not each.ignored})
    if lines:
        at = f"line {lines[0]}" if len(lines) == 1 else f"lines {join_words(shorten_names([str(at) for at in lines]))}"
        verb = "depends" if len(lines) == 1 else "depend"
        return f"Not proven: {at} of {_name_subject(report)} {verb} on existing rows"
    if report.unseeded:
        names = join_words(shorten_names([f"`{each.table}`" for each in report.unseeded]))
        return f"Not proven: {_name_subject(report)} was not tried on rows of {names}"
    return ""


def _describe_safe(report: Report, losses: list[TableRowChange]) -> str:
    # Somebody has ignored the finding on these rows, or skipped its rule.
    condition = f" if {_describe_losses(losses).removeprefix('would delete ')} may go" if losses else ""
    warnings = report.count_findings(Severity.WARNING)
    noted = f", with {pluralize(warnings, 'warning')}" if warnings else ""
    if report.command == "lint":
        return f"No problems found in {_name_subject(report)}{noted}"
    changes = _describe_changes(report)
    return f"Safe to merge{condition}{noted}{f': {changes}' if changes else ''}"


def _describe_changes(report: Report) -> str:
    """Return "adds table `a` and index `b`" where that is short, else how many of each kind."""
    objects = [change for change in report.changes if not _belongs_to_added_table(change, report)]
    if len(objects) > _MAX_NAMED_CHANGES or any(each.action is ChangeAction.MODIFIED for each in objects):
        return summarize_changes(report.changes)
    verbs = {ChangeAction.ADDED: "adds", ChangeAction.REMOVED: "removes"}
    parts = []
    for action, verb in verbs.items():
        names = [_name_object(each) for each in objects if each.action is action]
        parts += [f"{verb} {join_words(names)}"] if names else []
    return join_words(parts)


def _belongs_to_added_table(change: Change, report: Report) -> bool:
    added = {
        each.name for each in report.changes if each.kind is ObjectKind.TABLE and each.action is ChangeAction.ADDED
    }
    return change.kind is ObjectKind.COLUMN and change.table in added


def _name_object(change: Change) -> str:
    owner = f"{change.table}." if change.kind is ObjectKind.COLUMN else ""
    return f"{change.kind} `{owner}{change.name}`"
