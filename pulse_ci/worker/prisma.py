"""Prisma's models in schema.prisma, and the SQL that calls of its client send, as far as it depends on the schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.sql.names import quote
from pulse_ci.worker.declared import DeclaredColumn, DeclaredTable
from pulse_ci.worker.queries import Query
from pulse_ci.worker.syntax import Unreadable, arguments, field
from pulse_ci.worker.text import literal
from pulse_ci.worker.values import Fields, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.worker.evaluate import Evaluator

_BLOCK = re.compile(r"^(model|view)\s+(\w+)\s*\{(.*?)^\}", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^[ \t]*(\w+)[ \t]+(\w+|Unsupported\([^)]*\))(\[\])?(\?)?([^\n]*)", re.MULTILINE)
_MAP = re.compile(r'@map\(\s*(?:name:\s*)?"([^"]+)"')
_TABLE_MAP = re.compile(r'@@map\(\s*(?:name:\s*)?"([^"]+)"')
_SQLITE = re.compile(r'provider\s*=\s*"sqlite"')
_READS = ("findMany", "findFirst", "findUnique", "findFirstOrThrow", "findUniqueOrThrow")
_WRITES = ("create", "createMany", "createManyAndReturn", "update", "updateMany", "upsert", "delete", "deleteMany")
_CALL = re.compile(rb"\.\s*(\w+)\s*\.\s*(%s)\s*\(" % "|".join(_READS + _WRITES).encode())


def find_models(path: str, content: bytes) -> Iterator[DeclaredTable]:
    """Yield the models and views of a schema.prisma, as tables; relations and lists are no columns."""
    text = content.decode(errors="replace")
    blocks = list(_BLOCK.finditer(text))
    models = {block[2] for block in blocks}
    for block in blocks:
        body = re.sub(r"//[^\n]*", lambda match: " " * len(match[0]), block[3])
        if "@@ignore" in body:
            continue
        start = text.count("\n", 0, block.start(3)) + 1
        columns = tuple(_read_fields(body, start, models))
        mapped = _TABLE_MAP.search(body)
        name = mapped[1] if mapped else block[2]
        key = block[2][:1].lower() + block[2][1:]
        line = text.count("\n", 0, block.start()) + 1
        yield DeclaredTable(key, name, path, line, columns, is_view=block[1] == "view")


def _read_fields(body: str, start: int, models: set[str]) -> Iterator[DeclaredColumn]:
    for found in _FIELD.finditer(body):
        name, kind, is_list, is_optional, rest = found.groups()
        if kind in models or is_list or "@relation" in rest:
            continue
        mapped = _MAP.search(rest)
        yield DeclaredColumn(
            name,
            mapped[1] if mapped else name,
            start + body.count("\n", 0, found.start(1)),
            is_required=not is_optional,
            has_default="@default" in rest or "@updatedAt" in rest or bool(is_optional),
            sets_on_update="@updatedAt" in rest,
            is_selected="@ignore" not in rest and not kind.startswith("Unsupported"),
        )


def uses_sqlite(contents: Iterable[bytes]) -> bool:
    """Whether one of the schema's files names SQLite as the datasource's provider."""
    return any(_SQLITE.search(content.decode(errors="replace")) for content in contents)


def may_call_prisma(content: bytes) -> bool:
    """Whether a file has something that looks like a call of Prisma's client."""
    return bool(_CALL.search(content))


class PrismaReader:
    """Reads calls of the client on the declared models."""

    def __init__(self, evaluator: Evaluator, models: Iterable[DeclaredTable]) -> None:
        self._evaluator = evaluator
        self._models = {model.key: model for model in models}

    def find(self, path: str) -> Iterator[Query]:
        """Yield the queries of one file, in source order."""
        module = self._evaluator.program.module(path)
        for match in _CALL.finditer(module.source) if module else ():
            model = self._models.get(match[1].decode())
            if module is None or model is None:
                continue
            try:
                around = module.path_to(match.start(2))
            except Unreadable:
                continue
            at = next((i for i in range(len(around) - 1, -1, -1) if around[i].type == "call_expression"), None)
            called = field(around[at], "function") if at is not None else None
            if at is None or called is None or called.end_byte != match.end(2):
                continue
            scope = Scope(module, tuple(around[: at + 1]))
            given = arguments(around[at])
            value = self._evaluator.fresh_value(given[0], scope) if given else None
            options = value if isinstance(value, Fields) else Fields({})
            for sql in self._send(model, match[2].decode(), options):
                yield Query(path, module.line_at(match.start(2)), literal(sql))

    def _send(self, model: DeclaredTable, method: str, options: Fields) -> Iterator[str]:
        table, listed = quote(model.name), self._list_columns(model, options)
        where = self._where(model, options)
        if method in _READS:
            yield f"SELECT {listed} FROM {table}{where}"
            return
        if method in {"create", "upsert", "createMany", "createManyAndReturn"}:
            yield self._insert(model, options, method)
        if method in {"update", "updateMany", "upsert"}:
            data = self._columns(model, options, "update" if method == "upsert" else "data")
            changed = [*data, *(column for column in model.columns if column.sets_on_update and column not in data)]
            if changed:
                yield f"UPDATE {table} SET {', '.join(f'{quote(each.name)} = ?' for each in changed)}{where}"
        if method in {"delete", "deleteMany"}:
            yield f"DELETE FROM {table}{where}"
        if method in {"update", "upsert", "delete"}:
            yield f"SELECT {listed} FROM {table}{where}"

    def _insert(self, model: DeclaredTable, options: Fields, method: str) -> str:
        given = self._columns(model, options, "create" if method == "upsert" else "data")
        columns = [column for column in model.columns if column in given or (column.is_required and column.is_selected)]
        names = ", ".join(quote(column.name) for column in columns or model.columns[:1])
        values = ", ".join("?" for _ in columns or model.columns[:1])
        returning = "" if method == "createMany" else f" RETURNING {self._list_columns(model, options)}"
        return f"INSERT INTO {quote(model.name)} ({names}) VALUES ({values}){returning}"

    def _columns(self, model: DeclaredTable, options: Fields, name: str) -> list[DeclaredColumn]:
        nodes = options.properties.get(name, ())
        value = self._evaluator.fresh_value(*nodes[0]) if nodes else None
        given = value.properties if isinstance(value, Fields) else {}
        return [column for column in model.columns if column.key in given]

    def _list_columns(self, model: DeclaredTable, options: Fields) -> str:
        chosen = self._columns(model, options, "select") if "select" in options.properties else []
        columns = chosen or [column for column in model.columns if column.is_selected]
        return ", ".join(quote(column.name) for column in columns) or "1"

    def _where(self, model: DeclaredTable, options: Fields) -> str:
        tests = [f"{quote(column.name)} IS NOT NULL" for column in self._columns(model, options, "where")]
        return f" WHERE {' AND '.join(tests)}" if tests else ""
