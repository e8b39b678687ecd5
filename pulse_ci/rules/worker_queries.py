"""query-breaks, query-needs-migration: the Worker's queries on the schema before a change and after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.analysis.worker_results import DeployOrder
from pulse_ci.migrations.parse import Location
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_worker_example
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.worker_results import QueryOutcome

_MAX_NAMED = 3
_LONGEST_SQL = 80
_MANY_ROWS = 1_000
_CODE = re.compile(r"(?: at offset \d+)?: SQLITE_.*\Z", re.DOTALL)
_COLUMN = re.compile(r"no such column: (?:[^\s;]+\.)?([^\s;]+)|has no column named (\S+)")
_TEXT_INSTEAD = "for a text and returns it"
_NOT_NULL = re.compile(r"NOT NULL constraint failed: (\S+)\.(\S+)")


def _check_breaks(review: Review) -> Iterator[RuleMatch]:
    worker = review.worker
    for query in worker.broken if worker else ():
        undoing = worker is not None and worker.deploy_order is DeployOrder.CODE_FIRST
        yield RuleMatch(
            _locate_broken(review, query),
            _describe_broken(query, undoing=undoing),
            _plan_contraction(query),
            Severity.WARNING if undoing else None,
        )


def _locate_broken(review: Review, query: QueryOutcome) -> Location:
    """Return the query's line, or that of the migration where the change takes the query out."""
    if query.is_new or not query.blamed:
        return Location(query.path, query.line, query.line)
    return next((each.locate(None) for each in review.new if each.path == query.blamed), Location(query.blamed))


def _describe_broken(query: QueryOutcome, *, undoing: bool) -> str:
    file = query.blamed.rpartition("/")[2] or "this change"
    whose = "" if query.is_new else f" of {query.path}:{query.line}, which the deployed Worker still sends,"
    then = "; going back to the old code would fail" if undoing and not query.is_new else ""
    fails = "returns a constant" if _TEXT_INSTEAD in (query.after or "") else "fails"
    return (
        f"The query `{shorten_sql(query.sql)}`{whose} {fails} once `{file}` has run: {strip_code(query.after)}{then}."
    )


def _plan_contraction(query: QueryOutcome) -> str:
    """Return the steps that keep the deployed code working."""
    message = query.after or ""
    if found := _NOT_NULL.search(message):
        column = quote_if_needed(found[2])
        return (
            f"Give `{column}` a DEFAULT, or in two steps: deploy code that sets `{column}` on every INSERT, then make "
            "it NOT NULL in a later migration."
        )
    if found := _COLUMN.search(message):
        column = found[1] or found[2]
        return (
            f"In three steps: keep `{column}` in this migration (add what replaces it, and fill that with an UPDATE); "
            f"deploy code that no longer uses `{column}`; drop it in a later migration."
        )
    if "no such table" in message:
        return "Deploy code that no longer uses the table first, and drop or rename it in a later migration."
    return "Deploy code that works on both schemas first, and make this change in a later migration."


def _check_needs_migration(review: Review) -> Iterator[RuleMatch]:
    worker = review.worker
    if worker is None or not worker.needing:
        return
    if worker.deploy_order is DeployOrder.CODE_FIRST:
        yield from (_require_migration(query) for query in worker.needing)
        return
    first = worker.needing[0]
    file = next((each for each in review.new if each.path == first.blamed), None) or next(iter(review.new), None)
    count = len(worker.needing)
    yield RuleMatch(
        file.locate(None) if file else Location(first.path, first.line, first.line),
        f"Deploy the Worker after the migration: {count} {'query needs' if count == 1 else 'queries need'} it "
        f"({_list_places(worker.needing)}).",
        "Run the migration, then deploy. If your team deploys code first, set `deploy-order: code-first`, and each of "
        "these is an error.",
        Severity.NOTICE,
    )


def _require_migration(query: QueryOutcome) -> RuleMatch:
    found = _COLUMN.search(query.before or "")
    column = (found[1] or found[2]) if found else None
    file = query.blamed.rpartition("/")[2] or "the migration"
    guard = (
        "`SELECT *` works on both schemas; or check first, with "
        f"`SELECT 1 FROM pragma_table_info('TABLE') WHERE name = '{column}'`"
        if column
        else "Check first whether the table is there, with `SELECT 1 FROM sqlite_master WHERE name = 'TABLE'`"
    )
    reason = strip_code(query.before)
    why = "A fallback in the code (`|| null`) does not help: on D1 the statement already fails to prepare."
    fails = "fails"
    if _TEXT_INSTEAD in reason:
        fails, why = "returns a constant", "Nothing fails, so no fallback in the code is reached."
    return RuleMatch(
        Location(query.path, query.line, query.line),
        f"The query `{shorten_sql(query.sql)}` {fails} until `{file}` has run: {reason}. {why}",
        f"{guard}, or run the migration before this code is deployed.",
    )


def _check_slower(review: Review) -> Iterator[RuleMatch]:
    for query in review.worker.queries if review.worker else ():
        tables = [name for name in query.scanned if _is_large(review, name)]
        if tables:
            names = ", ".join(f"`{name}`" for name in tables)
            yield RuleMatch(
                Location(query.path, query.line, query.line),
                f"The query `{shorten_sql(query.sql)}` scans all rows of {names} once this change has run; it used an "
                f"index before: {_show_plan(query.old_plan)}, then {_show_plan(query.new_plan)}.",
                f"Keep the index, or create one on the columns by which the query looks up {names}.",
            )


