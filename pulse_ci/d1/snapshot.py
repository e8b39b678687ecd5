"""Read a live D1 database into a Snapshot: its schema, its migrations table, and row counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.d1.client import Query
from pulse_ci.d1.migration_status import RecordedMigrations, compare_records, infer_status
from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.model import PROBE_ROW_LIMIT
from pulse_ci.schema.introspect import SCHEMA_QUERY, build_schema
from pulse_ci.schema.schema import MasterRow
from pulse_ci.sql.names import fold, quote_if_needed, quote_string
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.d1.api_responses import StatementResult
    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema, Table

# D1's own tables are listed, and may not even be looked at. No backslash: D1 cuts SQL by rules of its own.
OBJECTS_QUERY = Query(
    f"{SCHEMA_QUERY} AND lower(substr(name, 1, 4)) <> '_cf_' AND lower(substr(tbl_name, 1, 4)) <> '_cf_' ORDER BY rowid"
)
_MAX_NAMES = 1000


@dataclass(frozen=True, slots=True)
class TableRowCount:
    """How many rows a table has; from PROBE_ROWS up they are not counted but guessed from the largest rowid."""

    counted: int
    largest_rowid: int | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the rows were counted to the last one."""
        return self.counted < PROBE_ROW_LIMIT

    @property
    def rows(self) -> int:
        """The number of rows, as far as it is known."""
        return self.counted if self.is_exact else max(self.counted, self.largest_rowid or 0)


@dataclass(frozen=True)
class Snapshot:
    """What is known of a live database; `recorded` is None where it has no migrations table.

    `rows` has the tables, by folded name, that a pending file reaches. `sequence` and `statistics` are the content
    of sqlite_sequence and sqlite_stat1.
    """

    objects: tuple[MasterRow, ...]
    migrations_table: str
    recorded: RecordedMigrations | None
    row_counts: Mapping[str, TableRowCount] = field(default_factory=dict)
    sequence: tuple[tuple[str, int], ...] = ()
    statistics: tuple[tuple[object, ...], ...] = ()

    @cached_property
    def schema(self) -> Schema:
        """The schema without the migrations table, D1's own tables, and those behind virtual ones."""
        return build_schema(self.objects, frozenset({self.migrations_table}))

    def determine_status(self, history: SchemaHistory, edited: frozenset[str] = frozenset()) -> DatabaseMigrations:
        """Return what became of each file: by the records, or by the schema where there are none."""
        if self.recorded is None:
            return infer_status(history, self.schema)
        return compare_records(history, self.schema, self.recorded, edited)


def read_snapshot(client: D1Client, database: str, migrations_table: str, history: SchemaHistory) -> Snapshot:
    """Read a database, in two requests that only read; `history` is of the files that may be pending there.

    Rows are counted in those tables alone that a file which has not run there reaches, up to PROBE_ROWS of each.
    """
    objects = read_objects(client, database)
    bare = Snapshot(objects, migrations_table, None)
    queries = dict(_build_queries(bare, history))
    results = dict(zip(queries, client.read(database, list(queries.values())) if queries else (), strict=True))
    return Snapshot(
        objects=objects,
        migrations_table=migrations_table,
        recorded=_parse_recorded(migrations_table, results.pop(_RECORDED, None)),
        sequence=tuple((str(name), int(str(seq))) for name, seq in _get_rows(results.pop(_SEQUENCE, None), 2)),
        statistics=_get_rows(results.pop(_STATISTICS, None), 3),
        row_counts={name: count for name, result in results.items() if (count := _parse_row_count(result))},
    )


def read_objects(client: D1Client, database: str) -> tuple[MasterRow, ...]:
    """Return every object of a database but D1's own."""
    (listed,) = client.read(database, [OBJECTS_QUERY])
    return parse_objects(listed)


def parse_objects(listed: StatementResult) -> tuple[MasterRow, ...]:
    """Return the objects that the answer to OBJECTS lists."""
    return tuple(MasterRow(*map(str, row)) for row in listed.get_rows(4))


