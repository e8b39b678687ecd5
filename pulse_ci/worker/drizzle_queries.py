"""Calls of Drizzle's query builders to the SQL that they send, as far as it depends on the schema.

Which columns a call asks for follows drizzle-orm's sqlite-core/dialect.js: `select()`, `findMany()` and `returning()`
name every declared column, `insert().values()` every one that is not generated, and `update().set()` those that are
given and those with `$onUpdate`. Conditions become one `IS NOT NULL` for each column that they name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.sql.names import quote
from pulse_ci.worker.call_chains import find_below, read_chain
from pulse_ci.worker.queries import Query
from pulse_ci.worker.syntax import Unreadable, arguments, field, walk
from pulse_ci.worker.text import literal
from pulse_ci.worker.values import Fields, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tree_sitter import Node

    from pulse_ci.worker.declared import DeclaredColumn, DeclaredTable
    from pulse_ci.worker.evaluate import Evaluator
    from pulse_ci.worker.syntax import Module

    _Properties = Mapping[str, tuple[tuple[Node, Scope], ...]]

_CALL = re.compile(rb"\.\s*(from|insert|update|delete|findMany|findFirst)\s*(?:<[^()]{0,200}>)?\s*\(")
_JOINS = frozenset({"leftJoin", "rightJoin", "innerJoin", "fullJoin", "crossJoin"})
_MAX_DEPTH = 3


def may_build(content: bytes) -> bool:
    """Whether a file has something that looks like a call of Drizzle's query builders."""
    return bool(_CALL.search(content))


