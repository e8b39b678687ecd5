"""Methods of arrays, strings and Object to values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.worker.text import EMPTY, Text, concat, hole, literal
from pulse_ci.worker.values import Fields, Function, Items, Scope, Unknown, Value, as_text, texts_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from pulse_ci.worker.evaluate import Evaluator

_SAME = frozenset({"trim", "trimStart", "trimEnd", "toString", "normalize", "valueOf"})
_SAME_LIST = frozenset({"reverse", "toReversed", "sort", "toSorted", "flat", "values"})
_BLANKS_PATTERN = re.compile(r"/(\\s|\\n|\\r|\\t|[\[\]+* {}0-9,^$|])+/[a-z]*")


def evaluate_static_method(
    evaluator: Evaluator, owner: str, name: str, given: list[Node], scope: Scope, depth: int
) -> Value | None:
    """Return what a method of Object or Array returns; None where it is another one."""
    match owner, name, given:
        case "Object", "keys", [node, *_]:
            match evaluator.value(node, scope, depth):
                case Fields(properties) if properties:
                    return Items(tuple((literal(key), False) for key in properties))
                case _:
                    return Items((), hole(scope.module.shorten(node)))
        case "Object", "values", [node, *_]:
            value = evaluator.value(node, scope, depth)
            if isinstance(value, Fields):
                source = scope.module.shorten(node)
                names = list(value.properties)
                return Items(tuple((evaluator.read_property(value, key, source, depth), False) for key in names))
            return Items((), hole(scope.module.shorten(node)))
        case "Object", "entries", [node, *_]:
            return Items((), hole(scope.module.shorten(node)))
        case "Array", "from", [_, function]:
            return Items((), map_item(evaluator, function, Unknown("item"), scope, depth))
        case "Array", "from", [node]:
            value = evaluator.value(node, scope, depth)
            return value if isinstance(value, Items) else Items((), hole(scope.module.shorten(node)))
        case _:
            return None


def evaluate_list_method(
    evaluator: Evaluator, value: Items, name: str, given: list[Node], scope: Scope, depth: int, source: str
) -> Value:
    """Return what a method of an array returns."""
    match name, given:
        case "join", _:
            separator = evaluator.text_at(given[0], scope, depth) if given else literal(",")
            return value.join(separator, source)
        case (("map" | "flatMap"), [function, *_]):
            elements = tuple(
                (map_item(evaluator, function, each, scope, depth), optional) for each, optional in value.elements
            )
            again = value.repeated and map_item(evaluator, function, value.repeated, scope, depth)
            return Items(elements, again)
        case "fill", [filler, *_]:
            return Items((), evaluator.text_at(filler, scope, depth))
        case "concat", _:
            others = [evaluator.value(each, scope, depth) for each in given]
            more = [each for other in others if isinstance(other, Items) for each in other.elements]
            again = next((each.repeated for each in others if isinstance(each, Items) and each.repeated), None)
            return Items((*value.elements, *more), value.repeated or again)
        case "filter", [function, *_] if scope.module.text(function) == "Boolean":
            return Items(tuple((each, optional or _may_be_empty(each)) for each, optional in value.elements))
        case (("filter" | "slice" | "splice"), _):
            return Items(tuple((each, True) for each, _ in value.elements), value.repeated)
        case _ if name in _SAME_LIST:
            return value
        case _:
            return Unknown(source)


def map_item(evaluator: Evaluator, function: Node, item: Value, scope: Scope, depth: int) -> Text:
    """Return what a callback makes of one element."""
    source = scope.module.shorten(function)
    value = evaluator.value(function, scope, depth)
    if not isinstance(value, Function):
        return hole(source)
    return as_text(evaluator.evaluate_body(value, [item, Unknown("index")], depth), source)


def evaluate_text_method(
    evaluator: Evaluator, value: Text, name: str, given: list[Node], scope: Scope, depth: int, source: str
) -> Value | None:
    """Return what a method of a string returns; None where it is not known."""
    if name in _SAME:
        return value
    texts = [scope.module.text(each) for each in given]
    match name:
        case "toUpperCase" | "toLowerCase" if value.is_static:
            return literal(str(value).upper() if name == "toUpperCase" else str(value).lower())
        case "concat":
            return concat((value, *(evaluator.text_at(each, scope, depth) for each in given)))
        case "replace" | "replaceAll" if len(given) == 2:
            return _replace(evaluator, value, given, scope, depth)
        case "repeat" if value.is_static:
            return Text((hole(source).parts[0],)) if not texts else Items((), value).join(EMPTY, source)
        case "slice" | "substring" | "split" | "at" | "padStart":
            return Unknown(source)
        case _:
            return None


def _replace(evaluator: Evaluator, value: Text, given: list[Node], scope: Scope, depth: int) -> Value:
    pattern, replacement = given
    text = scope.module.text(pattern)
    if pattern.type == "regex" and _BLANKS_PATTERN.fullmatch(text):
        return value
    old, new = evaluator.text_at(pattern, scope, depth), evaluator.text_at(replacement, scope, depth)
    if pattern.type != "string" or not (value.is_static and old.is_static and str(old)):
        return hole(scope.module.shorten(pattern))
    head, found, tail = str(value).partition(str(old))
    return concat((literal(head), new, literal(tail))) if found else value


def _may_be_empty(value: Value) -> bool:
    return isinstance(value, Text) and any(option == EMPTY for option in texts_of(value))
