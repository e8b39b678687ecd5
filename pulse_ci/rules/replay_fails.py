"""replay-fails and explicit-transaction: what D1 refuses on the schema that the file will meet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.error_rules import NOT_RUN_REMEDIES, find_rejections
from pulse_ci.rules.examples import make_example, make_table_migration
from pulse_ci.rules.some_rows import depends_on_rows, remark_on_some_rows
from pulse_ci.sql.names import quote_if_needed
from pulse_ci.sql.operations import (
    AddColumn,
    Delete,
    DropColumn,
    Insert,
    RenameColumn,
    RenameTable,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.analysis.replay import FailedMigration
    from pulse_ci.analysis.statement_run import Rejection

_TABLE = "CREATE TABLE IF NOT EXISTS sites (site_id TEXT NOT NULL PRIMARY KEY);\n"
_UNDO = "DROP TABLE IF EXISTS sites;"
_CHANGES = (AddColumn, DropColumn, RenameColumn, RenameTable, Insert, Update, Delete)

_BASE_SCHEMA_REMEDY = (
    "If the files continue a schema that a file creates, name it: `--base-schema schema.sql`. If it was made by hand, "
    "use `preview: staging`, which starts from the real schema."
)
# What to do about D1's message, by the first pattern that it has; {1}, {2} are the pattern's groups.
_REMEDIES = (
    (r"no such (table|view|index|trigger): (?:main\.)?(\S+?)(:|$)", "Make {1} `{2}` first, or drop it with IF EXISTS."),
    (r"no such column: (\S+?)(:|$)", "Add the column `{1}` first, or correct its name."),
    (r"(\S+) already exists", "Add IF NOT EXISTS, if it is the same object; if not, choose another name."),
    (r"duplicate column name: (\S+?)(:|$)", "An earlier migration has added `{1}`: remove the statement."),
    (r"syntax error|incomplete input|unrecognized token", "Correct the SQL at the word that the message names."),
    (r"FOREIGN KEY constraint failed", "Insert parents before children; D1 never turns foreign keys off."),
    (r"type mismatch on DEFAULT", "The table is STRICT: give a default of the column's own type."),
    (r"constraint failed", "The statement's own rows break the constraint: correct the values."),
    (r"SQLITE_TOOBIG", "Split the statement into smaller ones."),
    (r"not authorized", "D1 does not allow this statement: remove it."),
)


def _describe_rejection(rejection: Rejection, on_rows: bool) -> str:
    subject = "this statement" if rejection.statement else "the file at its end"
    only_file_rows = ", where no rows are but those that the files bring" if rejection.is_constraint_error else ""
    condition = ", once tables have rows" if on_rows else only_file_rows
    if rejection.rejected_by in NOT_RUN_REMEDIES:
        return f"What D1 would do with {subject}{condition} is not known: `{rejection.message}`"
    return f"D1 rejects {subject}{condition}: `{rejection.message}`."


def _find_remedy(analysis: MigrationAnalysis, rejection: Rejection, *, on_rows: bool) -> str:
    if rejection.rejected_by in NOT_RUN_REMEDIES:
        return NOT_RUN_REMEDIES[rejection.rejected_by]
    if _needs_base_schema(analysis, rejection):
        return _BASE_SCHEMA_REMEDY
    if match := re.match(r"error in (view|trigger) (\S+?):", rejection.searchable):
        return _suggest_dropping(analysis, match[1], match[2])
    for pattern, hint in _REMEDIES:
        if match := re.search(pattern, rejection.searchable):
            return hint.format(match[0], *match.groups())
    if on_rows:
        return "Correct the statement: it failed on each of the test rows."
    return "Correct the statement: what D1 rejects here it rejects on every database."


def _needs_base_schema(analysis: MigrationAnalysis, rejection: Rejection) -> bool:
    """Return whether the first files alter a table that no file has created."""
    is_change = isinstance(rejection.statement.operation if rejection.statement else None, _CHANGES)
    return is_change and "no such table" in rejection.message and not analysis.replayed.before.tables


def _suggest_dropping(analysis: MigrationAnalysis, kind: str, name: str) -> str:
    """Say how to get a view or trigger out of the way of a rebuild."""
    schema = analysis.replayed.before
    found = schema.find_view(name) or schema.find_trigger(name)
    again = f" and create it again behind it: `{' '.join(found.sql.split())};`" if found else " and create it again"
    drop = f"`DROP {kind.upper()} IF EXISTS {quote_if_needed(found.name if found else name)};`"
    return f"Put {drop} before the first statement that changes what it uses{again}"


def _check_fails(review: Review) -> Iterator[RuleMatch]:
    for migration in (*review.migrations.migrations, *review.reverse_files):
        if migration.problem:
            note = "" if migration in (*review.new, *review.reverse_files) else " Later files were checked without it."
            yield RuleMatch(
                migration.locate_line(migration.problem_line),
                f"`{migration.name}` {migration.problem}, so nothing of it can be run.{note}",
                migration.problem_remedy,
            )
    for analysis in review.analyses:
        for rejection, on_rows in find_rejections("replay-fails", analysis):
            yield (_build_match_on_rows(analysis, rejection) if on_rows else None) or RuleMatch(
                analysis.migration.locate(rejection.statement),
                f"{_describe_rejection(rejection, on_rows)} Nothing of `{analysis.migration.name}` is kept.",
                _find_remedy(analysis, rejection, on_rows=on_rows),
            )
    # One that kept its schema was reported when it was new, and takes nothing from what follows.
    if failed := [each for each in review.failed if not each.kept_schema]:
        yield _build_merged_files_match(failed)


def _build_merged_files_match(failed: Sequence[FailedMigration]) -> RuleMatch:
    """Return the one notice on merged files that do not run: no later change can put them right."""
    first = failed[0]
    subject = f"`{first.migration.name}` is merged but does not run on the files before it"
    if len(failed) > 1:
        subject = f"{len(failed)} merged files do not run on the files before them, first `{first.migration.name}`"
    return RuleMatch(
        first.migration.locate(first.rejection.statement),
        f"{subject}: {first.rejection.description}. "
        f"Later files were checked without {'them' if len(failed) > 1 else 'it'}.",
        _BASE_SCHEMA_REMEDY,
        Severity.NOTICE,
    )


def _build_match_on_rows(analysis: MigrationAnalysis, rejection: Rejection) -> RuleMatch | None:
    if match := _build_children_match(analysis, rejection):
        return match
    return remark_on_some_rows(analysis, rejection) if depends_on_rows(analysis, rejection) else None


def _build_children_match(analysis: MigrationAnalysis, rejection: Rejection) -> RuleMatch | None:
    """Return what to say of a statement that fails only if rows refer to those that its WHERE names."""
    match rejection.statement.operation if rejection.statement else None:
        case Delete(table, has_where=True) | Update(table, has_where=True) if "FOREIGN KEY" in rejection.message:
            names = {child.name for child, _ in analysis.replayed.before.list_children(table)}
            children = ", ".join(f"`{name}`" for name in sorted(names)) or "other tables"
            return RuleMatch(
                analysis.migration.locate(rejection.statement),
                f"D1 rejects this statement if rows of other tables refer to those that it deletes from `{table}`: "
                f"`{rejection.message}`.",
                f"First delete or move what refers to them, in {children} or below.",
                Severity.WARNING,
            )
    return None


def _check_transaction(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        rejections = [rejection for rejection in analysis.replayed.run.rejections if rejection.is_transaction]
        for index, rejection in enumerate(rejections):
            reason = _format_d1_message(rejection) if index == 0 else "."
            yield RuleMatch(
                analysis.migration.locate(rejection.statement),
                f"D1 rejects `{_format_statement(rejection)}`, and with it the whole file{reason}",
                "Delete this line: D1 runs each migration file as one transaction already.",
            )


def _format_statement(rejection: Rejection) -> str:
    return " ".join(rejection.statement.sql.rstrip(";").split()) if rejection.statement else "it"


def _format_d1_message(rejection: Rejection) -> str:
    return f": `{rejection.message.partition('. ')[0].rstrip('.')}.`"


REPLAY_FAILS = Rule(
    name="replay-fails",
    severity=Severity.ERROR,
    summary="The file does not run on the schema that it will meet",
    problem="All earlier files were run under D1's own rules, then this one. What fails here fails on staging too.",
    remedy="Correct the statement that D1 rejects; its message is in the report.",
    bad=make_example(_TABLE + "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url); -- expect\n", reverse=_UNDO),
    good=Example({"migrations/001_example.sql": make_table_migration("sites")}),
    check=_check_fails,
)

EXPLICIT_TRANSACTION = Rule(
    name="explicit-transaction",
    severity=Severity.ERROR,
    summary="BEGIN, COMMIT, ROLLBACK, SAVEPOINT or RELEASE",
    problem="D1 keeps the transaction itself, one for each file, and refuses what would start or end another.",
    remedy="Delete the statement.",
    bad=make_example(f"BEGIN TRANSACTION; -- expect\n{_TABLE}COMMIT; -- expect\n", reverse=_UNDO),
    good=make_example(_TABLE, reverse=_UNDO),
    check=_check_transaction,
)