def _is_large(review: Review, table: str) -> bool:
    """Whether a table has many rows on staging; without staging, or under another name there, nobody knows."""
    rows = review.rows.get(fold(table)) if review.rows else None
    return rows is None or rows >= _MANY_ROWS


def _show_plan(plan: tuple[str, ...]) -> str:
    return " / ".join(line.replace("`", '"') for line in plan)


def _list_places(queries: tuple[QueryOutcome, ...]) -> str:
    places = list(dict.fromkeys(f"{query.path}:{query.line}" for query in queries))
    more = f" and {len(places) - _MAX_NAMED} more" if len(places) > _MAX_NAMED else ""
    return f"{', '.join(places[:_MAX_NAMED])}{more}"


def shorten_sql(sql: str) -> str:
    """Return SQL on one line for a sentence, its backticks taken for double quotes."""
    text = " ".join(sql.replace("`", '"').split())
    return text if len(text) <= _LONGEST_SQL else f"{text[: _LONGEST_SQL - 1]}…"


def strip_code(message: str | None) -> str:
    """Return D1's message without its code."""
    return _CODE.sub("", message or "").replace("`", '"')


_EVENTS = "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, name TEXT, url TEXT);\n"

QUERY_BREAKS = Rule(
    name="query-breaks",
    severity=Severity.ERROR,
    summary="A query of the deployed Worker no longer works once the migration has run",
    problem=(
        "Between the migration and the next deployment the old code meets the new schema, and again when a deployment "
        "is undone. Each query of the Worker's source was tried on both schemas; this one works on the old one only. "
        "With `deploy-order: code-first` it is a warning: only going back would fail."
    ),
    remedy="Expand, deploy, contract: add the new, deploy code that no longer needs the old, drop the old later.",
    bad=make_worker_example(
        _EVENTS,
        "-- pulse-ci: ignore drop-column the page no longer shows it\nALTER TABLE events DROP COLUMN url;\n",
        'export const list = (env: Env) =>\n  env.DB.prepare("SELECT id, url FROM events").all(); // expect\n',
    ),
    good=make_worker_example(
        _EVENTS,
        "-- pulse-ci: ignore drop-column the page no longer shows it\n"
        "-- pulse-ci: ignore not-idempotent SQLite cannot guard DROP COLUMN\n"
        "ALTER TABLE events DROP COLUMN url;\n",
        'export const list = (env: Env) =>\n  env.DB.prepare("SELECT id, name FROM events").all();\n',
        reverse="ALTER TABLE events ADD COLUMN url TEXT;",
    ),
    check=_check_breaks,
)

QUERY_NEEDS_MIGRATION = Rule(
    name="query-needs-migration",
    severity=Severity.ERROR,
    summary="A query of the new Worker does not work before the migration has run",
    problem=(
        "Where code is deployed before the migrations run (`deploy-order: code-first`), new code meets the old schema. "
        "A query that names a column or table which is not there yet fails to prepare, so that no fallback in the code "
        "is reached. Without that setting, one notice says how many queries need the migration first."
    ),
    remedy="Read `SELECT *`, guard with `pragma_table_info`, or run the migration first.",
    bad=make_worker_example(
        _EVENTS,
        "ALTER TABLE events ADD COLUMN custom_field TEXT;\n",
        "export const list = (env: Env) =>\n"
        '  env.DB.prepare("SELECT id, name, custom_field FROM events").all(); // expect\n',
        code_first=True,
    ),
    good=make_worker_example(
        _EVENTS,
        "-- pulse-ci: ignore not-idempotent SQLite cannot guard ADD COLUMN\n"
        "ALTER TABLE events ADD COLUMN custom_field TEXT;\n",
        'export const list = (env: Env) =>\n  env.DB.prepare("SELECT * FROM events").all();\n',
        reverse="ALTER TABLE events DROP COLUMN custom_field;",
        code_first=True,
    ),
    check=_check_needs_migration,
)

_INDEX = "CREATE INDEX IF NOT EXISTS events_url ON events (url);\n"

QUERY_SLOWER = Rule(
    name="query-slower",
    severity=Severity.WARNING,
    summary="A query used an index before the migration and scans a table after it",
    problem=(
        "The plans of the Worker's queries were compared on both schemas, with staging's statistics where there are "
        "some. A scan reads every row, and D1 bills each row that is read. Tables with fewer than 1,000 rows on "
        "staging are passed over."
    ),
    remedy="Keep the index, or create one that serves the query.",
    bad=make_worker_example(
        _EVENTS + _INDEX,
        "DROP INDEX events_url;\n",
        "export const find = (env: Env) =>\n"
        '  env.DB.prepare("SELECT name FROM events WHERE url = ?").all(); // expect\n',
    ),
    good=make_worker_example(
        _EVENTS + _INDEX,
        "DROP INDEX IF EXISTS events_url;\n",
        'export const find = (env: Env) =>\n  env.DB.prepare("SELECT name FROM events WHERE id = ?").all();\n',
        reverse="CREATE INDEX IF NOT EXISTS events_url ON events (url);",
    ),
    check=_check_slower,
)
