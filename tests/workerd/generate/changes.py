"""Statements that change rows, triggers, and what else a request can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workerd.generate.expressions import condition, expression, limit, literal, ordering, select

if TYPE_CHECKING:
    from tests.workerd.generate.world import Table, World

_REFUSED = (
    "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "VACUUM", "ATTACH 'x' AS y", "SELECT * FROM _cf_METADATA",
    "DROP TABLE _cf_METADATA", "CREATE TABLE _cf_x (a)", "CREATE TABLE sqlite_x (a)", "PRAGMA user_version = 5",
    "PRAGMA writable_schema = ON", "DELETE FROM sqlite_master", "CREATE TEMP TABLE z (a)", "SELECT ?", "DETACH main",
    "CREATE VIRTUAL TABLE d USING dbstat", "SELECT * FROM sqlite_master WHERE 0",
    "INSERT INTO sqlite_sequence VALUES (1, 2)",
)  # fmt: skip
_PRAGMAS = (
    "defer_foreign_keys = ON", "defer_foreign_keys = OFF", "foreign_keys = OFF", "foreign_key_check", "table_list",
    "foreign_keys", "legacy_alter_table = ON", "legacy_alter_table = OFF", "recursive_triggers = ON", "optimize",
    "recursive_triggers = OFF", "ignore_check_constraints = ON", "ignore_check_constraints = OFF", "quick_check",
    "case_sensitive_like = ON", "reverse_unordered_selects = OFF",
)  # fmt: skip


def insert(world: World, target: Table | None = None) -> str:
    table = target or world.base_table()
    columns = world.columns_of(table, 4)
    verb = world.pick("INSERT", "INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE", "REPLACE", "INSERT OR FAIL")
    start = f"{verb} INTO {world.spell(table.name)}"
    if world.chance(0.04):
        return f"{start} DEFAULT VALUES"
    if world.chance(0.1):
        return f"{start} ({columns[0]}) {select(world, simple=True)}"
    rows = [f"({', '.join(literal(world) for _ in columns)})" for _ in range(world.dice.randint(1, 4))]
    upsert = _upsert(world, table) if verb == "INSERT" else ""
    return f"{start} ({', '.join(columns)}) VALUES {', '.join(rows)}{upsert}"


def _upsert(world: World, table: Table) -> str:
    if world.chance(0.75):
        return ""
    target = world.maybe(0.7, f" ({world.column_of(table)})")
    column = world.column_of(table)
    return f" ON CONFLICT{target} DO " + world.pick("NOTHING", f"UPDATE SET {column} = excluded.{column}")


def _limited(world: World, table: Table) -> str:
    if table.is_view or world.chance(0.7):  # of a view: docs/engine.md, "Verdicts and rows that differ"
        return ""
    comment = world.maybe(0.2, world.pick(" -- it's\n", " /* ; */"))
    return comment + world.maybe(0.7, ordering(world, table)) + comment + world.maybe(0.9, limit(world))


def update(world: World) -> str:
    table = world.base_table()
    settings = [f"{column} = {expression(world, table, 1)}" for column in world.columns_of(table, 2)]
    verb = "UPDATE" + world.pick("", "", "", " OR IGNORE", " OR REPLACE", " OR ROLLBACK")
    alias = world.maybe(0.1, " AS q")
    end = condition(world, table) + _returning(world, table) + _limited(world, table)
    return f"{_with(world, table)}{verb} {world.spell(table.name)}{alias} SET {', '.join(settings)}{end}"


def delete(world: World) -> str:
    table = world.base_table()
    end = condition(world, table) + _returning(world, table) + _limited(world, table)
    return f"{_with(world, table)}DELETE FROM {world.spell(table.name)}{end}"


def _with(world: World, table: Table) -> str:
    """Return a WITH that may give the table's own name to something else."""
    return world.maybe(0.05, f"WITH {world.pick(world.spell(table.name), 'n')} AS (SELECT 1 AS a) ")


def _returning(world: World, table: Table) -> str:
    return world.maybe(0.1, f" RETURNING {world.column_of(table)}")


def create_trigger(world: World) -> str:
    table = world.table()
    name = f"g{world.dice.randint(1, 4)}"
    world.triggers.append(name)
    event = world.pick("INSERT", "DELETE", "UPDATE", f"UPDATE OF {world.column_of(table)}")
    time = "INSTEAD OF" if table.is_view else world.pick("AFTER", "BEFORE", "AFTER", "")
    row = "old" if event == "DELETE" else "new"
    when = world.maybe(0.2, f" WHEN {row}.{world.column_of(table)} IS NOT {literal(world)}")
    body = "; ".join(_trigger_statement(world) for _ in range(world.dice.randint(1, 2)))
    begin, end = world.pick(("BEGIN", "END"), ("begin", "end"), ("BEGIN\n ", "\nEND"))
    guard = world.maybe(0.3, "IF NOT EXISTS ")
    return f"CREATE TRIGGER {guard}{name} {time} {event} ON {world.spell(table.name)}{when} {begin} {body}; {end}"


def _trigger_statement(world: World) -> str:
    match world.dice.randint(0, 5):
        case 0 | 1:
            return insert(world)
        case 2:
            return delete(world)
        case 3:
            return update(world)
        case 4:
            kind = world.pick("ABORT", "IGNORE", "FAIL", "ROLLBACK")
            message = "" if kind == "IGNORE" else ", 'no'"
            return f"SELECT CASE WHEN {literal(world)} THEN RAISE({kind}{message}) END"
        case _:
            return select(world)


def pragma(world: World) -> str:
    if world.chance(0.3):
        name = world.pick("table_info", "index_list", "foreign_key_list", "table_xinfo")
        return f"PRAGMA {name}({world.spell(world.table().name)})"
    return f"PRAGMA {world.pick(*_PRAGMAS)}"


def refused(world: World) -> str:
    return world.pick(*_REFUSED)


def analyze(world: World) -> str:
    return world.pick("ANALYZE", f"ANALYZE {world.spell(world.table().name)}", "REINDEX")