# No table has such a name: SQLite keeps it for itself.
_RECORDED, _SEQUENCE, _STATISTICS = "sqlite_recorded", "sqlite_sequence", "sqlite_stat1"


def _build_queries(bare: Snapshot, history: SchemaHistory) -> Iterator[tuple[str, Query]]:
    """Yield the queries of the second request, each under the name of what it asks for."""
    records = _find_migrations_table(bare)
    stored = {fold(each.name) for each in bare.objects}
    if records:
        yield _RECORDED, Query(f"SELECT CAST(name AS TEXT) FROM {quote_if_needed(records)} ORDER BY rowid")
    if _SEQUENCE in stored:
        yield _SEQUENCE, Query("SELECT name, CAST(seq AS TEXT) FROM sqlite_sequence WHERE typeof(seq) = 'integer'")
    if _STATISTICS in stored:
        yield _STATISTICS, Query("SELECT tbl, idx, stat FROM sqlite_stat1")
    candidates = history.migrations if records else infer_status(history, bare.schema).pending
    for table, files in _find_touched_tables(bare.schema, history.migrations, candidates).items():
        # A virtual table may be broken, and would break the whole request.
        if not table.is_virtual:
            yield fold(table.name), Query(_count_query(table, records, files))


def _find_migrations_table(bare: Snapshot) -> str | None:
    """Return the migrations table's name as it is stored, if there is one that is wrangler's."""
    found = build_schema(bare.objects).find_table(bare.migrations_table)
    return found.name if found and found.find_column("name") and not found.without_rowid else None


def _count_query(table: Table, records: str | None, files: Iterable[Migration]) -> str:
    """Return a SELECT that counts only if one of the files is not recorded, and so reads nothing where all have run."""
    name = quote_if_needed(table.name)
    largest = "NULL" if table.without_rowid else f"(SELECT max(rowid) FROM {name})"
    select = f"SELECT (SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT {PROBE_ROW_LIMIT})), {largest}"
    if records is None:
        return select
    names = sorted({each.name for each in files})[-_MAX_NAMES:]
    listed = ", ".join(quote_string(each) for each in names)
    have_run = f"(SELECT count(DISTINCT name) FROM {quote_if_needed(records)} WHERE name IN ({listed}))"
    return f"{select} WHERE {have_run} < {len(names)}"


def _get_rows(result: StatementResult | None, width: int) -> tuple[tuple[object, ...], ...]:
    return result.get_rows(width) if result else ()


def _parse_recorded(table: str, result: StatementResult | None) -> RecordedMigrations | None:
    return RecordedMigrations(table, tuple(str(name) for (name,) in result.get_rows(1))) if result else None


def _parse_row_count(result: StatementResult) -> TableRowCount | None:
    for counted, largest in result.get_rows(2):
        return TableRowCount(_find_number(counted) or 0, _find_number(largest))
    return None


def _find_number(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _find_touched_tables(
    schema: Schema, migrations: Iterable[Migration], wanted: Collection[Migration]
) -> dict[Table, tuple[Migration, ...]]:
    """Return each table of `schema` that a wanted file reads, writes, alters or drops, with those files.

    All files are run, in order, on an empty database; of one that does not run there, every name counts.
    """
    found: dict[str, list[Migration]] = {}
    with EmbeddedD1() as database:
        for each in migrations:
            names = _find_touched_names(database, each)
            for name in names if each in wanted else ():
                found.setdefault(name, []).append(each)
    return {table: tuple(found[fold(table.name)]) for table in schema.tables if fold(table.name) in found}


def _find_touched_names(database: EmbeddedD1, migration: Migration) -> frozenset[str]:
    names = set[str]()
    try:
        with database.open_request() as request:
            for statement in migration.statements:
                access = request.execute(statement.sql)
                names |= access.reads | access.writes | access.alters | access.drops
    except D1Refused:
        return read_names(migration.text)
    return frozenset(map(fold, names))
