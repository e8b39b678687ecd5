"""Drizzle's tables in the source, of versions 0.4x and 1.0 (drizzle-orm/sqlite-core)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.worker.declared import DeclaredColumn, DeclaredTable
from pulse_ci.worker.syntax import FUNCTIONS, Unreadable, arguments, field, walk
from pulse_ci.worker.values import Fields, Function, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator
    from pulse_ci.worker.syntax import Module

_DECLARES = re.compile(rb"\bsqlite(?:Table|View)|\b(?:snakeCase|camelCase)\s*\.\s*(?:table|view)\s*\(")
_CREATOR = re.compile(rb"\b(?:const|let|var)\s+(\w+)\s*=\s*(?:\w+\.)?sqliteTableCreator\s*\(")
_CASING = re.compile(rb"""\bcasing\s*:\s*['"](snake_case|camelCase)['"]""")
_TABLE = re.compile(r"(?:\w+\.)?sqlite(Table|View)\Z|\b(snakeCase|camelCase)\.(table|view)\Z")
# Words of a name as drizzle-orm's casing.js has them; 1.0 knows other alphabets too.
_WORD = re.compile(r"[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+")
_TYPES = frozenset({"text", "integer", "int", "real", "blob", "numeric", "bigint", "boolean", "timestamp"})
_DEFAULTS = frozenset({"default", "$default", "$defaultFn", "$onUpdate", "$onUpdateFn"})
_MAX_CHAIN = 20


def declares_drizzle(content: bytes) -> bool:
    """Whether a file has something that looks like a table of Drizzle's."""
    return bool(_DECLARES.search(content))


def find_casing(contents: Iterable[bytes]) -> str | None:
    """Return the casing that the client of versions 0.x is given, if any."""
    for content in contents:
        if b"casing" in content and (match := _CASING.search(content)):
            return match[1].decode()
    return None


def to_case(name: str, casing: str | None) -> str:
    """Return the column's name that Drizzle makes of a property's, where no other is given."""
    words: list[str] = _WORD.findall(name.replace("'", "").replace("’", ""))
    match casing:
        case "snake_case" | "snakeCase":
            return "_".join(word.lower() for word in words)
        case "camelCase":
            head, *rest = [word.lower() for word in words] or [name]
            return head + "".join(word.capitalize() for word in rest)
        case _:
            return name


def find_tables(evaluator: Evaluator, path: str, casing: str | None) -> Iterator[DeclaredTable]:
    """Yield the tables and views that a file declares."""
    module = evaluator.program.module(path)
    if module is None:
        return
    creators = {match.decode() for match in _CREATOR.findall(module.source)}
    scope = Scope(module, (module.root,))
    for statement in module.root.named_children:
        declaration = field(statement, "declaration") if statement.type == "export_statement" else statement
        for declarator in declaration.named_children if declaration else ():
            if declarator.type == "variable_declarator":
                table = _read_table(evaluator, declarator, scope, creators, casing)
                if table:
                    yield table


def _read_table(
    evaluator: Evaluator, declarator: Node, scope: Scope, creators: set[str], casing: str | None
) -> DeclaredTable | None:
    key, call = field(declarator, "name"), _find_table_call(scope.module, field(declarator, "value"), creators)
    if key is None or call is None:
        return None
    called = scope.module.text(field(call, "function") or call)
    given = arguments(call)
    name = str(evaluator.text(given[0], scope)) if given else ""
    if called in creators:
        name = _apply_creator(evaluator, called, name, scope)
    matched = _TABLE.search(called)
    own_casing = matched[2] if matched and matched[2] else casing
    fields = _read_columns(evaluator, given[1] if len(given) > 1 else None, scope)
    columns = [_read_column(evaluator, key, node, at, own_casing) for key, node, at in fields.columns]
    known = [column for column in columns if column]
    return DeclaredTable(
        key=scope.module.text(key),
        name=name,
        path=scope.module.path,
        line=scope.module.line_at(declarator.start_byte),
        columns=tuple(known),
        is_view="iew" in called,
        is_complete=fields.is_complete and len(known) == len(columns) and "$" not in name,
    )


def _find_table_call(module: Module, node: Node | None, creators: set[str]) -> Node | None:
    """Return the call that makes a table, below the calls of a view's `.as(…)` or `.existing()`."""
    for _ in range(_MAX_CHAIN):
        called = field(node, "function") if node and node.type == "call_expression" else None
        if called is None:
            return None
        text = module.text(called) if called.end_byte - called.start_byte < 80 else ""
        if text in creators or _TABLE.search(text):
            return node
        node = field(called, "object") if called.type == "member_expression" else None
    return None


def _apply_creator(evaluator: Evaluator, creator: str, name: str, scope: Scope) -> str:
    from pulse_ci.worker.scopes import find_declaration
    from pulse_ci.worker.text import literal
    from pulse_ci.worker.values import as_text

    declared = find_declaration(scope.module, scope.path, creator)
    value = field(declared.node, "value") if declared else None
    function = evaluator.function(arguments(value)[0], scope) if value and arguments(value) else None
    return str(as_text(evaluator.evaluate_body(function, [literal(name)], 0), name)) if function else f"${name}"


@dataclass(frozen=True, slots=True)
class _Columns:
    columns: tuple[tuple[str, Node, Scope], ...]
    is_complete: bool


