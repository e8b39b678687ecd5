"""What files export and import, and where functions are called."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.worker.program import call_pattern
from pulse_ci.worker.scopes import Declaration, find_declaration, names_of
from pulse_ci.worker.syntax import Unreadable, field, walk
from pulse_ci.worker.values import Scope, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator
    from pulse_ci.worker.syntax import Module

MAX_CALLERS = 24
_MAX_DEPTH = 24
_HOLDERS = frozenset({"variable_declarator", "pair", "public_field_definition", "field_definition"})


def evaluate_export(evaluator: Evaluator, module: Module, name: str, depth: int) -> Value:
    """Return the value that a file exports under `name`."""
    root = (module.root,)
    scope = Scope(module, root)
    if name == "*":
        return Unknown(module.path)
    if depth > _MAX_DEPTH:
        return Unknown(name)
    node = names_of(module, module.root).get(name)
    if node is not None:
        return evaluator.evaluate_declared(Declaration(node, root), name, scope, module.root.end_byte, depth + 1)
    for statement in module.root.named_children:
        if statement.type == "export_statement":
            found = _evaluate_reexport(evaluator, statement, name, scope, depth)
            if found is not None:
                return found
    return Unknown(name)


def _evaluate_reexport(evaluator: Evaluator, statement: Node, name: str, scope: Scope, depth: int) -> Value | None:
    source, value = field(statement, "source"), field(statement, "value")
    if name == "default" and value is not None:
        return evaluator.value(value, scope, depth + 1)
    clause = next((each for each in statement.named_children if each.type == "export_clause"), None)
    original = name
    if clause is not None:
        original = _find_exported_name(scope.module, clause, name) or ""
    elif source is None:
        return None
    if not original:
        return None
    if source is None:
        node = names_of(scope.module, scope.module.root).get(original)
        declared = Declaration(node, scope.path) if node else None
        return (
            evaluator.evaluate_declared(declared, original, scope, scope.module.root.end_byte, depth + 1)
            if declared
            else None
        )
    module = find_imported(evaluator, scope.module, scope.module.text(source)[1:-1])
    found = evaluator.evaluate_export(module, original, depth + 1) if module else None
    return None if isinstance(found, Unknown) else found


def find_imported(evaluator: Evaluator, module: Module, specifier: str) -> Module | None:
    """Return the file of the program that a specifier means."""
    path = evaluator.program.imported(module.path, specifier)
    return evaluator.program.module(path) if path else None


def find_namespace(evaluator: Evaluator, owner: Node, scope: Scope) -> Module | None:
    """Return the file whose exports a name stands for, after `import * as name`."""
    if owner.type != "identifier":
        return None
    declared = find_declaration(scope.module, scope.path, scope.module.text(owner))
    if declared is None or declared.node.type != "import_statement":
        return None
    name, exported = find_import(scope.module, declared.node, scope.module.text(owner))
    return find_imported(evaluator, scope.module, name) if exported == "*" else None


def find_import(module: Module, statement: Node, local: str) -> tuple[str, str]:
    """Return the specifier of an import, and the exported name that `local` stands for; `*` for all of them."""
    source = field(statement, "source")
    specifier = module.text(source)[1:-1] if source else ""
    for each in walk(statement):
        if each.type == "namespace_import" and module.text(each.named_children[-1]) == local:
            return specifier, "*"
        if each.type == "import_specifier" and (name := field(each, "name")):
            alias = field(each, "alias")
            if module.text(alias or name) == local:
                return specifier, module.text(name)
    return specifier, "default"


def _find_exported_name(module: Module, clause: Node, name: str) -> str | None:
    for each in clause.named_children:
        original, alias = field(each, "name"), field(each, "alias")
        if original and module.text(alias or original) == name:
            return module.text(original)
    return None


def find_callers(
    evaluator: Evaluator, function: Node, scope: Scope, among: Iterable[str], at_most: int
) -> Iterator[tuple[Scope, Node]]:
    """Yield calls of a function that has a name, in the files `among`, with their scopes."""
    name = find_function_name(function, scope)
    modules = (evaluator.program.module(path) for path in among) if name else ()
    found = (Scope(module, around) for module in modules if module for around in _list_calls(module, str(name)))
    yield from islice(((at, at.path[-1]) for at in found), at_most)


def find_function_name(function: Node, scope: Scope) -> str | None:
    """Return the name under which a function is called, if it has one."""
    name = field(function, "name")
    return scope.module.text(name).lstrip("#") if name is not None else _find_assigned_name(function, scope.module)


def _find_assigned_name(function: Node, module: Module) -> str | None:
    for around in reversed(module.path_to(function.start_byte)):
        if around.type in _HOLDERS:
            key = field(around, "name") or field(around, "key") or field(around, "property")
            value = field(around, "value")
            if key is not None and value is not None and value.start_byte == function.start_byte:
                return module.text(key).lstrip("#")
    return None


def _list_calls(module: Module, name: str) -> list[tuple[Node, ...]]:
    if name not in module.calls:
        module.calls[name] = list(_find_calls(module, name))
    return module.calls[name]


def _find_calls(module: Module, name: str) -> Iterator[tuple[Node, ...]]:
    length = len(name.encode())
    for match in call_pattern(name).finditer(module.source):
        try:
            path = module.path_to(match.start())
        except Unreadable:
            continue
        at = next((each for each in range(len(path), 0, -1) if path[each - 1].type == "call_expression"), 0)
        called = field(path[at - 1], "function") if at else None
        if called is not None and called.end_byte - length == match.start():
            yield tuple(path[:at])
