"""values-moved, quoted-name-is-text, trigger-overwrites, counter-reset, rowids-change: rows stay with other values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.copied_values import CopiedColumn, ValueChange
from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.analysis.rule import MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.rules.search_tables import fills_search, find_searches
from pulse_ci.sql.clauses import find_insert_columns
from pulse_ci.sql.names import fold, quote_if_needed, unquote
from pulse_ci.sql.operations import AddColumn, Insert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.quoted_texts import QuotedText
    from pulse_ci.analysis.table_rebuilds import Rebuild
    from pulse_ci.schema.schema import Schema


def _check_moved(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for each in analysis.copied if analysis.took_effect else ():
            match each.change:
                case ValueChange.MOVED:
                    yield _remark(
                        analysis,
                        each,
                        f"This copy puts the values of `{each.source}` into `{each.column}` of `{each.table}`, though "
                        f"both tables have `{each.column}` and `{each.source}`.",
                        f"List the columns in the same order on both sides: `{each.column}` must be selected for "
                        f"`{each.column}`.",
                    )
                case ValueChange.REPLACED:
                    yield _remark(
                        analysis,
                        each,
                        f"This copy writes the text {each.source} into `{each.column}` of `{each.table}` in every row: "
                        "in single quotes a name is a text.",
                        f"Write {unquote(each.source)} without quotes to copy the column.",
                    )
                case ValueChange.LEFT_OUT:
                    yield _remark(
                        analysis,
                        each,
                        f"This copy leaves out `{each.column}` of `{each.table}`, which both tables have: "
                        "its values are lost.",
                        f"Add `{each.column}` to both lists of columns.",
                    )
                case ValueChange.CONVERTED:
                    yield _remark(
                        analysis,
                        each,
                        f"The new type of `{each.column}` of `{each.table}` changes values in this copy: some texts "
                        "become other numbers ('007' becomes 7).",
                        f"`{each.query}` lists the rows whose values change; keep the type, or correct them first.",
                        Severity.WARNING,
                    )
                case _:
                    pass


def _remark(
    analysis: MigrationAnalysis, copied: CopiedColumn, message: str, remedy: str, severity: Severity | None = None
) -> RuleMatch:
    place = analysis.migration.locate(copied.statement)
    return RuleMatch(place, message, remedy, severity, unproven=severity is Severity.WARNING)


def _check_quoted(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for each in analysis.quoted:
            yield RuleMatch(
                analysis.migration.locate(each.statement),
                f"`\"{each.name}\"` {_describe_quoted(each)}, so SQLite reads it as the text '{each.name}'.",
                _suggest_quoted(each),
                Severity.WARNING if each.is_value else None,
            )


def _describe_quoted(quoted: QuotedText) -> str:
    if isinstance(quoted.statement.operation, AddColumn):
        return "stands behind DEFAULT, where a column's name is none"
    return "is no column of the tables in this statement"


def _suggest_quoted(quoted: QuotedText) -> str:
    if quoted.is_value:
        return f"Write the text in single quotes: `'{quoted.name}'`."
    match quoted.statement.operation:
        case Insert():
            return f"Leave `{quoted.name}` out of both lists of columns, or select the old column by its own name."
        case _:
            return f"Correct the column's name; if the text is meant, write it in single quotes: `'{quoted.name}'`."


def _check_overwrites(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for each in analysis.seeded_run.overwritten:
            if is_new(analysis, each.table):
                continue
            triggers = _find_update_triggers(analysis.replayed.before, each.table)
            names = ", ".join(f"`{name}`" for name in triggers)
            drops = " ".join(f"`DROP TRIGGER {quote_if_needed(name)};`" for name in triggers)
            columns = ", ".join(f"`{column}`" for column in each.columns)
            yield RuleMatch(
                analysis.migration.locate(each.statement),
                f"This UPDATE of `{each.table}` fires trigger {names}, which overwrites {columns} of the same rows.",
                f"Drop the trigger before the UPDATE, {drops}, and create it again after it.",
            )


def _find_update_triggers(schema: Schema, table: str) -> list[str]:
    return [trigger.name for trigger in schema.list_triggers(table) if trigger.event == "UPDATE"]


def _check_counters(review: Review) -> Iterator[RuleMatch]:
    is_new = build_new_table_test(review)
    for analysis in review.analyses:
        for name in analysis.seeded_run.counters_reset:
            table = analysis.replayed.after.find_table(name)
            if table is None or not table.autoincrement or is_new(analysis, name):
                continue
            rebuild = next((each for each in analysis.rebuilds if fold(each.table) == fold(name)), None)
            statement = rebuild.drop if rebuild else analysis.replayed.run.find_last_writing("sqlite_sequence")
            yield RuleMatch(
                analysis.migration.locate(statement),
                f"After this statement AUTOINCREMENT of `{name}` starts again below the highest id that it has given: "
                "ids of deleted rows are given to new ones.",
                _suggest_counter(rebuild),
            )


def _suggest_counter(rebuild: Rebuild | None) -> str:
    if rebuild is None:
        return "Leave `sqlite_sequence` as it is, or name the one table with WHERE."
    new = next((each.operation.table for each in rebuild.copies if isinstance(each.operation, Insert)), "the new table")
    return (
        f"Before the DROP copy the counter: set `seq` of `{new}` in `sqlite_sequence` to the one of `{rebuild.table}`."
    )


def _check_rowids(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for rebuild in analysis.rebuilds if analysis.took_effect else ():
            if rebuild.after.rowid_alias or rebuild.after.without_rowid:
                continue
            for search in find_searches(analysis.replayed.after, rebuild.table):
                if not (_copies_rowids(rebuild) or fills_search(analysis, search.name, rebuild.drop)):
                    name = quote_if_needed(search.name)
                    yield RuleMatch(
                        analysis.migration.locate(rebuild.drop),
                        f"FTS5 table `{search.name}` finds rows of `{rebuild.table}` by their rowid, and this rebuild "
                        "gives them new ones: searches return other rows.",
                        f"Copy `rowid` as well, or end with `INSERT INTO {name} ({name}) VALUES ('rebuild');`.",
                    )


def _copies_rowids(rebuild: Rebuild) -> bool:
    return any(
        fold(name) in ("rowid", "_rowid_", "oid") for copy in rebuild.copies for name in find_insert_columns(copy.sql)
    )


_CLIENTS = "CREATE TABLE IF NOT EXISTS clients (id INTEGER PRIMARY KEY, phone TEXT, town TEXT);\n"
_COPY_BACK = (
    "CREATE TABLE IF NOT EXISTS clients_old (id INTEGER PRIMARY KEY, phone TEXT, town TEXT);\n"
    "INSERT OR IGNORE INTO clients_old (id, phone, town) SELECT id, phone, town FROM clients;\n"
    "DROP TABLE IF EXISTS clients;\nALTER TABLE clients_old RENAME TO clients;"
)
_COPY = (
    "CREATE TABLE IF NOT EXISTS clients_new (id INTEGER PRIMARY KEY, town TEXT, phone TEXT);\n"
    "INSERT OR IGNORE INTO clients_new (id, town, phone) SELECT id, {columns} FROM clients;{mark}\n"
    "DROP TABLE IF EXISTS clients;\nALTER TABLE clients_new RENAME TO clients;\n"
)
_INDEX = 'CREATE INDEX IF NOT EXISTS idx_clients_town ON clients ("{}");{}\n'
_NOTES = (
    "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, body TEXT, slug TEXT, changed TEXT);\n"
    "CREATE TRIGGER IF NOT EXISTS notes_changed AFTER UPDATE {of}ON notes BEGIN\n"
    "  UPDATE notes SET changed = datetime('now') WHERE id = new.id;\nEND;\n"
)
_FILL = "UPDATE notes SET slug = lower(body) WHERE slug IS NULL;{mark}\n"
_TICKETS = "CREATE TABLE IF NOT EXISTS tickets (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);\n"
_PAGES = (
    "CREATE TABLE IF NOT EXISTS pages (id TEXT PRIMARY KEY NOT NULL, body TEXT);\n"
    "CREATE VIRTUAL TABLE IF NOT EXISTS pages_search USING fts5 (body, content='pages');\n"
)
_PAGES_COPY = (
    "CREATE TABLE IF NOT EXISTS pages_new (id TEXT PRIMARY KEY NOT NULL, body TEXT DEFAULT '');\n"
    "INSERT OR IGNORE INTO pages_new ({columns}) SELECT {columns} FROM pages;\n"
    "DROP TABLE IF EXISTS pages;{mark}\nALTER TABLE pages_new RENAME TO pages;\n"
)

VALUES_MOVED = Rule(
    name="values-moved",
    severity=Severity.ERROR,
    summary="A copy puts a column's values into another column, or changes them",
    problem="A copy that mixes up two columns of the same type succeeds, and all rows are there: with wrong values.",
    remedy="List the columns in the same order on both sides.",
    bad=make_example_on_schema(_CLIENTS, _COPY.format(columns="phone, phone", mark=" -- expect")),
    good=make_example_on_schema(_CLIENTS, _COPY.format(columns="town, phone", mark=""), reverse=_COPY_BACK),
    check=_check_moved,
)

QUOTED_NAME_IS_TEXT = Rule(
    name="quoted-name-is-text",
    severity=Severity.ERROR,
    summary="A name in double quotes that is no column, and becomes a text",
    problem=(
        "Where no column has the name, SQLite reads it as a text: a copy fills every row with the column's name, an "
        "index is on a constant, a condition is true for all rows or none. Where a text may be meant, it is a warning."
    ),
    remedy="Correct the name, leave the column out, or write a text in single quotes.",
    bad=make_example_on_schema(_CLIENTS, _INDEX.format("city", " -- expect")),
    good=make_example_on_schema(_CLIENTS, _INDEX.format("town", ""), reverse="DROP INDEX IF EXISTS idx_clients_town;"),
    check=_check_quoted,
)

TRIGGER_OVERWRITES = Rule(
    name="trigger-overwrites",
    severity=Severity.WARNING,
    summary="An UPDATE fires a trigger that overwrites other columns of the same rows",
    problem="A backfill fires the table's triggers: one that notes the time of a change does so in every row.",
    remedy="Drop the trigger before the UPDATE and create it again after it.",
    bad=make_example_on_schema(_NOTES.format(of=""), _FILL.format(mark=" -- expect")),
    good=make_example_on_schema(_NOTES.format(of="OF body "), _FILL.format(mark="")),
    check=_check_overwrites,
)

COUNTER_RESET = Rule(
    name="counter-reset",
    severity=Severity.WARNING,
    summary="AUTOINCREMENT starts again below an id that it has given",
    problem="The highest id is kept in `sqlite_sequence`. A rebuild copies rows, and not the counter of the old table.",
    remedy="Copy the counter too, and leave `sqlite_sequence` alone.",
    bad=make_example_on_schema(_TICKETS, "DELETE FROM sqlite_sequence; -- expect\n"),
    good=make_example_on_schema(_TICKETS, "UPDATE tickets SET body = '' WHERE body IS NULL;\n"),
    check=_check_counters,
)

ROWIDS_CHANGE = Rule(
    name="rowids-change",
    severity=Severity.ERROR,
    summary="A rebuild gives new rowids to rows that an FTS5 table finds by rowid",
    problem="Without INTEGER PRIMARY KEY a copied row gets a new rowid, and the search index still has the old one.",
    remedy="Copy `rowid` as well, or rebuild the search index at the end of the file.",
    bad=make_example_on_schema(_PAGES, _PAGES_COPY.format(columns="id, body", mark=" -- expect")),
    good=make_example_on_schema(
        _PAGES,
        _PAGES_COPY.format(columns="rowid, id, body", mark=""),
        reverse=_PAGES_COPY.format(columns="rowid, id, body", mark="").replace(" DEFAULT ''", "").rstrip(),
    ),
    check=_check_rowids,
)