def _read_columns(evaluator: Evaluator, node: Node | None, scope: Scope) -> _Columns:
    value = evaluator.fresh_value(node, scope) if node else None
    if isinstance(value, Function):
        value = evaluator.evaluate_body(value, [], 0)
    if not isinstance(value, Fields):
        return _Columns((), is_complete=False)
    columns = tuple((key, *options[0]) for key, options in value.properties.items())
    return _Columns(columns, value.is_complete)


def _read_column(
    evaluator: Evaluator, key: str, node: Node, scope: Scope, casing: str | None, depth: int = 0
) -> DeclaredColumn | None:
    """Return the column that a chain of calls builds; None where the chain does not begin with a known one."""
    methods: list[str] = []
    made: Node | None = node
    while made is not None and made.type == "call_expression" and len(methods) < _MAX_CHAIN:
        called = field(made, "function")
        if called is None:
            return None
        owner = field(called, "object") if called.type == "member_expression" else None
        if owner is None or owner.type == "identifier":
            return _build_column(evaluator, key, made, methods, scope, casing, depth)
        methods.append(scope.module.text(field(called, "property") or called))
        made = owner
    return _follow_column(evaluator, key, made, methods, scope, casing, depth)


def _build_column(
    evaluator: Evaluator, key: str, call: Node, methods: list[str], scope: Scope, casing: str | None, depth: int
) -> DeclaredColumn | None:
    called = scope.module.text(field(call, "function") or call)
    kind = called.rpartition(".")[2]
    if kind not in _TYPES and depth < 3 and (function := evaluator.function(field(call, "function") or call, scope)):
        body = _get_returned(function)
        if body is not None:
            found = _read_column(evaluator, key, body, function.scope, casing, depth + 1)
            return _add_methods(found, methods)
    given = arguments(call)
    name = scope.module.text(given[0])[1:-1] if given and given[0].type == "string" else None
    plain = DeclaredColumn(key, name or to_case(key, casing), scope.module.line_at(call.start_byte))
    return _add_methods(plain, methods)


def _follow_column(
    evaluator: Evaluator, key: str, node: Node | None, methods: list[str], scope: Scope, casing: str | None, depth: int
) -> DeclaredColumn | None:
    """Return the column that a name stands for, with what the chain behind the name adds."""
    if node is None or node.type != "identifier" or depth >= 3:
        return None
    from pulse_ci.worker.scopes import find_declaration

    declared = find_declaration(scope.module, scope.path, scope.module.text(node))
    value = field(declared.node, "value") if declared and declared.node.type == "variable_declarator" else None
    return _add_methods(_read_column(evaluator, key, value, scope, casing, depth + 1), methods) if value else None


def _get_returned(function: Function) -> Node | None:
    body = field(function.node, "body")
    if body is None or body.type != "statement_block":
        return body
    returns = [each for each in walk(body, into_functions=False) if each.type == "return_statement"]
    return returns[0].named_children[0] if len(returns) == 1 and returns[0].named_children else None


def _add_methods(column: DeclaredColumn | None, methods: list[str]) -> DeclaredColumn | None:
    if column is None:
        return None
    return DeclaredColumn(
        column.key,
        column.name,
        column.line,
        is_required=column.is_required or "notNull" in methods or "primaryKey" in methods,
        has_default=column.has_default or bool(_DEFAULTS & set(methods)) or "primaryKey" in methods,
        is_generated=column.is_generated or "generatedAlwaysAs" in methods,
        sets_on_update=column.sets_on_update or bool({"$onUpdate", "$onUpdateFn"} & set(methods)),
    )


def find_relations(evaluator: Evaluator, path: str) -> Iterator[tuple[str, str, str]]:
    """Yield the relations that a file declares: the table's name in the source, the relation's, and the target's."""
    module = evaluator.program.module(path)
    if module is None:
        return
    for match in re.finditer(rb"\b(relations|defineRelations)\s*\(", module.source):
        try:
            around = module.path_to(match.start())
        except Unreadable:
            continue
        call = next((each for each in reversed(around) if each.type == "call_expression"), None)
        if call is not None and module.text(field(call, "function") or call).endswith(match[1].decode()):
            yield from _read_relations(module, call, is_old=match[1] == b"relations")


def _read_relations(module: Module, call: Node, *, is_old: bool) -> Iterator[tuple[str, str, str]]:
    given = arguments(call)
    if len(given) < 2 or given[1].type not in FUNCTIONS:
        return
    first = module.text(given[0])
    for pair in walk(given[1]):
        key, value = (field(pair, "key"), field(pair, "value")) if pair.type == "pair" else (None, None)
        if key is None or value is None:
            continue
        if is_old and value.type == "call_expression" and arguments(value):
            if module.text(field(value, "function") or value) in {"one", "many"}:
                yield first, module.text(key), module.text(arguments(value)[0]).rpartition(".")[2]
        elif not is_old and value.type == "object":
            for inner in value.named_children:
                name, target = field(inner, "key"), field(inner, "value")
                called = field(target, "function") if target and target.type == "call_expression" else None
                found = re.search(r"\.(?:one|many)\.(\w+)\Z", module.text(called)) if called else None
                if name is not None and found:
                    yield module.text(key), module.text(name), found[1]
