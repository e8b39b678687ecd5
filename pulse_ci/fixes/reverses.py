"""missing-drop, reverse-incomplete: the reverse that nobody has written yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused, MigrationError
from pulse_ci.fixes.candidate import Declined, Proposal
from pulse_ci.migrations.source import REVERSE_DIRECTORY
from pulse_ci.rewrite.verified_reverse import prove_reverse, reverse_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.fixes.fix_context import Case

_RULES = ("missing-drop", "reverse-incomplete")


def propose(case: Case) -> Iterator[Proposal | Declined]:
    """Propose a reverse in a file of its own, where there is none; the statements of one that is there are kept."""
    found, reverse = case.found(*_RULES), case.evidence.undone.reverse
    if not found or not case.evidence.runs or case.evidence.migration.number is None:
        return
    if reverse is not None and reverse.statements:
        yield Declined(found[0].rule, f"{reverse.source.path} has statements that somebody wrote, which are kept")
        return
    try:
        yield _written(case, found[0].rule)
    except (MigrationError, D1Refused) as error:
        yield Declined(found[0].rule, str(error))


def _written(case: Case, rule: str) -> Proposal:
    migration = case.evidence.migration
    path = f"{case.review.migrations.directory}/{REVERSE_DIRECTORY}/{migration.name}"
    stub = next((each for each in case.review.migrations.reverse_files if each.path == path), None)
    if stub and (stub.problem or stub.open_end):
        raise MigrationError(f"{path} {stub.problem or 'has a comment or a quote that is never closed'}")
    header = f"{stub.text.rstrip()}\n" if stub else reverse_header(migration, case.review.today)
    with EmbeddedD1() as database:
        database.restore(case.evidence.replayed.origin)
        proven = prove_reverse(database, migration)
    return Proposal(rule, {path: proven.as_file(header)}, f"writes `{path}`")
