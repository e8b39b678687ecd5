"""Names to values: variables with what is written to them, parameters from the calls of their function."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.worker.exports import find_import, find_imported
from pulse_ci.worker.expressions import read_class, read_enum
from pulse_ci.worker.scopes import (
    Declaration,
    find_declaration,
    parameter_nodes,
    pattern_names,
    pattern_of,
    property_of,
)
from pulse_ci.worker.syntax import FUNCTIONS, arguments, field
from pulse_ci.worker.text import EMPTY, Text, concat, hole
from pulse_ci.worker.values import Function, Items, Scope, Unknown, Value, as_text, choose_value, maybe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator
    from pulse_ci.worker.syntax import Module

_CONDITIONS = frozenset(
    {"if_statement", "switch_case", "switch_default", "for_statement", "for_in_statement", "while_statement"}
    | {"do_statement", "catch_clause", "ternary_expression", "binary_expression"}
    | FUNCTIONS
)


def evaluate_identifier(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return the value of a name."""
    name = scope.module.text(node)
    if name == "undefined":
        return EMPTY
    declared = find_declaration(scope.module, scope.path, name)
    if declared is None:
        return Unknown(name)
    return evaluator.evaluate_declared(declared, name, scope, node.start_byte, depth)


def evaluate_declared(
    evaluator: Evaluator, declared: Declaration, name: str, scope: Scope, use: int, depth: int
) -> Value:
    """Return the value of a name at the byte `use` of its file."""
    node, at = declared.node, replace(scope, path=declared.around)
    match node.type:
        case "variable_declarator":
            return _evaluate_variable(evaluator, node, name, at, use, depth)
        case "import_statement":
            specifier, exported = find_import(scope.module, node, name)
            module = find_imported(evaluator, scope.module, specifier)
            return evaluator.evaluate_export(module, exported, depth) if module else Unknown(name)
        case "enum_declaration":
            return read_enum(node, at)
        case "class_declaration" | "abstract_class_declaration":
            return read_class(node, at)
        case "for_in_statement":
            return _evaluate_loop_variable(evaluator, node, name, at, depth)
        case kind if kind in FUNCTIONS and name in set(_list_parameter_names(scope.module, node)):
            return _evaluate_parameter(evaluator, node, name, at, depth)
        case kind if kind in FUNCTIONS:
            return Function(node, at)
        case _:
            return Unknown(name)


def _list_parameter_names(module: Module, function: Node) -> Iterator[str]:
    for each in parameter_nodes(function):
        yield from pattern_names(module, pattern_of(each))


def _evaluate_loop_variable(evaluator: Evaluator, loop: Node, name: str, scope: Scope, depth: int) -> Value:
    left, right = field(loop, "left"), field(loop, "right")
    if left is None or right is None or left.type != "identifier":
        return Unknown(name)
    match evaluator.value(right, scope, depth):
        case Items(elements, None) if elements:
            return choose_value((each for each, _ in elements), name)
        case _:
            return Unknown(name)


def _evaluate_variable(evaluator: Evaluator, node: Node, name: str, scope: Scope, use: int, depth: int) -> Value:
    target, initial = field(node, "name"), field(node, "value")
    if target is None:
        return Unknown(name)
    if target.type == "object_pattern":
        value = evaluator.value(initial, scope, depth) if initial else Unknown(name)
        return evaluator.read_property(value, property_of(scope.module, target, name) or name, name, depth)
    if target.type != "identifier":
        return Unknown(name)
    value = evaluator.value(initial, scope, depth) if initial else EMPTY
    for write in find_writes(scope.module, name, node.end_byte, use, scope.path):
        value = _apply_write(evaluator, value, write, name, scope, depth)
    return value


