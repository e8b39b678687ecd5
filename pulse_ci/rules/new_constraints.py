"""unique-on-existing and foreign-key-parent: constraints that only rows, or the first write, will try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.duplicate_rows import find_new_unique_keys
from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.probes import probe_duplicates, probe_duplicates_in_columns
from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.model import ChangeAction, ObjectKind, Severity
from pulse_ci.rules.error_rules import find_rejections
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.rules.rebuild_objects import find_stray_keys
from pulse_ci.rules.some_rows import remark_on_some_rows
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.model import Probe
    from pulse_ci.schema.schema import ForeignKey, Index, Schema, Table
    from pulse_ci.sql.split import Statement

_MAX_NAMES = 6
_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"


def _check_unique(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        found = list(_check_unique_keys(review, analysis))
        yield from found
        lines = {match.location.line for match in found}
        for rejection, on_rows in find_rejections("unique-on-existing", analysis):
            if on_rows and analysis.migration.locate(rejection.statement).line not in lines:
                yield remark_on_some_rows(analysis, rejection)


def _check_unique_keys(review: Review, analysis: MigrationAnalysis) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    if analysis.took_effect:
        for change in analysis.replayed.changes:
            if change.kind is not ObjectKind.INDEX or change.action is ChangeAction.REMOVED:
                continue
            before = analysis.replayed.before
            index, table = analysis.replayed.after.find_index(change.name), before.find_table(change.table)
            if (
                index
                and table
                and index.unique
                and not is_new(analysis, table.name)
                and _has_all_columns(index, table)
                and not _was_unique_before(index, before)
            ):
                statement = analysis.replayed.run.find_statement_behind(change)
                rejection = _find_duplicates_rejection(analysis, statement)
                if rejection or analysis.seeded_run.duplicates_run is None:
                    probe = probe_duplicates(index, table)
                    subject = f"Unique index `{index.name}`"
                    yield _build_unique_match(analysis, statement, subject, probe, rejection)
        yield from _check_unique_by_rebuild(analysis)


def _check_unique_by_rebuild(analysis: MigrationAnalysis) -> Iterator[RuleMatch]:
    for key in find_new_unique_keys(analysis.replayed) if analysis.took_effect else ():
        rebuild = next((each for each in analysis.rebuilds if fold(each.before.name) == fold(key.table)), None)
        if rebuild is None or key.index:
            continue
        for copy in rebuild.copies:
            if rejection := _find_duplicates_rejection(analysis, copy):
                probe = probe_duplicates_in_columns(key.table, key.columns)
                yield _build_unique_match(analysis, copy, f"This copy into the new `{rebuild.table}`", probe, rejection)


def _find_duplicates_rejection(analysis: MigrationAnalysis, statement: Statement | None) -> Rejection | None:
    """Return what D1 says where rows repeat one another, if it is this statement that stumbles over them."""
    rejections = analysis.seeded_run.duplicates_run.rejections if analysis.seeded_run.duplicates_run else ()
    matching = (
        each for each in rejections if each.statement == statement and "UNIQUE constraint failed" in each.message
    )
    return next(matching, None)


def _build_unique_match(
    analysis: MigrationAnalysis, statement: Statement | None, subject: str, probe: Probe, rejection: Rejection | None
) -> RuleMatch:
    detail = f": `{rejection.message}`" if rejection else ""
    return RuleMatch(
        analysis.migration.locate(statement),
        f"{subject} is refused if there are {probe.noun_phrase} among the rows of `{probe.table}`{detail}.",
        f"`{probe.manual_query}` lists them; correct those rows first.",
        probe=probe,
    )


def _has_all_columns(index: Index, table: Table) -> bool:
    return all(term.column is None or table.find_column(term.column) for term in index.indexed_columns)


def _was_unique_before(index: Index, before: Schema) -> bool:
    """Return whether a key that was there allows no duplicates already: it has no columns but those of the index."""
    if any(each.unique and each.indexed_columns == index.indexed_columns for each in before.list_indexes(index.table)):
        return True
    table = before.find_table(index.table)
    columns = {fold(term.column) for term in index.indexed_columns if term.column and not term.collation}
    return table is not None and any(each and each <= columns for each in _list_unique_column_sets(table, before))


def _check_parent(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        groups: dict[tuple[Statement | None, str], list[tuple[str, ForeignKey]]] = {}
        for child, key, problem in _find_broken_keys(analysis) if analysis.took_effect else ():
            statement = analysis.replayed.run.find_last_touching(child)
            groups.setdefault((statement, f"`{key.parent}`, {problem}"), []).append((child, key))
        for (statement, parent), broken in groups.items():
            names = [f"`{child}`" for child in dict.fromkeys(child for child, _ in broken)]
            verb, pronoun = ("refers", "it") if len(names) == 1 else ("refer", "them")
            yield RuleMatch(
                analysis.migration.locate(statement),
                f"{_join_names(names)} {verb} to {parent}: the first write to {pronoun} fails.",
                _suggest_fix(broken[0][1], analysis.replayed.after),
            )


def _join_names(names: list[str]) -> str:
    shown = (
        names if len(names) <= _MAX_NAMES else [*names[: _MAX_NAMES - 1], f"{len(names) - _MAX_NAMES + 1} more tables"]
    )
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _find_broken_keys(analysis: MigrationAnalysis) -> Iterator[tuple[str, ForeignKey, str]]:
    """Yield the keys that the file broke or brought broken; those that a rebuild took along have their own rule."""
    after, before = analysis.replayed.after, analysis.replayed.before
    stray_keys = {
        (fold(child), key.columns) for rebuild in analysis.rebuilds for child, key in find_stray_keys(analysis, rebuild)
    }
    changed_names = {fold(name) for change in analysis.replayed.changes for name in (change.name, change.table)}
    for table in after.tables:
        old = before.find_table(table.name)
        for key in table.foreign_keys:
            if changed_names.isdisjoint((fold(table.name), fold(key.parent))):
                continue
            problem = _find_problem(key, after)
            is_known = problem and old is not None and key in old.foreign_keys and _find_problem(key, before)
            if problem and not is_known and (fold(table.name), key.columns) not in stray_keys:
                yield table.name, key, problem


def _find_problem(key: ForeignKey, schema: Schema) -> str | None:
    parent = schema.find_table(key.parent)
    if parent is None:
        return "which is not there"
    missing = [column for column in key.parent_columns if not parent.find_column(column)]
    if missing:
        return f"which has no column `{missing[0]}`"
    referenced_columns = {fold(column) for column in key.parent_columns}
    if referenced_columns in _list_unique_column_sets(parent, schema):
        return None
    columns = ", ".join(key.parent_columns)
    return f"whose `{columns}` is not unique" if columns else "which has no primary key"


def _list_unique_column_sets(parent: Table, schema: Schema) -> list[set[str]]:
    keys = [key.columns for key in (parent.primary_key, *parent.uniques) if key]
    indexes = [
        tuple(term.column for term in index.indexed_columns if term.column)
        for index in schema.list_indexes(parent.name)
        if index.unique and index.where is None and all(term.column for term in index.indexed_columns)
    ]
    return [{fold(column) for column in columns} for columns in (*keys, *indexes)]


def _suggest_fix(key: ForeignKey, schema: Schema) -> str:
    parent = schema.find_table(key.parent)
    if parent and parent.primary_key and len(parent.primary_key.columns) == len(key.columns):
        columns = ", ".join(map(quote_if_needed, parent.primary_key.columns))
        return f"`REFERENCES {quote_if_needed(parent.name)} ({columns})`"
    return f"Make `{key.parent}` first, with a primary key or a unique index on the columns referred to."


UNIQUE_ON_EXISTING = Rule(
    name="unique-on-existing",
    severity=Severity.WARNING,
    summary="A unique index on columns that existed before",
    problem="Two equal values among the rows that are there, and D1 refuses the index and with it the file.",
    remedy="Look for duplicates first, and correct them in an earlier migration.",
    bad=make_example_on_schema(_SITES, "CREATE UNIQUE INDEX IF NOT EXISTS idx_sites_url ON sites (url); -- expect\n"),
    good=make_example_on_schema(
        _SITES,
        "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n",
        reverse="DROP INDEX IF EXISTS idx_sites_url;",
    ),
    check=_check_unique,
)

FOREIGN_KEY_PARENT = Rule(
    name="foreign-key-parent",
    severity=Severity.ERROR,
    summary="A foreign key's parent table or column is missing, or not unique",
    problem="SQLite takes the table as it is, and refuses every later write to it: `foreign key mismatch`.",
    remedy="Refer to the parent's primary key, or to columns with a unique index.",
    bad=make_example_on_schema(
        _SITES,
        "CREATE TABLE IF NOT EXISTS goals (goal_id INTEGER PRIMARY KEY, url TEXT REFERENCES sites (url)); -- expect\n",
    ),
    good=make_example_on_schema(
        _SITES,
        "CREATE TABLE IF NOT EXISTS goals (goal_id INTEGER PRIMARY KEY, site_id INTEGER REFERENCES sites (site_id));\n",
        reverse="DROP TABLE IF EXISTS goals;",
    ),
    check=_check_parent,
)
