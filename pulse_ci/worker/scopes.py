"""Names to the places that declare them, as JavaScript's scopes have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.worker.syntax import FUNCTIONS, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from pulse_ci.worker.syntax import Module

_BLOCKS = frozenset(
    {"program", "statement_block", "for_statement", "for_in_statement", "switch_case", "class_static_block"}
)
_LISTS = frozenset({"lexical_declaration", "variable_declaration"})
_NAMED = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
        "abstract_class_declaration",
        "enum_declaration",
    }
)
_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})


class Declaration(NamedTuple):
    """Where a name is declared: the declaring node, and the nodes around it from the root to its scope."""

    node: Node
    around: tuple[Node, ...]

    @property
    def scope(self) -> Node:
        """The block, function or file that the name belongs to."""
        return self.around[-1]


def find_declaration(module: Module, path: Sequence[Node], name: str) -> Declaration | None:
    """Return the innermost declaration of `name` that is visible at the end of `path`."""
    for depth in range(len(path), 0, -1):
        scope = path[depth - 1]
        if (scope.type in _BLOCKS or scope.type in FUNCTIONS) and (node := names_of(module, scope).get(name)):
            return Declaration(node, tuple(path[:depth]))
    return None


def names_of(module: Module, scope: Node) -> dict[str, Node]:
    """Return the names that a block, function or file declares itself, with the declaring nodes."""
    key = (scope.start_byte, scope.end_byte) if scope.type != "program" else (-1, -1)
    if key not in module.scopes:
        module.scopes[key] = dict(_names(module, scope))
    return module.scopes[key]


def _names(module: Module, scope: Node) -> Iterator[tuple[str, Node]]:
    if scope.type in FUNCTIONS:
        yield from _parameters(module, scope)
        return
    if scope.type == "for_in_statement" and (left := field(scope, "left")):
        yield from ((name, scope) for name in pattern_names(module, left))
        return
    for child in scope.named_children:
        yield from _declared(
            module, field(child, "declaration") or child if child.type == "export_statement" else child
        )


def _declared(module: Module, node: Node) -> Iterator[tuple[str, Node]]:
    if node.type in _LISTS:
        for declarator in node.named_children:
            if declarator.type == "variable_declarator" and (name := field(declarator, "name")):
                yield from ((each, declarator) for each in pattern_names(module, name))
    elif node.type in _NAMED and (name := field(node, "name")):
        yield module.text(name), node
    elif node.type == "import_statement":
        yield from _imported(module, node)


def _imported(module: Module, statement: Node) -> Iterator[tuple[str, Node]]:
    clause = next((each for each in statement.named_children if each.type == "import_clause"), None)
    for child in clause.named_children if clause else ():
        if child.type == "identifier":
            yield module.text(child), statement
        elif child.type == "namespace_import":
            yield module.text(child.named_children[-1]), statement
        else:
            for each in child.named_children:
                if each.type == "import_specifier" and (local := field(each, "alias") or field(each, "name")):
                    yield module.text(local), statement


def _parameters(module: Module, function: Node) -> Iterator[tuple[str, Node]]:
    for node in parameter_nodes(function):
        yield from ((name, function) for name in pattern_names(module, pattern_of(node)))


def parameter_nodes(function: Node) -> list[Node]:
    """Return the parameters of a function, in order."""
    single = field(function, "parameter")
    if single:
        return [single]
    listed = field(function, "parameters")
    return [each for each in listed.named_children if each.type != "comment"] if listed else []


def pattern_of(parameter: Node) -> Node:
    """Return what a parameter binds: an identifier, or a pattern in braces or brackets."""
    return field(parameter, "pattern") or parameter if parameter.type in _PARAMETERS else parameter


def pattern_names(module: Module, pattern: Node) -> Iterator[str]:
    """Yield the names that a pattern binds."""
    if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
        yield module.text(pattern)
    elif pattern.type == "pair_pattern":
        if value := field(pattern, "value"):
            yield from pattern_names(module, value)
    elif pattern.type in {"assignment_pattern", "object_assignment_pattern"}:
        if left := field(pattern, "left"):
            yield from pattern_names(module, left)
    elif pattern.type in {"object_pattern", "array_pattern", "rest_pattern"}:
        for child in pattern.named_children:
            yield from pattern_names(module, child)


def property_of(module: Module, pattern: Node, name: str) -> str | None:
    """Return the property that an object pattern binds to `name`: `b` for `{ b: name }`."""
    for child in pattern.named_children:
        target = child
        if child.type == "object_assignment_pattern":
            target = field(child, "left") or child
        if target.type == "shorthand_property_identifier_pattern" and module.text(target) == name:
            return name
        value = field(child, "value") if child.type == "pair_pattern" else None
        if value is not None and name in pattern_names(module, value):
            key = field(child, "key")
            return module.text(key).strip("\"'") if key else None
    return None
