"""Kysely's query builder to the SQL that it sends, as far as it depends on the schema: names are plain strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.sql.names import quote
from pulse_ci.worker.call_chains import read_chain
from pulse_ci.worker.queries import Query
from pulse_ci.worker.syntax import Unreadable, arguments, field
from pulse_ci.worker.text import Text, literal
from pulse_ci.worker.values import Fields, Items, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator

_CALL = re.compile(rb"\.\s*(selectFrom|insertInto|updateTable|deleteFrom)\s*\(")
_NAME = re.compile(r"[\w.]+")
_JOINS = frozenset({"leftJoin", "innerJoin", "rightJoin", "fullJoin"})
_WHERE = frozenset({"where", "having"})
_ORDER = frozenset({"orderBy", "groupBy"})


def may_build_kysely(content: bytes) -> bool:
    """Whether a file has something that looks like a call of Kysely's builder."""
    return bool(_CALL.search(content))


class KyselyReader:
    """Reads chains of Kysely's builder; with `snake_case`, CamelCasePlugin turns their names."""

    def __init__(self, evaluator: Evaluator, *, snake_case: bool) -> None:
        self._evaluator = evaluator
        self._snake_case = snake_case

    def find(self, path: str) -> Iterator[Query]:
        """Yield the queries of one file, in source order."""
        module = self._evaluator.program.module(path)
        for match in _CALL.finditer(module.source) if module else ():
            if module is None:
                return
            try:
                around = module.path_to(match.start(1))
            except Unreadable:
                continue
            at = next((i for i in range(len(around) - 1, -1, -1) if around[i].type == "call_expression"), None)
            called = field(around[at], "function") if at is not None else None
            if at is None or called is None or called.end_byte != match.end(1):
                continue
            scope = Scope(module, tuple(around[: at + 1]))
            sql = self._build(scope, match[1].decode(), read_chain(module, scope.path))
            if sql is not None:
                yield Query(path, module.line_at(match.start(1)), literal(sql))

    def _build(self, scope: Scope, method: str, chain: list[tuple[str, list[Node]]]) -> str | None:
        given = arguments(scope.path[-1])
        tables = self._strings(given[:1], scope)
        if not tables:
            return None
        table = self._name(tables[0])
        where = self._where(chain, scope)
        match method:
            case "selectFrom":
                joins = "".join(self._join(nodes, scope) for name, nodes in chain if name in _JOINS)
                order = self._names(chain, _ORDER, scope)
                ordered = f" ORDER BY {', '.join(order)}" if order else ""
                return f"SELECT {self._listed(chain, scope)} FROM {table}{joins}{where}{ordered}"
            case "insertInto":
                columns = self._keys(chain, "values", scope)
                if not columns:
                    return None
                names, values = ", ".join(columns), ", ".join("?" for _ in columns)
                return f"INSERT INTO {table} ({names}) VALUES ({values}){self._returning(chain, scope)}"
            case "updateTable":
                changed = ", ".join(f"{each} = ?" for each in self._keys(chain, "set", scope)) or "rowid = rowid"
                return f"UPDATE {table} SET {changed}{where}{self._returning(chain, scope)}"
            case _:
                return f"DELETE FROM {table}{where}{self._returning(chain, scope)}"

    def _strings(self, nodes: Iterable[Node], scope: Scope) -> list[str]:
        """Return the texts that arguments are, or that arrays among them hold; others are passed over."""
        found = list[str]()
        for node in nodes:
            match self._evaluator.fresh_value(node, scope):
                case Text() as text if text.is_static and str(text):
                    found.append(str(text))
                case Items(elements, _):
                    found += [str(each) for each, _ in elements if isinstance(each, Text) and each.is_static]
                case _:
                    pass
        return found

    def _name(self, text: str) -> str:
        """Return `a.b as c` as SQL."""
        name, _, alias = text.partition(" as ")
        parts = [part if part == "*" else quote(self._case(part)) for part in name.strip().split(".")]
        return f"{'.'.join(parts)} AS {quote(self._case(alias.strip()))}" if alias else ".".join(parts)

    def _case(self, name: str) -> str:
        return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() if self._snake_case else name

    def _names(self, chain: list[tuple[str, list[Node]]], methods: frozenset[str], scope: Scope) -> list[str]:
        nodes = [given[0] for name, given in chain if name in methods and given]
        found = [each.removesuffix(" desc").removesuffix(" asc") for each in self._strings(nodes, scope)]
        return [self._name(each) for each in found if _NAME.fullmatch(each)]

    def _listed(self, chain: list[tuple[str, list[Node]]], scope: Scope) -> str:
        nodes = [node for name, given in chain if name in {"select", "distinctOn"} for node in given]
        names = [self._name(each) for each in self._strings(nodes, scope)]
        whole = ["*"] if any(name == "selectAll" for name, _ in chain) else []
        return ", ".join([*whole, *names]) or "1"

    def _where(self, chain: list[tuple[str, list[Node]]], scope: Scope) -> str:
        tests = [f"{name} IS NOT NULL" for name in self._names(chain, _WHERE, scope)]
        return f" WHERE {' AND '.join(tests)}" if tests else ""

    def _join(self, given: list[Node], scope: Scope) -> str:
        table, *keys = self._strings(given, scope) or [""]
        on = f"{self._name(keys[0])} = {self._name(keys[1])}" if len(keys) == 2 else "1"
        return f" LEFT JOIN {self._name(table)} ON {on}" if table else ""

    def _keys(self, chain: list[tuple[str, list[Node]]], method: str, scope: Scope) -> list[str]:
        given = next((given for name, given in chain if name == method and given), None)
        value = self._evaluator.fresh_value(given[0], scope) if given else None
        if isinstance(value, Items) and value.elements:
            value = value.elements[0][0]
        return [quote(self._case(key)) for key in value.properties] if isinstance(value, Fields) else []

    def _returning(self, chain: list[tuple[str, list[Node]]], scope: Scope) -> str:
        if any(name == "returningAll" for name, _ in chain):
            return " RETURNING *"
        nodes = [node for name, given in chain if name == "returning" for node in given]
        names = [self._name(each) for each in self._strings(nodes, scope)]
        return f" RETURNING {', '.join(names)}" if names else ""


def uses_camel_case(contents: Iterable[bytes]) -> bool:
    """Whether Kysely is given its CamelCasePlugin."""
    return any(b"new CamelCasePlugin(" in content for content in contents)
