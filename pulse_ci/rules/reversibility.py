"""missing-drop, reverse-incomplete, reverse-fails: whether a migration can be undone, as shown by undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.model import Change, ChangeAction, ObjectKind, Severity
from pulse_ci.rules.error_rules import NOT_RUN_REMEDIES
from pulse_ci.rules.examples import EXAMPLE_HEADER, make_example
from pulse_ci.rules.renames import find_reverse_rename
from pulse_ci.rules.reverse_header import reverses_other_migration
from pulse_ci.sql.names import quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.migrations.discover import ReverseMigration

_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id TEXT NOT NULL PRIMARY KEY);\n"
_EXPECT_SITES = _SITES.replace(";\n", "; -- expect\n")


def _check_missing_drop(review: Review) -> Iterator[RuleMatch]:
    for analysis in _list_reversed(review):
        for change in analysis.reversibility.changes:
            if change.action is ChangeAction.ADDED and not find_reverse_rename(analysis, change):
                yield _build_missing_drop_match(review, analysis, change)


def _list_reversed(review: Review) -> Iterator[MigrationAnalysis]:
    """The migrations whose reverse, if they have one, ran: only then does what is left mean anything."""
    return (each for each in review.analyses if each.took_effect and not each.reversibility.run.rejections)


def _build_missing_drop_match(review: Review, analysis: MigrationAnalysis, change: Change) -> RuleMatch:
    reverse = analysis.reversibility.reverse
    reverse_path = reverse.source.path if reverse else None
    target = reverse_path or f"{review.migrations.directory}/reverse/{analysis.migration.file_name}"
    header = "" if reverse else f" under the header `-- Reverse migration {analysis.migration.digits}`"
    table_note = f" of `{change.table}`" if change.kind is ObjectKind.COLUMN else ""
    return RuleMatch(
        analysis.migration.locate(analysis.replayed.run.find_statement_behind(change)),
        f"No rollback: nothing drops {change.kind} `{change.name}`{table_note}.",
        f"Add to `{target}`{header}: `{_format_drop(change)}`",
    )


def _format_drop(change: Change) -> str:
    if change.kind is ObjectKind.COLUMN:
        return f"ALTER TABLE {quote_if_needed(change.table)} DROP COLUMN {quote_if_needed(change.name)};"
    return f"DROP {change.kind.upper()} IF EXISTS {quote_if_needed(change.name)};"


def _check_incomplete(review: Review) -> Iterator[RuleMatch]:
    for analysis in _list_reversed(review):
        unrestored = [change for change in analysis.reversibility.changes if change.action is not ChangeAction.ADDED]
        if unrestored and not (analysis.reversibility.reverse and reverses_other_migration(analysis)):
            yield _build_incomplete_match(analysis, unrestored)


def _build_incomplete_match(analysis: MigrationAnalysis, unrestored: list[Change]) -> RuleMatch:
    reverse, names = analysis.reversibility.reverse, ", ".join(_describe_difference(change) for change in unrestored)
    if reverse is None:
        first = analysis.replayed.run.find_statement_behind(unrestored[0])
        return RuleMatch(
            analysis.migration.locate(first),
            f"No rollback: these stay changed: {names}.",
            _suggest_fix(analysis, unrestored[0]),
        )
    return RuleMatch(
        reverse.source.locate(reverse.statements[0] if reverse.statements else None),
        f"The reverse of `{analysis.migration.name}` does not restore the schema: {names}.",
        _suggest_fix(analysis, unrestored[0]),
    )


def _describe_difference(change: Change) -> str:
    where = f" of `{change.table}`" if change.kind is ObjectKind.COLUMN else ""
    return f"{change.kind} `{change.name}`{where} {_describe_state(change)}"


def _describe_state(change: Change) -> str:
    if change.action is ChangeAction.REMOVED:
        return "is gone"
    before, after = (
        sorted(line.rstrip(",") for line in (sql or "").splitlines()) for sql in (change.before, change.after)
    )
    return "has its columns in another order" if before == after and change.kind is ObjectKind.TABLE else "differs"


def _suggest_fix(analysis: MigrationAnalysis, change: Change) -> str:
    if rename := find_reverse_rename(analysis, change):
        return f"In the reverse: `{rename}`"
    if change.kind is ObjectKind.COLUMN and change.action is ChangeAction.REMOVED:
        return f"In the reverse: `ALTER TABLE {quote_if_needed(change.table)} ADD COLUMN {change.before};`"
    if change.before is None or change.kind is ObjectKind.COLUMN:
        return f"In the reverse, restore `{change.name}`: it was `{change.before}`."
    return f"In the reverse, create it again: `{' '.join(change.before.split())}`"


def _check_fails(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        undone = analysis.reversibility
        if undone.reverse and analysis.took_effect:
            for rejection in undone.run.rejections:
                yield RuleMatch(
                    undone.reverse.source.locate(rejection.statement or undone.reverse.statements[-1]),
                    f"The reverse of `{analysis.migration.name}` does not run: {rejection.description}.",
                    _suggest_correction(undone.reverse, rejection),
                )


def _suggest_correction(reverse: ReverseMigration, rejection: Rejection) -> str:
    if rejection.rejected_by in NOT_RUN_REMEDIES:
        return NOT_RUN_REMEDIES[rejection.rejected_by]
    if "syntax error" in rejection.message and reverse.source.reverse_block:
        return "Below `-- Reverse:` write SQL alone; put words above it, or behind a second `--`."
    return "Drop what refers to an object before the object itself, with IF EXISTS; no BEGIN or COMMIT."


MISSING_DROP = Rule(
    name="missing-drop",
    severity=Severity.ERROR,
    summary="Something that the file creates is dropped by no reverse",
    problem=(
        "Without a reverse, somebody has to write the DROP by hand during an incident. "
        "A reverse is looked for in a trailing `-- Reverse:` comment of the file, in `reverse/`, and in later files "
        "headed `-- Reverse migration NNN`; what it leaves behind is found by running it."
    ),
    remedy="Add the DROP to the reverse.",
    bad=make_example(_EXPECT_SITES),
    good=make_example(_SITES, reverse="DROP TABLE IF EXISTS sites;"),
    check=_check_missing_drop,
    is_convention=True,
)

REVERSE_INCOMPLETE = Rule(
    name="reverse-incomplete",
    severity=Severity.ERROR,
    summary="The reverse runs, but the schema is not what it was",
    problem="After a rollback the schema must be exactly the one that the earlier release used.",
    remedy="Restore what the report lists, in the words of the earlier migration.",
    bad=Example(
        {
            "migrations/001_sites.sql": f"{EXAMPLE_HEADER}{_SITES}-- Reverse:\n-- DROP TABLE IF EXISTS sites;\n",
            "migrations/002_owner.sql": (
                f"{EXAMPLE_HEADER}-- pulse-ci: ignore-file not-idempotent SQLite cannot guard ADD COLUMN\n"
                "ALTER TABLE sites ADD COLUMN owner TEXT;\n"
            ),
            "migrations/reverse/002_owner.sql": (
                "-- Reverse migration 002\n-- Created: 2024-03-05\nDROP TABLE sites; -- expect\n"
                "CREATE TABLE sites (site_id TEXT NOT NULL PRIMARY KEY, url TEXT DEFAULT '');\n"
                "ALTER TABLE sites DROP COLUMN url;\nALTER TABLE sites RENAME COLUMN site_id TO id;\n"
            ),
        }
    ),
    good=make_example(_SITES, reverse="DROP TABLE IF EXISTS sites;"),
    check=_check_incomplete,
    is_convention=True,
)

REVERSE_FAILS = Rule(
    name="reverse-fails",
    severity=Severity.ERROR,
    summary="The reverse does not run",
    problem="A reverse that fails is noticed only when it is needed.",
    remedy="Correct the statement that D1 rejects.",
    bad=Example(
        {
            "migrations/001_sites.sql": EXAMPLE_HEADER + _SITES,
            "migrations/reverse/001_sites.sql": (
                "-- Reverse migration 001\n-- Created: 2024-03-05\nDROP TABLE site; -- expect\n"
            ),
        }
    ),
    good=make_example(_SITES, reverse="DROP TABLE IF EXISTS sites;"),
    check=_check_fails,
)
