"""Calls of functions of the source to what they return."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.worker.exports import find_namespace
from pulse_ci.worker.expressions import evaluate_template
from pulse_ci.worker.methods import evaluate_list_method, evaluate_static_method, evaluate_text_method, map_item
from pulse_ci.worker.names import get_default
from pulse_ci.worker.scopes import parameter_nodes, pattern_names, pattern_of, property_of
from pulse_ci.worker.syntax import arguments, field, walk
from pulse_ci.worker.text import Text, hole, literal
from pulse_ci.worker.values import Fields, Function, Items, Scope, Unknown, Value, choose_value

if TYPE_CHECKING:
    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator

_MAX_RETURNS = 24


def evaluate_call_expression(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return what a call returns."""
    called = field(node, "function")
    if called is None:
        return Unknown(scope.module.shorten(node))
    given = arguments(node)
    tagged = field(node, "arguments")
    if tagged is not None and tagged.type == "template_string":
        return evaluate_template(evaluator, tagged, scope, depth)
    if called.type == "member_expression":
        found = evaluate_method(evaluator, node, called, given, scope, depth)
        if found is not None:
            return found
    elif scope.module.text(called) == "String" and given:
        return evaluator.value(given[0], scope, depth)
    elif scope.module.text(called) == "Array":
        return Items((), hole("Array"))
    function = evaluator.value(called, scope, depth)
    if isinstance(function, Function):
        return evaluator.evaluate_call(function, [(each, scope) for each in given], depth)
    return Unknown(scope.module.shorten(node))


def evaluate_new(_evaluator: Evaluator, node: Node, scope: Scope, _: int) -> Value:
    """Return a new array, of which nothing is known."""
    maker = field(node, "constructor")
    if maker is not None and scope.module.text(maker) == "Array":
        return Items((), hole("Array"))
    return Unknown(scope.module.shorten(node))


def evaluate_body(evaluator: Evaluator, function: Function, values: list[Value], depth: int) -> Value:
    """Return what a function can return, given the values of its arguments."""
    module, node = function.scope.module, function.node
    bound = dict(function.scope.arguments)
    for position, parameter in enumerate(parameter_nodes(node)):
        pattern = pattern_of(parameter)
        names = list(pattern_names(module, pattern))
        given = values[position] if position < len(values) else None
        for name in names:
            default = get_default(parameter)
            if given is not None and pattern.type == "identifier":
                bound[module.path, node.start_byte, name] = given
            elif isinstance(given, Fields):
                key = property_of(module, pattern, name) or name
                bound[module.path, node.start_byte, name] = evaluator.read_property(given, key, name, depth)
            elif default is not None and pattern.type == "identifier":
                bound[module.path, node.start_byte, name] = evaluator.value(default, function.scope, depth)
            else:
                bound[module.path, node.start_byte, name] = Unknown(name)
    body = field(node, "body")
    if body is None:
        return Unknown(module.shorten(node))
    at = Scope(module, (*function.scope.path, *_get_missing(function.scope.path, node)), bound)
    if body.type != "statement_block":
        return evaluator.value(body, replace(at, path=(*at.path, body)), depth + 1)
    returns = [each for each in walk(body, into_functions=False) if each.type == "return_statement"]
    values = [
        _evaluate_return(evaluator, each, at, depth + 1) for each in returns[:_MAX_RETURNS] if each.named_children
    ]
    return choose_value(values, module.shorten(node))


def _evaluate_return(evaluator: Evaluator, statement: Node, scope: Scope, depth: int) -> Value:
    path = scope.module.path_to(statement.start_byte)
    return evaluator.value(statement.named_children[0], replace(scope, path=tuple(path)), depth)


def evaluate_method(
    evaluator: Evaluator, node: Node, called: Node, given: list[Node], scope: Scope, depth: int
) -> Value | None:
    """Return what a call of a method returns; None where the method is not known."""
    owner, property_ = field(called, "object"), field(called, "property")
    if owner is None or property_ is None:
        return None
    name = scope.module.text(property_)
    source = scope.module.shorten(node)
    static = evaluate_static_method(evaluator, scope.module.text(owner), name, given, scope, depth)
    if static is not None:
        return static
    value = evaluator.value(owner, scope, depth)
    match value:
        case Items():
            return evaluate_list_method(evaluator, value, name, given, scope, depth, source)
        case Text() if name != "map":
            return evaluate_text_method(evaluator, value, name, given, scope, depth, source)
        case Fields(properties) if name in properties:
            function = evaluator.read_property(value, name, source, depth)
            return evaluate_if_function(evaluator, function, given, scope, depth)
        case _ if name in {"map", "flatMap"} and given:
            return Items((), map_item(evaluator, given[0], Unknown("item"), scope, depth))
        case _ if name in {"filter", "slice"}:
            return Items((), hole(source))
        case _ if name == "join":
            separator = evaluator.text_at(given[0], scope, depth) if given else literal(",")
            return Items((), hole(scope.module.shorten(owner))).join(separator, source)
        case _:
            return _evaluate_own_method(evaluator, owner, name, given, scope, depth)


def evaluate_if_function(
    evaluator: Evaluator, function: Value, given: list[Node], scope: Scope, depth: int
) -> Value | None:
    """Return what a call returns, where what is called is a function of the source."""
    if isinstance(function, Function):
        return evaluator.evaluate_call(function, [(each, scope) for each in given], depth)
    return None


def _evaluate_own_method(
    evaluator: Evaluator, owner: Node, name: str, given: list[Node], scope: Scope, depth: int
) -> Value | None:
    if (target := find_namespace(evaluator, owner, scope)) is not None:
        return evaluate_if_function(evaluator, evaluator.evaluate_export(target, name, depth), given, scope, depth)
    body = next((each for each in reversed(scope.path) if each.type == "class_body"), None)
    if owner.type != "this" or body is None:
        return None
    for each in body.named_children:
        key = field(each, "name") if each.type == "method_definition" else None
        if key is not None and scope.module.text(key).lstrip("#") == name.lstrip("#"):
            around = scope.path[: scope.path.index(body) + 1]
            function = Function(each, replace(scope, path=around))
            return evaluator.evaluate_call(function, [(node, scope) for node in given], depth)
    return None


def _get_missing(path: tuple[Node, ...], node: Node) -> tuple[Node, ...]:
    return () if path and path[-1] == node else (node,)