class DrizzleReader:
    """Reads calls on the declared `tables`; `relations` has a table's and a relation's name to the target's."""

    def __init__(
        self, evaluator: Evaluator, tables: Iterable[DeclaredTable], relations: Mapping[tuple[str, str], str]
    ) -> None:
        self._evaluator = evaluator
        self._relations = relations
        self._tables: dict[str, list[DeclaredTable]] = {}
        for table in tables:
            self._tables.setdefault(table.key, []).append(table)

    def find(self, path: str) -> Iterator[Query]:
        """Yield the queries of one file, in source order."""
        module = self._evaluator.program.module(path)
        for match in _CALL.finditer(module.source) if module else ():
            if module is None:
                return
            try:
                around = module.path_to(match.start(1))
                sql = self._read(module, tuple(around), match[1].decode())
            except Unreadable:
                continue
            if sql is not None:
                yield Query(path, module.line_at(match.start(1)), literal(sql))

    def _read(self, module: Module, around: tuple[Node, ...], method: str) -> str | None:
        at = next((i for i in range(len(around) - 1, -1, -1) if around[i].type == "call_expression"), None)
        if at is None or not module.text(field(around[at], "function") or around[at]).rstrip().endswith(method):
            return None
        call, scope = around[at], Scope(module, around[: at + 1])
        chain = read_chain(module, around[: at + 1])
        if method in {"findMany", "findFirst"}:
            return self._find(call, scope)
        given = arguments(call)
        table = self._table(module, given[0]) if given else None
        if table is None or not table.is_complete:
            return None
        match method:
            case "from":
                return self._select(call, table, chain, scope)
            case "insert":
                return self._insert(table, chain, scope)
            case "update":
                return self._update(table, chain, scope)
            case _:
                where = self._conditions(module, [table], chain, only={"where"})
                return f"delete from {quote(table.name)}{where}{self._returning(module, table, chain)}"

    def _table(self, module: Module, node: Node) -> DeclaredTable | None:
        """Return the table that an expression names: `users`, `schema.users`."""
        if node.type not in {"identifier", "member_expression"}:
            return None
        found = self._tables.get(module.text(node).rpartition(".")[2], [])
        here = [table for table in found if table.path == module.path]
        return found[0] if len(found) == 1 else here[0] if here else None

    def _columns_in(
        self, module: Module, nodes: Iterable[Node], tables: Sequence[DeclaredTable]
    ) -> list[tuple[DeclaredTable, DeclaredColumn]]:
        """Return the columns of `tables` that expressions name."""
        by_key = {table.key: table for table in tables}
        found = dict[tuple[str, str], tuple["DeclaredTable", "DeclaredColumn"]]()
        for node in nodes:
            for each in walk(node):
                owner, name = field(each, "object"), field(each, "property")
                if each.type != "member_expression" or owner is None or name is None:
                    continue
                table = by_key.get(module.text(owner).rpartition(".")[2])
                column = table.find(module.text(name)) if table else None
                if table and column:
                    found[table.name, column.name] = (table, column)
        return list(found.values())

    def _conditions(
        self,
        module: Module,
        tables: Sequence[DeclaredTable],
        chain: list[tuple[str, list[Node]]],
        only: set[str] | None = None,
    ) -> str:
        nodes = [node for name, given in chain if only is None or name in only for node in given]
        tests = [f"{_qualify(table, column)} is not null" for table, column in self._columns_in(module, nodes, tables)]
        return f" where {' and '.join(tests)}" if tests else ""

    def _select(
        self, call: Node, table: DeclaredTable, chain: list[tuple[str, list[Node]]], scope: Scope
    ) -> str | None:
        module = scope.module
        joined = [self._table(module, given[0]) for name, given in chain if name in _JOINS and given]
        tables = [table, *(each for each in joined if each)]
        if len(tables) <= len(joined) or not all(each.is_complete for each in tables):
            return None
        selecting = find_below(module, call, ("select", "selectDistinct"))
        if selecting is None:
            return None
        given = arguments(selecting)
        columns = self._selected(module, given[0], tables) if given else [(t, c) for t in tables for c in t.columns]
        spell = _qualify if len(tables) > 1 else _name_alone
        listed = ", ".join(spell(each, column) for each, column in columns) or "1"
        joins = "".join(f" left join {quote(each.name)} on 1" for each in tables[1:])
        return f"select {listed} from {quote(table.name)}{joins}{self._conditions(module, tables, chain)}"

    def _selected(
        self, module: Module, fields: Node, tables: Sequence[DeclaredTable]
    ) -> list[tuple[DeclaredTable, DeclaredColumn]]:
        whole = [
            (table, column)
            for pair in walk(fields)
            if pair.type in {"pair", "shorthand_property_identifier"}
            for table in tables
            if module.text(field(pair, "value") or pair).rpartition(".")[2] == table.key
            for column in table.columns
        ]
        return whole + self._columns_in(module, [fields], tables)

    def _insert(self, table: DeclaredTable, chain: list[tuple[str, list[Node]]], scope: Scope) -> str | None:
        if not any(name in {"values", "select"} for name, _ in chain):
            return None
        columns = [column for column in table.columns if not column.is_generated]
        names = ", ".join(quote(column.name) for column in columns)
        values = ", ".join("null" if column.has_default else "?" for column in columns)
        conflict = "".join(self._conflict(table, given, scope) for name, given in chain if name == "onConflictDoUpdate")
        returning = self._returning(scope.module, table, chain)
        return f"insert into {quote(table.name)} ({names}) values ({values}){conflict}{returning}"

    def _conflict(self, table: DeclaredTable, given: list[Node], scope: Scope) -> str:
        value = self._evaluator.fresh_value(given[0], scope) if given else None
        if not isinstance(value, Fields) or "target" not in value.properties or "set" not in value.properties:
            return ""
        target = [node for node, _ in value.properties["target"]]
        keys = [quote(column.name) for _, column in self._columns_in(scope.module, target, [table])]
        changed = self._assignments(table, *value.properties["set"][0])
        return f" on conflict ({', '.join(keys)}) do update set {changed}" if keys and changed else ""

    def _assignments(self, table: DeclaredTable, node: Node, scope: Scope) -> str:
        value = self._evaluator.fresh_value(node, scope)
        given = value.properties if isinstance(value, Fields) else {}
        columns = [column for column in table.columns if column.key in given or column.sets_on_update]
        return ", ".join(f"{quote(column.name)} = ?" for column in columns)

    def _update(self, table: DeclaredTable, chain: list[tuple[str, list[Node]]], scope: Scope) -> str | None:
        given = next((given for name, given in chain if name == "set"), None)
        if not given:
            return None
        changed = self._assignments(table, given[0], scope) or "rowid = rowid"
        where = self._conditions(scope.module, [table], chain, only={"where"})
        return f"update {quote(table.name)} set {changed}{where}{self._returning(scope.module, table, chain)}"

    def _returning(self, module: Module, table: DeclaredTable, chain: list[tuple[str, list[Node]]]) -> str:
        given = next((given for name, given in chain if name == "returning"), None)
        if given is None:
            return ""
        found = [column for _, column in self._columns_in(module, given, [table])] if given else table.columns
        return f" returning {', '.join(quote(column.name) for column in found)}" if found else ""

    def _find(self, call: Node, scope: Scope) -> str | None:
        """Return what `db.query.users.findMany({ columns, with, where })` sends: one subquery for each relation."""
        owner = field(field(call, "function") or call, "object")
        key = field(owner, "property") if owner and owner.type == "member_expression" else None
        before = field(owner, "object") if owner else None
        if key is None or before is None or not scope.module.text(before).endswith("query"):
            return None
        found = self._tables.get(scope.module.text(key), [])
        given = arguments(call)
        return self._find_in(found[0], given[0] if given else None, scope, 0) if len(found) == 1 else None

    def _find_in(self, table: DeclaredTable, options: Node | None, scope: Scope, depth: int) -> str | None:
        value = self._evaluator.fresh_value(options, scope) if options else None
        given = value.properties if isinstance(value, Fields) else {}
        if not table.is_complete:
            return None
        columns = self._listed(table, given)
        parts = [_qualify(table, column) for column in columns]
        for key, nodes in self._related(given):
            target = self._tables.get(self._relations.get((table.key, key), ""), [])
            inner = (
                self._find_in(target[0], nodes[0], nodes[1], depth + 1)
                if len(target) == 1 and depth < _MAX_DEPTH
                else None
            )
            if inner:
                parts.append(f"(select 1 from ({inner}))")
        conditions = [node for name in ("where", "orderBy") for node, _ in given.get(name, ())]
        where = self._conditions(scope.module, [table], [("where", conditions)])
        return f"select {', '.join(parts) or '1'} from {quote(table.name)}{where}"

    def _listed(
        self, table: DeclaredTable, given: Mapping[str, tuple[tuple[Node, Scope], ...]]
    ) -> list[DeclaredColumn]:
        value = self._evaluator.fresh_value(*given["columns"][0]) if "columns" in given else None
        if not isinstance(value, Fields):
            return list(table.columns)
        chosen = {key: nodes[0][0].type != "false" for key, nodes in value.properties.items()}
        if any(chosen.values()):
            return [column for column in table.columns if chosen.get(column.key)]
        return [column for column in table.columns if column.key not in chosen]

    def _related(self, given: _Properties) -> Iterator[tuple[str, tuple[Node, Scope]]]:
        value = self._evaluator.fresh_value(*given["with"][0]) if "with" in given else None
        for key, nodes in value.properties.items() if isinstance(value, Fields) else ():
            yield key, nodes[0]


def _name_alone(_: DeclaredTable, column: DeclaredColumn) -> str:
    return quote(column.name)


def _qualify(table: DeclaredTable, column: DeclaredColumn) -> str:
    return f"{quote(table.name)}.{quote(column.name)}"
