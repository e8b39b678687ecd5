"""Rules on what D1 allows on no database at all, one for each kind of refusal; `refusals` says whose each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.error_rules import find_rejections
from pulse_ci.rules.examples import make_example, make_example_on_schema
from pulse_ci.sql.clauses import find_insert_columns
from pulse_ci.sql.names import quote_if_needed
from pulse_ci.sql.operations import Insert
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.statement_run import Rejection

_MAX_SQL_LENGTH = 60
_TABLE = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, title TEXT);\n"
_UNDO = "DROP TABLE IF EXISTS sites;"
_GOOD = make_example(_TABLE, reverse=_UNDO)
_NUMBERS = [str(number) for number in range(1, 102)]


def _make_rule(name: str, summary: str, problem: str, remedy: str, bad: Example, good: Example = _GOOD) -> Rule:
    """Make a rule of the refusals that are claimed for it in `refusals`."""

    def check(review: Review) -> Iterator[RuleMatch]:
        for analysis in review.analyses:
            for rejection, on_rows in find_rejections(name, analysis):
                condition = ", once tables have rows" if on_rows else ""
                yield RuleMatch(
                    analysis.migration.locate(rejection.statement),
                    f"D1 rejects `{_format_statement(rejection)}`{condition}: `{rejection.message}`. "
                    f"Nothing of `{analysis.migration.name}` is kept.",
                    _suggest_parts(rejection) or remedy,
                )

    return Rule(name, Severity.ERROR, summary, problem, remedy, bad, good, check)


def _suggest_parts(rejection: Rejection) -> str:
    """Return what to do with one value that is too long for a statement; else nothing."""
    statement = rejection.statement
    if statement is None or "too long" not in rejection.message or not isinstance(statement.operation, Insert):
        return ""
    if max(len(token.text) for token in tokenize_code(statement.sql)) * 2 < len(statement.sql):
        return ""
    table = quote_if_needed(statement.operation.table)
    columns = find_insert_columns(statement.sql)
    column = quote_if_needed(columns[-1]) if columns else "…"
    return (
        f"Insert the first part of the value, then append the others, each in a statement of its own: "
        f"`UPDATE {table} SET {column} = {column} || '…' WHERE …;`. Or insert it from a Worker with a bound parameter."
    )


def _format_statement(rejection: Rejection) -> str:
    sql = " ".join(rejection.statement.sql.rstrip(";").split()) if rejection.statement else "the file at its end"
    return (sql if len(sql) <= _MAX_SQL_LENGTH else f"{sql[:_MAX_SQL_LENGTH]}…").replace("`", '"')


TEMPORARY_OBJECT = _make_rule(
    "temporary-object",
    "A temporary table, view, trigger or index",
    "Each request to D1 may meet another connection, so it has no temporary objects.",
    "Make an ordinary table, and drop it at the end of the same file.",
    make_example(f"{_TABLE}CREATE TEMP TABLE copied (site_id INTEGER); -- expect\n", reverse=_UNDO),
    make_example(
        f"{_TABLE}CREATE TABLE IF NOT EXISTS copied (site_id INTEGER PRIMARY KEY);\nDROP TABLE copied;\n", reverse=_UNDO
    ),
)
ATTACH_DATABASE = _make_rule(
    "attach-database",
    "ATTACH or DETACH",
    "A D1 database stands alone: no statement reaches another one.",
    "Read from the one database and write to the other in a Worker that is bound to both.",
    make_example(f"{_TABLE}ATTACH DATABASE 'archive.db' AS archive; -- expect\n", reverse=_UNDO),
)
VACUUM = _make_rule(
    "vacuum",
    "VACUUM",
    "D1 runs every statement in a transaction, in which SQLite does not vacuum; D1 looks after its files itself.",
    "Delete the statement.",
    make_example(f"{_TABLE}VACUUM; -- expect\n", reverse=_UNDO),
)
PRAGMA_NOT_ALLOWED = _make_rule(
    "pragma-not-allowed",
    "A pragma that D1 does not offer",
    "D1 allows few pragmas: those that read the schema, foreign_key_check, quick_check, optimize, defer_foreign_keys "
    "and some switches. Settings of the file, such as journal_mode or user_version, are not yours to make.",
    "Delete the statement. What was applied is recorded in the migrations table, not in user_version.",
    make_example(f"{_TABLE}PRAGMA user_version = 22; -- expect\n", reverse=_UNDO),
)
FUNCTION_NOT_ALLOWED = _make_rule(
    "function-not-allowed",
    "A function that D1 does not offer",
    "D1 has a list of functions, and runs no others: sqlite_version, json_pretty, power and regexp are not on it.",
    "Compute the value in the Worker, or with a function that D1 has: `json_valid`, `pow`, `iif`, `like`.",
    make_example(
        "CREATE TABLE IF NOT EXISTS sites ( -- expect\n  site_id INTEGER PRIMARY KEY,\n"
        "  settings TEXT CHECK (json_pretty(settings) <> '')\n);\n",
        reverse=_UNDO,
    ),
    make_example(
        "CREATE TABLE IF NOT EXISTS sites (\n  site_id INTEGER PRIMARY KEY,\n"
        "  settings TEXT CHECK (json_valid(settings))\n);\n",
        reverse=_UNDO,
    ),
)
MODULE_NOT_ALLOWED = _make_rule(
    "module-not-allowed",
    "A virtual table of a module that D1 does not offer",
    "D1 has the modules fts5, fts5vocab, rtree and rtree_i32, and no others.",
    "Use `fts5` for full-text search, `rtree` for ranges.",
    make_example("CREATE VIRTUAL TABLE IF NOT EXISTS pages USING fts4(title, body); -- expect\n"),
    make_example(
        "CREATE VIRTUAL TABLE IF NOT EXISTS pages USING fts5(title, body);\n", reverse="DROP TABLE IF EXISTS pages;"
    ),
)
RESERVED_NAME = _make_rule(
    "reserved-name",
    "A name that D1 or SQLite keeps for itself",
    "Names that begin with `_cf_` are D1's, those with `sqlite_` are SQLite's: no statement makes or changes them.",
    "Choose another name.",
    make_example("CREATE TABLE IF NOT EXISTS _cf_sites (site_id INTEGER PRIMARY KEY); -- expect\n"),
)
ALTER_NOT_SUPPORTED = _make_rule(
    "alter-not-supported",
    "A form of ALTER TABLE that D1 does not have",
    "D1's ALTER TABLE renames a table or a column, adds a column and drops one; it changes no type or constraint.",
    "Rebuild the table: rename it and all tables that refer to it, create them again, copy parents first, drop the "
    "renamed tables last.",
    make_example_on_schema(_TABLE, "ALTER TABLE sites ALTER COLUMN title SET NOT NULL; -- expect\n"),
)
COMPOUND_SELECT_LIMIT = _make_rule(
    "compound-select-limit",
    "More than five SELECTs joined by UNION, EXCEPT or INTERSECT",
    "D1 takes five terms at most. A list of rows behind VALUES has no such limit.",
    "Write the rows as VALUES, or cut the statement into several.",
    make_example(
        f"{_TABLE}INSERT OR IGNORE INTO sites (site_id) -- expect\n"
        "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6;\n",
        reverse=_UNDO,
    ),
    make_example(
        f"{_TABLE}INSERT OR IGNORE INTO sites (site_id) VALUES (1), (2), (3), (4), (5), (6);\n", reverse=_UNDO
    ),
)
STATEMENT_TOO_LONG = _make_rule(
    "statement-too-long",
    "A statement of more than 100,000 bytes",
    "D1 takes 100,000 bytes for one statement, its comments included.",
    "Cut it into several: an INSERT of many rows into INSERTs of fewer.",
    make_example(
        f"{_TABLE}INSERT OR IGNORE INTO sites (site_id, title) VALUES (1, '{'x' * 100_000}'); -- expect\n",
        reverse=_UNDO,
    ),
)
TOO_MANY_COLUMNS = _make_rule(
    "too-many-columns",
    "More than 100 columns",
    "D1 takes 100 columns in a table, an index or a result, and as many terms in ORDER BY, GROUP BY and SET.",
    "Put the columns into two tables with the same key, or into one column of JSON.",
    make_example(f"CREATE TABLE IF NOT EXISTS sites (c{', c'.join(_NUMBERS)}); -- expect\n"),
)
PATTERN_TOO_LONG = _make_rule(
    "pattern-too-long",
    "A pattern for LIKE or GLOB of more than 50 bytes",
    "D1 takes 50 bytes. The statement is rejected when it meets the first row.",
    "Compare with `instr(title, '…') > 0`, or with `substr`, which have no such limit.",
    make_example_on_schema(_TABLE, f"DELETE FROM sites WHERE title LIKE '%{'draft ' * 9}%'; -- expect\n"),
)
EXPRESSION_TOO_DEEP = _make_rule(
    "expression-too-deep",
    "An expression of more than 100 levels",
    "D1 takes 100 levels, and each AND, OR, + and || of a chain is one.",
    "Write a chain of ORs as IN (…), and cut other chains into several statements.",
    make_example(
        "CREATE TABLE IF NOT EXISTS sites ( -- expect\n  site_id INTEGER PRIMARY KEY,\n"
        f"  CHECK (site_id = {' OR site_id = '.join(_NUMBERS)})\n);\n",
        reverse=_UNDO,
    ),
    make_example(
        "CREATE TABLE IF NOT EXISTS sites (\n  site_id INTEGER PRIMARY KEY,\n"
        f"  CHECK (site_id IN ({', '.join(_NUMBERS)}))\n);\n",
        reverse=_UNDO,
    ),
)
