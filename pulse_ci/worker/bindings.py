"""Expressions to the D1 binding that they are: `env.DB`, `c.env.DB`, `const { DB } = env`, `getDb(env)`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.worker.scopes import find_declaration, parameter_nodes, pattern_names, pattern_of, property_of
from pulse_ci.worker.syntax import FUNCTIONS, Unreadable, arguments, field, walk

if TYPE_CHECKING:
    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator
    from pulse_ci.worker.values import Scope

_BINDING = re.compile(r"[A-Z][A-Z0-9_]*")
_ENV = re.compile(r"(?:^|[.?\s(])(?:env|bindings|Bindings|ENV|event\.platform)\b")
_PASS = frozenset({"parenthesized_expression", "as_expression", "non_null_expression", "await_expression"})
_SAME = frozenset({"withSession", "prepare", "bind"})
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class _Search:
    evaluator: Evaluator
    follow_parameters: bool
    depth: int = 0

    def deeper(self) -> _Search:
        return replace(self, depth=self.depth + 1)


def binding_of(evaluator: Evaluator, node: Node, scope: Scope, *, follow_parameters: bool = True) -> str | None:
    """Return the name in `env` of the database that an expression is, where that can be seen.

    A parameter is followed to the calls of its function only if `follow_parameters` says so.
    """
    try:
        return _binding(_Search(evaluator, follow_parameters), node, scope)
    except Unreadable:
        return None


def _binding(search: _Search, node: Node, scope: Scope) -> str | None:
    if search.depth > _MAX_DEPTH:
        return None
    search = search.deeper()
    if node.type in _PASS and node.named_children:
        return _binding(search, node.named_children[0], scope)
    match node.type:
        case "binary_expression":
            left, right = field(node, "left"), field(node, "right")
            found = [_binding(search, each, scope) for each in (left, right) if each]
            return next((each for each in found if each), None)
        case "member_expression":
            return _member(search, node, scope)
        case "identifier" | "shorthand_property_identifier":
            return _name(search, node, scope)
        case "call_expression":
            return _call(search, node, scope)
        case _:
            return None


def _member(search: _Search, node: Node, scope: Scope) -> str | None:
    owner, name = field(node, "object"), field(node, "property")
    if owner is None or name is None:
        return None
    key = scope.module.text(name)
    if _BINDING.fullmatch(key) or _ENV.search(scope.module.text(owner)[-40:]):
        return key
    return _own_field(search, key.lstrip("#"), scope) if owner.type == "this" else None


def _own_field(search: _Search, key: str, scope: Scope) -> str | None:
    """Return what `this.key = …` gives it in the class around, if that is a binding."""
    body = next((each for each in reversed(scope.path) if each.type == "class_body"), None)
    if body is None:
        return None
    module = scope.module
    pattern = rb"this\.#?%s\s*=(?!=)" % re.escape(key.encode())
    for match in re.finditer(pattern, module.source[body.start_byte : body.end_byte]):
        path = module.path_to(body.start_byte + match.start())
        at = next((i for i, each in enumerate(path) if each.type == "assignment_expression"), None)
        right = field(path[at], "right") if at is not None else None
        if right is not None and at is not None:
            return _binding(search, right, replace(scope, path=tuple(path[:at])))
    return None


def _name(search: _Search, node: Node, scope: Scope) -> str | None:
    name = scope.module.text(node)
    declared = find_declaration(scope.module, scope.path, name)
    if declared is None:
        return None
    at = replace(scope, path=declared.around)
    if declared.node.type == "variable_declarator":
        target, value = field(declared.node, "name"), field(declared.node, "value")
        if target is not None and target.type == "object_pattern":
            key = property_of(scope.module, target, name)
            return key if key and _BINDING.fullmatch(key) else None
        return _binding(search, value, at) if value else None
    if declared.node.type in FUNCTIONS:
        return _parameter(search, declared.node, name, at)
    return None


def _parameter(search: _Search, function: Node, name: str, scope: Scope) -> str | None:
    """Return the binding that all callers of the same file give; another file's may give another."""
    for position, parameter in enumerate(parameter_nodes(function)):
        pattern = pattern_of(parameter)
        if name not in pattern_names(scope.module, pattern):
            continue
        if pattern.type == "object_pattern":
            key = property_of(scope.module, pattern, name)
            return key if key and _BINDING.fullmatch(key) else None
        if not search.follow_parameters:
            return None
        found = {
            _binding(search, arguments(call)[position], at)
            for at, call in search.evaluator.find_callers(function, scope, (scope.module.path,))
            if position < len(arguments(call))
        }
        return found.pop() if len(found) == 1 else None
    return None


def _call(search: _Search, node: Node, scope: Scope) -> str | None:
    called = field(node, "function")
    if called is None:
        return None
    if called.type == "member_expression":
        owner, name = field(called, "object"), field(called, "property")
        if owner is not None and name is not None and scope.module.text(name) in _SAME:
            return _binding(search, owner, scope)
        return None
    function = search.evaluator.function(called, scope)
    if function is None:
        return None
    body = field(function.node, "body")
    if body is None:
        return None
    if body.type != "statement_block":
        return _binding(search, body, replace(function.scope, path=(*function.scope.path, function.node)))
    for each in walk(body, into_functions=False):
        if each.type == "return_statement" and each.named_children:
            path = tuple(function.scope.module.path_to(each.start_byte))
            found = _binding(search, each.named_children[0], replace(function.scope, path=path))
            if found:
                return found
    return None