def _apply_write(
    evaluator: Evaluator, value: Value, write: tuple[Node, ...], name: str, scope: Scope, depth: int
) -> Value:
    node, inner = write[-1], replace(scope, path=write)
    below = write[len(scope.path) :]
    is_conditional = any(each.type in _CONDITIONS for each in below)
    if node.type == "call_expression":
        if not isinstance(value, Items):
            return value
        return _push(evaluator, value, node, inner, depth, optional=is_conditional)
    right = field(node, "right")
    if right is None:
        return value
    if node.type == "augmented_assignment_expression":
        added = evaluator.text_at(right, inner, depth)
        return concat((as_text(value, name), maybe(added) if is_conditional else added))
    if _mentions(scope.module, right, name):
        return concat((as_text(value, name), _read_appended(evaluator, right, name, inner, depth)))
    written = evaluator.value(right, inner, depth)
    return choose_value((value, written), name) if is_conditional and value != EMPTY else written


def _read_appended(evaluator: Evaluator, right: Node, name: str, scope: Scope, depth: int) -> Text:
    """Return what `sql = sql + …` adds."""
    pieces = []
    node: Node | None = right
    while node and node.type == "binary_expression" and (added := field(node, "right")):
        pieces.append(evaluator.text_at(added, scope, depth))
        node = field(node, "left")
    if node is None or scope.module.text(node) != name:
        return hole(scope.module.shorten(right))
    return maybe(concat(reversed(pieces)))


def _push(evaluator: Evaluator, value: Items, call: Node, scope: Scope, depth: int, *, optional: bool) -> Items:
    elements, repeated = list(value.elements), value.repeated
    in_loop = any(each.type in {"for_statement", "for_in_statement", "while_statement"} for each in scope.path)
    for argument in arguments(call):
        if argument.type == "spread_element":
            match evaluator.value(argument.named_children[0], scope, depth):
                case Items(more, again):
                    elements += [(each, True if optional else maybe_) for each, maybe_ in more]
                    repeated = repeated or again
                case _:
                    repeated = hole(scope.module.shorten(argument))
        else:
            pushed = evaluator.value(argument, scope, depth)
            text = as_text(pushed, scope.module.shorten(argument))
            if in_loop and not text.is_static:
                repeated = text
            else:
                elements.append((pushed, optional))
    return Items(tuple(elements), repeated)


def _evaluate_parameter(evaluator: Evaluator, function: Node, name: str, scope: Scope, depth: int) -> Value:
    key = (scope.module.path, function.start_byte, name)
    if key in scope.arguments:
        return scope.arguments[key]
    position = _find_position(scope.module, function, name)
    if position is None:
        return Unknown(name)
    default = get_default(parameter_nodes(function)[position])
    options: list[Value] = [evaluator.value(default, scope, depth)] if default else []
    for at, call in evaluator.find_callers(function, scope, among=(scope.module.path,)):
        given = arguments(call)
        if position < len(given):
            options.append(evaluator.value(given[position], at, depth + 4))
    return choose_value(options, name)


def _find_position(module: Module, function: Node, name: str) -> int | None:
    for position, parameter in enumerate(parameter_nodes(function)):
        pattern = pattern_of(parameter)
        if pattern.type == "assignment_pattern":
            pattern = field(pattern, "left") or pattern
        if pattern.type == "identifier" and module.text(pattern) == name:
            return position
    return None


def get_default(parameter: Node) -> Node | None:
    """Return the default of a parameter."""
    return field(parameter, "value") or (field(parameter, "right") if parameter.type == "assignment_pattern" else None)


def _mentions(module: Module, node: Node, name: str) -> bool:
    return bool(re.search(rb"\b%s\b" % re.escape(name.encode()), module.source[node.start_byte : node.end_byte]))


def find_writes(
    module: Module, name: str, start: int, end: int, around: tuple[Node, ...]
) -> Iterator[tuple[Node, ...]]:
    """Yield the assignments to a variable, and pushes to it, between two places; each with the nodes around it."""
    end = min(end, around[-1].end_byte)
    pattern = rb"(?<![.\w])%s\s*(?:\+=|=(?![=>])|\.\s*(?:push|unshift)\s*\()" % re.escape(name.encode())
    for match in re.finditer(pattern, module.source[start:end]):
        path = module.path_to(start + match.start())
        for depth in range(len(path), 0, -1):
            node = path[depth - 1]
            if node.type in {"assignment_expression", "augmented_assignment_expression"} or (
                node.type == "call_expression" and node.start_byte == start + match.start() and b"(" in match[0]
            ):
                yield tuple(path[:depth])
                break
