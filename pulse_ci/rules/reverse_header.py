"""reverse-header: a reverse that says it undoes one migration and undoes another, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.model import ChangeAction, Severity
from pulse_ci.rules.examples import make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.migrations.parse import Migration


def _check(review: Review) -> Iterator[RuleMatch]:
    numbers = review.migrations.numbers
    new = set(review.new)
    for reverse in (*review.migrations.reverse_files, *review.migrations.migrations):
        field, in_reverse = reverse.header.reversed_number, reverse in review.migrations.reverse_files
        is_reviewed = review.is_new(reverse.path) if in_reverse else reverse in new
        if not is_reviewed or (field is None and not in_reverse):
            continue
        if field is None:
            if reverse.number is not None and reverse.number not in numbers:
                yield RuleMatch(
                    reverse.locate(), f"There is no migration {reverse.digits} to undo.", _suggest_header(reverse)
                )
            continue
        place, header_number = reverse.locate_line(field.line), int(field.value)
        if header_number not in numbers:
            yield RuleMatch(place, f"There is no migration {field.value} to undo.", _suggest_header(reverse))
        elif in_reverse and reverse.number is not None and reverse.number != header_number:
            yield RuleMatch(
                place,
                f"`{reverse.name}` says that it undoes {field.value}, its name says {reverse.digits}.",
                _suggest_header(reverse),
            )
    for analysis in review.analyses:
        yield from _check_other_objects(analysis)


def _suggest_header(reverse: Migration) -> str:
    return f"`-- Reverse migration {reverse.digits or 'NNN'}`, with the number of the file that it undoes"


def _check_other_objects(analysis: MigrationAnalysis) -> Iterator[RuleMatch]:
    undone = analysis.reversibility
    if undone.reverse is None or undone.run.rejections or not analysis.took_effect:
        return
    if reverses_other_migration(analysis):
        unrelated = [change for change in undone.changes if change.action is ChangeAction.REMOVED]
        names = ", ".join(f"`{change.name}`" for change in unrelated)
        yield RuleMatch(
            undone.reverse.source.locate(undone.reverse.statements[0]),
            f"The reverse of `{analysis.migration.name}` drops {names}, which that file did not make, "
            "and nothing that it made.",
            "Undo what the file does; a reverse of another migration belongs under that one's number.",
        )


def reverses_other_migration(analysis: MigrationAnalysis) -> bool:
    """Whether the reverse drops what was there before, and leaves all that the migration made."""
    unrestored, made = analysis.reversibility.changes, analysis.replayed.changes
    removed = [change for change in unrestored if change.action is ChangeAction.REMOVED]
    added = {(change.kind, change.name) for change in made if change.action is ChangeAction.ADDED}
    return bool(removed and added) and added <= {(change.kind, change.name) for change in unrestored}


REVERSE_HEADER = Rule(
    name="reverse-header",
    severity=Severity.ERROR,
    summary="A reverse names a migration that is not there, or undoes another one",
    problem="In an emergency the file is run by its number. If that is wrong, it drops what should have stayed.",
    remedy="Make the number in the header, the number in the file's name and what the file undoes agree.",
    bad=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/reverse/001_sites.sql": (
                "-- Reverse migration 007 -- expect\n-- Created: 2024-03-05\nDROP TABLE IF EXISTS sites;\n"
            ),
        }
    ),
    good=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/reverse/001_sites.sql": (
                "-- Reverse migration 001\n-- Created: 2024-03-05\nDROP TABLE IF EXISTS sites;\n"
            ),
        }
    ),
    check=_check,
)
