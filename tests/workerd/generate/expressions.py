"""Values, expressions and SELECTs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.workerd.generate.world import Table, World

_LITERALS = ("0", "1", "2", "-1", "7", "42", "1.5", "-0.5", "1e3", "9007199254740993", "NULL", "NULL", "'x'", "'y'")
_MORE_LITERALS = ("''", "'it''s'", "'a;b'", "'--'", "x'0041'", "x''", "TRUE", "'7'", '"dq"', "'é日'", "'10'", "1_0")
_FUNCTIONS = ("abs", "upper", "lower", "length", "typeof", "hex", "trim", "round", "quote", "sign", "unicode")
_FUNCTIONS_OF_TWO = ("coalesce", "ifnull", "nullif", "instr", "max", "min", "substr", "iif", "json_array", "printf")
_AGGREGATES = ("count", "sum", "min", "max", "total", "group_concat", "avg", "json_group_array")
_DENIED = (
    "sqlite_version()",
    "power(2, 2)",
    "if(1, 2, 3)",
    "nosuch(1)",
    "json_pretty('[]')",
    "unistr('a')",
)
_OPERATORS = ("+", "-", "*", "/", "%", "||", "=", "<>", "<", ">=", "IS", "AND", "OR", "IS NOT", "==", "|", "&", "<<")
_COMPARISONS = ("IS DISTINCT FROM", "IS NOT DISTINCT FROM", "==", "<=")


def literal(world: World) -> str:
    return world.pick(*_LITERALS, *_MORE_LITERALS)


def expression(world: World, table: Table | None, depth: int = 2) -> str:
    """Return an expression over a table's columns, or over nothing."""
    if depth == 0 or world.chance(0.3):
        return world.column_of(table) if table and world.chance(0.6) else literal(world)

    def inner() -> str:
        return expression(world, table, depth - 1)

    match world.dice.randint(0, 15):
        case 0 | 1 | 2 | 3:
            return f"({inner()} {world.pick(*_OPERATORS)} {inner()})"
        case 4 | 5:
            return f"{world.pick(*_FUNCTIONS)}({inner()})"
        case 6:
            return f"{world.pick(*_FUNCTIONS_OF_TWO)}({inner()}, {inner()})"
        case 7:
            return f"CASE WHEN {inner()} THEN {inner()} ELSE {inner()} END"
        case 8:
            return f"CAST({inner()} AS {world.pick('INTEGER', 'TEXT', 'REAL', 'NUMERIC')})"
        case 9:
            return f"{inner()} IN ({inner()}, {inner()})"
        case 10:
            return f"{inner()} BETWEEN {inner()} AND {inner()}"
        case 11:
            return f"NOT {inner()}"
        case 12:
            return f"{inner()} {world.pick(*_COMPARISONS)} {inner()}"
        case 13:
            # Of a blob, LIKE is one of the known differences.
            return f"hex({inner()}) {world.pick('LIKE', 'NOT LIKE', 'GLOB')} '{world.pick('3%', '%1', '*', '_')}'"
        case 14:
            return f"{inner()} COLLATE {world.pick('NOCASE', 'BINARY', 'RTRIM', 'nosuch')}"
        case _:
            return world.pick(*_DENIED) if world.chance(0.3) else f"-{inner()}"


def condition(world: World, table: Table) -> str:
    """Return a WHERE clause, or nothing."""
    if world.chance(0.3):
        return ""
    if world.chance(0.15):
        other = world.table()
        return f" WHERE {world.column_of(table)} IN (SELECT {world.column_of(other)} FROM {world.spell(other.name)})"
    return f" WHERE {expression(world, table)}"


def ordering(world: World, table: Table) -> str:
    columns = [column + world.pick("", "", " DESC", " ASC") for column in world.columns_of(table, 2)]
    return f" ORDER BY {', '.join(columns)}"


def limit(world: World) -> str:
    return f" LIMIT {world.pick('0', '1', '2', '3', '1 + 1', '-1')}" + world.maybe(0.2, " OFFSET 1")


def select(world: World, *, simple: bool = False) -> str:
    """Return a SELECT whose rows come in an order that does not depend on the query plan."""
    table = world.table()
    name = world.spell(table.name)
    match world.dice.randint(0, 2 if simple else 8):
        case 0:
            return f"SELECT {', '.join(world.columns_of(table))} FROM {name}{condition(world, table)}"
        case 1:
            return f"SELECT {expression(world, table)} AS e FROM {name}{condition(world, table)}"
        case 2:
            return f"SELECT * FROM {name}"
        case 3:
            aggregate = f"{world.pick(*_AGGREGATES)}({world.column_of(table)})"
            column = world.column_of(table)
            return f"SELECT {column}, {aggregate} FROM {name} GROUP BY {column} ORDER BY 1"
        case 4:
            return f"SELECT count(*) FROM {name} AS q{condition(world, table)}"
        case 5:
            column = world.column_of(table)
            compound = world.pick("UNION", "EXCEPT", "INTERSECT")
            return f"SELECT {column} FROM {name} {compound} SELECT {literal(world)} ORDER BY 1"
        case 6:
            other = world.table()
            return f"SELECT count(*) FROM {name} AS l {world.pick('', 'LEFT ')}JOIN {world.spell(other.name)} AS r ON 1"
        case 7:
            return "SELECT changes(), total_changes(), last_insert_rowid()"
        case _:
            return f"WITH q AS (SELECT * FROM {name}) SELECT count(*), {literal(world)} FROM q"
