"""Expressions of the source to the text that they can be; nothing is executed.

Constants, templates, concatenations, conditionals (both ways), arrays and their methods, enums and objects, variables
that are built up, parameters (from the calls of their function) and calls of functions of the repository are followed,
also into other files. Whatever is not understood is a hole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.worker import calls, exports, expressions, names
from pulse_ci.worker.syntax import FUNCTIONS
from pulse_ci.worker.values import Fields, Function, Scope, Unknown, Value, as_text, choose_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from pulse_ci.worker.program import Program
    from pulse_ci.worker.scopes import Declaration
    from pulse_ci.worker.syntax import Module
    from pulse_ci.worker.text import Text

_MAX_STEPS = 1_500
_MAX_DEPTH = 24
_WRAPPERS = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression"}
)


class Evaluator:
    """Evaluates expressions of a program, each with a bounded effort.

    `depth` is everywhere how many steps an expression is away from where its value is used.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._steps = 0

    def text(self, node: Node, scope: Scope) -> Text:
        """Return the text that an expression can be."""
        self._steps = 0
        return self.text_at(node, scope, 0)

    def fresh_value(self, node: Node, scope: Scope) -> Value:
        """Return what an expression can be."""
        self._steps = 0
        return self.value(node, scope, 0)

    def function(self, node: Node, scope: Scope) -> Function | None:
        """Return the function of the source that an expression is, if it is one."""
        value = self.fresh_value(node, scope)
        return value if isinstance(value, Function) else None

    def value(self, node: Node, scope: Scope, depth: int) -> Value:
        """Return what an expression can be."""
        self._steps += 1
        if depth > _MAX_DEPTH or self._steps > _MAX_STEPS:
            return Unknown(scope.module.shorten(node))
        if node.type in _WRAPPERS and node.named_children:
            return self.value(node.named_children[0], scope, depth + 1)
        evaluate = _BY_TYPE.get(node.type)
        return evaluate(self, node, scope, depth + 1) if evaluate else Unknown(scope.module.shorten(node))

    def text_at(self, node: Node, scope: Scope, depth: int) -> Text:
        """Return what an expression can be as text."""
        return as_text(self.value(node, scope, depth), scope.module.shorten(node))

    def read_property(self, value: Value, key: str, source: str, depth: int) -> Value:
        """Return a property of an object."""
        if not isinstance(value, Fields) or key not in value.properties:
            return Unknown(source)
        return choose_value((self.value(node, at, depth) for node, at in value.properties[key]), source)

    def evaluate_declared(self, declared: Declaration, name: str, scope: Scope, use: int, depth: int) -> Value:
        """Return the value of a name at the byte `use` of its file."""
        return names.evaluate_declared(self, declared, name, scope, use, depth)

    def evaluate_export(self, module: Module, name: str, depth: int) -> Value:
        """Return the value that a file exports under `name`."""
        return exports.evaluate_export(self, module, name, depth)

    def evaluate_call(self, function: Function, given: list[tuple[Node, Scope]], depth: int) -> Value:
        """Return what a call of `function` can return."""
        return self.evaluate_body(function, [self.value(node, at, depth) for node, at in given], depth)

    def evaluate_body(self, function: Function, values: list[Value], depth: int) -> Value:
        """Return what `function` can return, given `values`."""
        return calls.evaluate_body(self, function, values, depth)

    def find_callers(
        self, function: Node, scope: Scope, among: Iterable[str], at_most: int = exports.MAX_CALLERS
    ) -> Iterator[tuple[Scope, Node]]:
        """Yield calls of a function that has a name, in the files `among`, with their scopes."""
        return exports.find_callers(self, function, scope, among, at_most)

    def find_function_name(self, function: Node, scope: Scope) -> str | None:
        """Return the name under which a function is called, if it has one."""
        return exports.find_function_name(function, scope)


_BY_TYPE: dict[str, Callable[[Evaluator, Node, Scope, int], Value]] = {
    "string": expressions.evaluate_string,
    "number": expressions.evaluate_number,
    "template_string": expressions.evaluate_template,
    "binary_expression": expressions.evaluate_binary,
    "ternary_expression": expressions.evaluate_ternary,
    "array": expressions.evaluate_array,
    "object": expressions.evaluate_object,
    "member_expression": expressions.evaluate_member,
    "subscript_expression": expressions.evaluate_subscript,
    "identifier": names.evaluate_identifier,
    "shorthand_property_identifier": names.evaluate_identifier,
    "call_expression": calls.evaluate_call_expression,
    "new_expression": calls.evaluate_new,
    "null": expressions.evaluate_null,
    "undefined": expressions.evaluate_null,
    **dict.fromkeys(FUNCTIONS, expressions.evaluate_function),
}
