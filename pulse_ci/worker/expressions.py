"""Literals, templates, operators, arrays, objects and members to values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.worker.exports import find_namespace
from pulse_ci.worker.js_strings import unescape
from pulse_ci.worker.syntax import field
from pulse_ci.worker.text import EMPTY, Text, choose, concat, hole, literal
from pulse_ci.worker.values import Fields, Function, Items, Scope, Unknown, Value, as_text, choose_value, maybe

if TYPE_CHECKING:
    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator
    from pulse_ci.worker.syntax import Module

_MAX_NAMES = 24
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})


def evaluate_string(_evaluator: Evaluator, node: Node, scope: Scope, _: int) -> Value:
    """Return the text of a string."""
    return literal(unescape(scope.module.text(node)[1:-1]))


def evaluate_number(_evaluator: Evaluator, node: Node, scope: Scope, _: int) -> Value:
    """Return the text of a number."""
    return literal(scope.module.text(node))


def evaluate_template(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return the text of a template."""
    pieces: list[Text] = []
    position = node.start_byte + 1
    for child in node.named_children:
        if child.type == "template_substitution":
            pieces.append(literal(_unescape_source(scope.module, position, child.start_byte)))
            inner = child.named_children[0] if child.named_children else None
            pieces.append(evaluator.text_at(inner, scope, depth) if inner else EMPTY)
            position = child.end_byte
    pieces.append(literal(_unescape_source(scope.module, position, node.end_byte - 1)))
    return concat(pieces)


def evaluate_binary(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return what an operator makes of both sides; `||` and `??` may be either."""
    left, right, operator = field(node, "left"), field(node, "right"), field(node, "operator")
    if left is None or right is None or operator is None:
        return Unknown(scope.module.shorten(node))
    match operator.type:
        case "+":
            return concat((evaluator.text_at(left, scope, depth), evaluator.text_at(right, scope, depth)))
        case "&&":
            return maybe(evaluator.text_at(right, scope, depth))
        case "||" | "??":
            return _evaluate_either(evaluator, left, right, scope, depth)
        case _:
            return Unknown(scope.module.shorten(node))


def _evaluate_either(evaluator: Evaluator, left: Node, right: Node, scope: Scope, depth: int) -> Value:
    first = evaluator.value(left, scope, depth)
    return first if isinstance(first, Fields | Items) else evaluate_options(evaluator, (left, right), scope, depth)


def evaluate_options(evaluator: Evaluator, nodes: tuple[Node, ...], scope: Scope, depth: int) -> Value:
    """Return a value that is one of several expressions."""
    return choose_value((evaluator.value(each, scope, depth) for each in nodes), scope.module.shorten(nodes[0]))


def evaluate_ternary(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return both sides of a conditional."""
    options = tuple(each for name in ("consequence", "alternative") if (each := field(node, name)))
    return evaluate_options(evaluator, options, scope, depth) if options else Unknown(scope.module.shorten(node))


def evaluate_array(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return an array."""
    elements: list[tuple[Value, bool]] = []
    repeated: Text | None = None
    for child in node.named_children:
        if child.type == "comment":
            continue
        if child.type != "spread_element":
            elements.append((evaluator.value(child, scope, depth), False))
            continue
        match evaluator.value(child.named_children[0], scope, depth):
            case Items(inner, more):
                elements += inner
                repeated = repeated or more
            case _:
                repeated = hole(scope.module.shorten(child))
    return Items(tuple(elements), repeated)


def evaluate_object(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return an object."""
    properties = dict[str, tuple[tuple["Node", Scope], ...]]()
    is_complete = True
    for child in node.named_children:
        if child.type == "pair" and (key := field(child, "key")) and (value := field(child, "value")):
            is_complete &= key.type != "computed_property_name"
            properties[scope.module.text(key).strip("\"'")] = ((value, scope),)
        elif child.type == "shorthand_property_identifier":
            properties[scope.module.text(child)] = ((child, scope),)
        elif child.type == "spread_element" and child.named_children:
            spread = evaluator.value(child.named_children[0], scope, depth)
            is_complete &= isinstance(spread, Fields) and spread.is_complete
            properties |= spread.properties if isinstance(spread, Fields) else {}
    return Fields(properties, is_complete)


def evaluate_member(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return a property: of an object, an enum, a class, or a file that was imported whole."""
    owner, name = field(node, "object"), field(node, "property")
    if owner is None or name is None:
        return Unknown(scope.module.shorten(node))
    key = scope.module.text(name).lstrip("#")
    value: Value
    if owner.type == "this":
        body = next((each for each in reversed(scope.path) if each.type in _CLASSES), None)
        value = read_class(body, scope) if body else Unknown("this")
    elif (target := find_namespace(evaluator, owner, scope)) is not None:
        return evaluator.evaluate_export(target, key, depth)
    else:
        value = evaluator.value(owner, scope, depth)
    return evaluator.read_property(value, key, scope.module.shorten(node), depth)


def evaluate_subscript(evaluator: Evaluator, node: Node, scope: Scope, depth: int) -> Value:
    """Return a property or element; all of them where the key is not known."""
    owner, index = field(node, "object"), field(node, "index")
    source = scope.module.shorten(node)
    value = evaluator.value(owner, scope, depth) if owner else Unknown(source)
    match value:
        case Fields(properties) if index and properties:
            key = evaluator.value(index, scope, depth)
            if isinstance(key, Text) and key.is_static and str(key) in properties:
                return evaluator.read_property(value, str(key), source, depth)
            return choose_value(
                (evaluator.read_property(value, name, source, depth) for name in list(properties)[:_MAX_NAMES]), source
            )
        case Items(elements, None) if elements:
            return choose(as_text(each, source) for each, _ in elements)
        case _:
            return Unknown(source)


def evaluate_function(_evaluator: Evaluator, node: Node, scope: Scope, _: int) -> Value:
    """Return a function."""
    return Function(node, scope)


def evaluate_null(_evaluator: Evaluator, *_: object) -> Value:
    """Return the text of nothing."""
    return EMPTY


def read_enum(node: Node, scope: Scope) -> Value:
    """Return the members of an enum."""
    body = field(node, "body")
    return Fields(
        {
            scope.module.text(name).strip("\"'"): ((value, scope),)
            for each in (body.named_children if body else ())
            if each.type == "enum_assignment" and (name := field(each, "name")) and (value := field(each, "value"))
        }
    )


def read_class(node: Node, scope: Scope) -> Fields:
    """Return the fields that a class sets where it declares them."""
    body = field(node, "body")
    return Fields(
        {
            scope.module.text(name).lstrip("#"): ((value, scope),)
            for each in (body.named_children if body else ())
            if each.type in {"public_field_definition", "field_definition"}
            and (name := field(each, "name") or field(each, "property"))
            and (value := field(each, "value"))
        }
    )


def _unescape_source(module: Module, start: int, end: int) -> str:
    return unescape(module.source[start:end].decode(errors="replace"))
