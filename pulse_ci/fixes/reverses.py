"""missing-drop, reverse-incomplete: the reverse that is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused, MigrationError
from pulse_ci.fixes.fix_context import FixCandidate, SkippedFix
from pulse_ci.layout import REVERSE_DIRECTORY
from pulse_ci.rewrite.verified_reverse import build_reverse_header, build_verified_reverse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.fixes.fix_context import FixContext

_RULES = ("missing-drop", "reverse-incomplete")


def propose(context: FixContext) -> Iterator[FixCandidate | SkippedFix]:
    """Propose a reverse in a file of its own where there is none; the statements of an existing one are kept."""
    found, reverse = context.find_findings(*_RULES), context.analysis.reversibility.reverse
    if not found or not context.analysis.took_effect or context.analysis.migration.number is None:
        return
    if reverse is not None and reverse.statements:
        yield SkippedFix(found[0].rule, f"{reverse.source.path} has statements already, which are kept")
        return
    try:
        yield _write_reverse(context, found[0].rule)
    except (MigrationError, D1Refused) as error:
        yield SkippedFix(found[0].rule, str(error))


def _write_reverse(context: FixContext, rule: str) -> FixCandidate:
    migration = context.analysis.migration
    path = f"{context.review.migrations.directory}/{REVERSE_DIRECTORY}/{migration.file_name}"
    stub = next((each for each in context.review.migrations.reverse_files if each.path == path), None)
    if stub and (stub.problem or stub.unterminated_token):
        raise MigrationError(f"{path} {stub.problem or 'has a comment or a quote that is never closed'}")
    header = f"{stub.text.rstrip()}\n" if stub else build_reverse_header(migration, context.review.today)
    with EmbeddedD1() as database:
        database.restore(context.analysis.replayed.content_before)
        proven = build_verified_reverse(database, migration)
    return FixCandidate(rule, {path: proven.render_file(header)}, f"writes `{path}`")
