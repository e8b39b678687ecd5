"""Expressions of the source to the text that they can be; nothing is executed.

Constants, templates, concatenations, conditionals (both ways), arrays and their methods, enums and objects, variables
that are built up, parameters (from the calls of their function) and calls of functions of the repository are followed,
also into other files. Whatever is not understood is a hole.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.worker.js_strings import unescape
from pulse_ci.worker.program import call_pattern
from pulse_ci.worker.scopes import (
    Declaration,
    find_declaration,
    names_of,
    parameter_nodes,
    pattern_names,
    pattern_of,
    property_of,
)
from pulse_ci.worker.syntax import FUNCTIONS, Unreadable, arguments, field, walk
from pulse_ci.worker.text import EMPTY, Text, choose, concat, hole, literal
from pulse_ci.worker.values import (
    Fields,
    Function,
    Items,
    Scope,
    Unknown,
    Value,
    as_text,
    choose_value,
    maybe,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from pulse_ci.worker.program import Program
    from pulse_ci.worker.syntax import Module

_MAX_STEPS = 1_500
_MAX_DEPTH = 24
_MAX_CALLERS = 24
_LONGEST_SOURCE = 60
_CONDITIONS = frozenset(
    {"if_statement", "switch_case", "switch_default", "for_statement", "for_in_statement", "while_statement"}
    | {"do_statement", "catch_clause", "ternary_expression", "binary_expression"}
    | FUNCTIONS
)
_WRAPPERS = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "await_expression"}
)
_SAME = frozenset({"trim", "trimStart", "trimEnd", "toString", "normalize", "valueOf"})
_SAME_LIST = frozenset({"reverse", "toReversed", "sort", "toSorted", "flat", "values"})
_BLANKS_PATTERN = re.compile(r"/(\\s|\\n|\\r|\\t|[\[\]+* {}0-9,^$|])+/[a-z]*")


class Evaluator:
    """Evaluates expressions of a program, each with a bounded effort."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._steps = 0

    def text(self, node: Node, scope: Scope) -> Text:
        """Return the text that an expression can be."""
        self._steps = 0
        return as_text(self.value(node, scope, 0), _source(scope.module, node))

    def fresh_value(self, node: Node, scope: Scope) -> Value:
        """Return what an expression can be."""
        self._steps = 0
        return self.value(node, scope, 0)

    def value(self, node: Node, scope: Scope, depth: int) -> Value:
        """Return what an expression can be, `depth` steps away from where it is used."""
        self._steps += 1
        source = _source(scope.module, node)
        if depth > _MAX_DEPTH or self._steps > _MAX_STEPS:
            return Unknown(source)
        if node.type in _WRAPPERS:
            inner = node.named_children[0] if node.named_children else None
            return self.value(inner, scope, depth + 1) if inner else Unknown(source)
        evaluate = _BY_TYPE.get(node.type)
        return evaluate(self, node, scope, depth + 1) if evaluate else Unknown(source)

    def _text(self, node: Node, scope: Scope, depth: int) -> Text:
        return as_text(self.value(node, scope, depth), _source(scope.module, node))

    def _string(self, node: Node, scope: Scope, _: int) -> Value:
        return literal(unescape(scope.module.text(node)[1:-1]))

    def _number(self, node: Node, scope: Scope, _: int) -> Value:
        return literal(scope.module.text(node))

    def _template(self, node: Node, scope: Scope, depth: int) -> Value:
        pieces: list[Text] = []
        position = node.start_byte + 1
        for child in node.named_children:
            if child.type == "template_substitution":
                pieces.append(literal(_raw(scope.module, position, child.start_byte)))
                inner = child.named_children[0] if child.named_children else None
                pieces.append(self._text(inner, scope, depth) if inner else EMPTY)
                position = child.end_byte
        pieces.append(literal(_raw(scope.module, position, node.end_byte - 1)))
        return concat(pieces)

    def _binary(self, node: Node, scope: Scope, depth: int) -> Value:
        left, right, operator = field(node, "left"), field(node, "right"), field(node, "operator")
        if left is None or right is None or operator is None:
            return Unknown(_source(scope.module, node))
        match operator.type:
            case "+":
                return concat((self._text(left, scope, depth), self._text(right, scope, depth)))
            case "&&":
                return maybe(self._text(right, scope, depth))
            case "||" | "??":
                return self._either(left, right, scope, depth)
            case _:
                return Unknown(_source(scope.module, node))

    def _either(self, left: Node, right: Node, scope: Scope, depth: int) -> Value:
        first = self.value(left, scope, depth)
        return first if isinstance(first, Fields | Items) else self._options((left, right), scope, depth)

    def _options(self, nodes: tuple[Node, ...], scope: Scope, depth: int) -> Value:
        return choose_value((self.value(each, scope, depth) for each in nodes), _source(scope.module, nodes[0]))

    def _ternary(self, node: Node, scope: Scope, depth: int) -> Value:
        options = tuple(each for name in ("consequence", "alternative") if (each := field(node, name)))
        return self._options(options, scope, depth) if options else Unknown(_source(scope.module, node))

    def _array(self, node: Node, scope: Scope, depth: int) -> Value:
        elements: list[tuple[Value, bool]] = []
        repeated: Text | None = None
        for child in node.named_children:
            if child.type == "comment":
                continue
            if child.type != "spread_element":
                elements.append((self.value(child, scope, depth), False))
                continue
            match self.value(child.named_children[0], scope, depth):
                case Items(inner, more):
                    elements += inner
                    repeated = repeated or more
                case _:
                    repeated = hole(_source(scope.module, child))
        return Items(tuple(elements), repeated)

    def _object(self, node: Node, scope: Scope, depth: int) -> Value:
        properties = dict[str, tuple[tuple["Node", Scope], ...]]()
        for child in node.named_children:
            if child.type == "pair" and (key := field(child, "key")) and (value := field(child, "value")):
                properties[scope.module.text(key).strip("\"'")] = ((value, scope),)
            elif child.type == "shorthand_property_identifier":
                properties[scope.module.text(child)] = ((child, scope),)
            elif child.type == "spread_element" and child.named_children:
                spread = self.value(child.named_children[0], scope, depth)
                properties |= spread.properties if isinstance(spread, Fields) else {}
        return Fields(properties)

    def _enum(self, node: Node, scope: Scope) -> Value:
        body = field(node, "body")
        return Fields(
            {
                scope.module.text(name).strip("\"'"): ((value, scope),)
                for each in (body.named_children if body else ())
                if each.type == "enum_assignment" and (name := field(each, "name")) and (value := field(each, "value"))
            }
        )

    def _class(self, node: Node, scope: Scope) -> Fields:
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

    def _member(self, node: Node, scope: Scope, depth: int) -> Value:
        owner, name = field(node, "object"), field(node, "property")
        if owner is None or name is None:
            return Unknown(_source(scope.module, node))
        key = scope.module.text(name).lstrip("#")
        value: Value
        if owner.type == "this":
            body = next((each for each in reversed(scope.path) if each.type in _CLASSES), None)
            value = self._class(body, scope) if body else Unknown("this")
        elif (target := self._namespace(owner, scope)) is not None:
            return self.exported(target, key, depth)
        else:
            value = self.value(owner, scope, depth)
        return self._property(value, key, _source(scope.module, node), depth)

    def _namespace(self, owner: Node, scope: Scope) -> Module | None:
        if owner.type != "identifier":
            return None
        declared = find_declaration(scope.module, scope.path, scope.module.text(owner))
        if declared is None or declared.node.type != "import_statement":
            return None
        name, exported = _import_of(scope.module, declared.node, scope.module.text(owner))
        return self._imported_module(scope.module, name) if exported == "*" else None

    def _property(self, value: Value, key: str, source: str, depth: int) -> Value:
        if not isinstance(value, Fields) or key not in value.properties:
            return Unknown(source)
        return choose_value((self.value(node, at, depth) for node, at in value.properties[key]), source)

    def _subscript(self, node: Node, scope: Scope, depth: int) -> Value:
        owner, index = field(node, "object"), field(node, "index")
        source = _source(scope.module, node)
        value = self.value(owner, scope, depth) if owner else Unknown(source)
        match value:
            case Fields(properties) if index and properties:
                key = self.value(index, scope, depth)
                if isinstance(key, Text) and key.is_static and str(key) in properties:
                    return self._property(value, str(key), source, depth)
                return choose_value(
                    (self._property(value, name, source, depth) for name in list(properties)[:_MAX_CALLERS]), source
                )
            case Items(elements, None) if elements:
                return choose(as_text(each, source) for each, _ in elements)
            case _:
                return Unknown(source)

    def _identifier(self, node: Node, scope: Scope, depth: int) -> Value:
        name = scope.module.text(node)
        if name == "undefined":
            return EMPTY
        declared = find_declaration(scope.module, scope.path, name)
        if declared is None:
            return Unknown(name)
        return self.declared(declared, name, scope, node.start_byte, depth)

    def declared(self, declared: Declaration, name: str, scope: Scope, use: int, depth: int) -> Value:
        """Return the value of a name at the byte `use` of its file."""
        node, at = declared.node, replace(scope, path=declared.around)
        match node.type:
            case "variable_declarator":
                return self._variable(node, name, at, use, depth)
            case "import_statement":
                specifier, exported = _import_of(scope.module, node, name)
                module = self._imported_module(scope.module, specifier)
                return self.exported(module, exported, depth) if module else Unknown(name)
            case "enum_declaration":
                return self._enum(node, at)
            case "class_declaration" | "abstract_class_declaration":
                return self._class(node, at)
            case "for_in_statement":
                return self._loop_variable(node, name, at, depth)
            case kind if kind in FUNCTIONS and name in set(self._parameter_names(scope.module, node)):
                return self._parameter(node, name, at, depth)
            case kind if kind in FUNCTIONS:
                return Function(node, at)
            case _:
                return Unknown(name)

    def _parameter_names(self, module: Module, function: Node) -> Iterator[str]:
        for each in parameter_nodes(function):
            yield from pattern_names(module, pattern_of(each))

    def _loop_variable(self, loop: Node, name: str, scope: Scope, depth: int) -> Value:
        left, right = field(loop, "left"), field(loop, "right")
        if left is None or right is None or left.type != "identifier":
            return Unknown(name)
        match self.value(right, scope, depth):
            case Items(elements, None) if elements:
                return choose_value((each for each, _ in elements), name)
            case _:
                return Unknown(name)

    def _variable(self, node: Node, name: str, scope: Scope, use: int, depth: int) -> Value:
        target, initial = field(node, "name"), field(node, "value")
        if target is None:
            return Unknown(name)
        if target.type == "object_pattern":
            value = self.value(initial, scope, depth) if initial else Unknown(name)
            return self._property(value, property_of(scope.module, target, name) or name, name, depth)
        if target.type != "identifier":
            return Unknown(name)
        value = self.value(initial, scope, depth) if initial else EMPTY
        for write in _writes(scope.module, name, node.end_byte, use, scope.path):
            value = self._after_write(value, write, name, scope, depth)
        return value

    def _after_write(self, value: Value, write: tuple[Node, ...], name: str, scope: Scope, depth: int) -> Value:
        node, inner = write[-1], replace(scope, path=write)
        below = write[len(scope.path) :]
        is_conditional = any(each.type in _CONDITIONS for each in below)
        if node.type == "call_expression":
            if not isinstance(value, Items):
                return value
            return self._pushed(value, node, inner, depth, optional=is_conditional)
        right = field(node, "right")
        if right is None:
            return value
        if node.type == "augmented_assignment_expression":
            added = self._text(right, inner, depth)
            return concat((as_text(value, name), maybe(added) if is_conditional else added))
        if _mentions(scope.module, right, name):
            return concat((as_text(value, name), self._appended(right, name, inner, depth)))
        written = self.value(right, inner, depth)
        return choose_value((value, written), name) if is_conditional and value != EMPTY else written

    def _appended(self, right: Node, name: str, scope: Scope, depth: int) -> Text:
        """Return what `sql = sql + …` adds."""
        pieces = []
        node: Node | None = right
        while node and node.type == "binary_expression" and (added := field(node, "right")):
            pieces.append(self._text(added, scope, depth))
            node = field(node, "left")
        if node is None or scope.module.text(node) != name:
            return hole(_source(scope.module, right))
        return maybe(concat(reversed(pieces)))

    def _pushed(self, value: Items, call: Node, scope: Scope, depth: int, *, optional: bool) -> Items:
        elements, repeated = list(value.elements), value.repeated
        in_loop = any(each.type in {"for_statement", "for_in_statement", "while_statement"} for each in scope.path)
        for argument in arguments(call):
            if argument.type == "spread_element":
                match self.value(argument.named_children[0], scope, depth):
                    case Items(more, again):
                        elements += [(each, True if optional else maybe_) for each, maybe_ in more]
                        repeated = repeated or again
                    case _:
                        repeated = hole(_source(scope.module, argument))
            else:
                pushed = self.value(argument, scope, depth)
                text = as_text(pushed, _source(scope.module, argument))
                if in_loop and not text.is_static:
                    repeated = text
                else:
                    elements.append((pushed, optional))
        return Items(tuple(elements), repeated)

    def _parameter(self, function: Node, name: str, scope: Scope, depth: int) -> Value:
        key = (scope.module.path, function.start_byte, name)
        if key in scope.arguments:
            return scope.arguments[key]
        position = _position(scope.module, function, name)
        if position is None:
            return Unknown(name)
        default = _default(parameter_nodes(function)[position])
        options: list[Value] = [self.value(default, scope, depth)] if default else []
        for at, call in self.callers(function, scope, among=(scope.module.path,)):
            given = arguments(call)
            if position < len(given):
                options.append(self.value(given[position], at, depth + 4))
        return choose_value(options, name)

    def callers(
        self, function: Node, scope: Scope, among: Iterable[str], at_most: int = _MAX_CALLERS
    ) -> Iterator[tuple[Scope, Node]]:
        """Yield calls of a function that has a name, in the files `among`, with their scopes."""
        name = self.name_of(function, scope)
        modules = (self.program.module(path) for path in among) if name else ()
        found = (Scope(module, around) for module in modules if module for around in _calls(module, str(name)))
        yield from islice(((at, at.path[-1]) for at in found), at_most)

    def name_of(self, function: Node, scope: Scope) -> str | None:
        """Return the name under which a function is called, if it has one."""
        name = field(function, "name")
        return scope.module.text(name).lstrip("#") if name is not None else _assigned_name(function, scope.module)

    def function(self, node: Node, scope: Scope) -> Function | None:
        """Return the function of the source that an expression is, if it is one."""
        value = self.fresh_value(node, scope)
        return value if isinstance(value, Function) else None

    def exported(self, module: Module, name: str, depth: int) -> Value:
        """Return the value that a file exports under `name`."""
        root = (module.root,)
        scope = Scope(module, root)
        if name == "*":
            return Unknown(module.path)
        if depth > _MAX_DEPTH:
            return Unknown(name)
        node = names_of(module, module.root).get(name)
        if node is not None:
            return self.declared(Declaration(node, root), name, scope, module.root.end_byte, depth + 1)
        for statement in module.root.named_children:
            if statement.type == "export_statement":
                found = self._reexported(statement, name, scope, depth)
                if found is not None:
                    return found
        return Unknown(name)

    def _reexported(self, statement: Node, name: str, scope: Scope, depth: int) -> Value | None:
        source, value = field(statement, "source"), field(statement, "value")
        if name == "default" and value is not None:
            return self.value(value, scope, depth + 1)
        clause = next((each for each in statement.named_children if each.type == "export_clause"), None)
        original = name
        if clause is not None:
            original = _exported_as(scope.module, clause, name) or ""
        elif source is None:
            return None
        if not original:
            return None
        if source is None:
            node = names_of(scope.module, scope.module.root).get(original)
            declared = Declaration(node, scope.path) if node else None
            return self.declared(declared, original, scope, scope.module.root.end_byte, depth + 1) if declared else None
        module = self._imported_module(scope.module, scope.module.text(source)[1:-1])
        found = self.exported(module, original, depth + 1) if module else None
        return None if isinstance(found, Unknown) else found

    def _imported_module(self, module: Module, specifier: str) -> Module | None:
        path = self.program.imported(module.path, specifier)
        return self.program.module(path) if path else None

    def _function(self, node: Node, scope: Scope, _: int) -> Value:
        return Function(node, scope)

    def _call(self, node: Node, scope: Scope, depth: int) -> Value:
        called = field(node, "function")
        if called is None:
            return Unknown(_source(scope.module, node))
        given = arguments(node)
        tagged = field(node, "arguments")
        if tagged is not None and tagged.type == "template_string":
            return self._template(tagged, scope, depth)
        if called.type == "member_expression":
            found = self._method(node, called, given, scope, depth)
            if found is not None:
                return found
        elif scope.module.text(called) == "String" and given:
            return self.value(given[0], scope, depth)
        elif scope.module.text(called) == "Array":
            return Items((), hole("Array"))
        function = self.value(called, scope, depth)
        if isinstance(function, Function):
            return self.returned(function, [(each, scope) for each in given], depth)
        return Unknown(_source(scope.module, node))

    def returned(self, function: Function, given: list[tuple[Node, Scope]], depth: int) -> Value:
        """Return what a call of `function` can return."""
        values = [self.value(node, at, depth) for node, at in given]
        return self._returned(function, values, depth)

    def _returned(self, function: Function, values: list[Value], depth: int) -> Value:
        module, node = function.scope.module, function.node
        bound = dict(function.scope.arguments)
        for position, parameter in enumerate(parameter_nodes(node)):
            pattern = pattern_of(parameter)
            names = list(pattern_names(module, pattern))
            given = values[position] if position < len(values) else None
            for name in names:
                default = _default(parameter)
                if given is not None and pattern.type == "identifier":
                    bound[module.path, node.start_byte, name] = given
                elif isinstance(given, Fields):
                    key = property_of(module, pattern, name) or name
                    bound[module.path, node.start_byte, name] = self._property(given, key, name, depth)
                elif default is not None and pattern.type == "identifier":
                    bound[module.path, node.start_byte, name] = self.value(default, function.scope, depth)
                else:
                    bound[module.path, node.start_byte, name] = Unknown(name)
        body = field(node, "body")
        if body is None:
            return Unknown(_source(module, node))
        at = Scope(module, (*function.scope.path, *_between(function.scope.path, node)), bound)
        if body.type != "statement_block":
            return self.value(body, replace(at, path=(*at.path, body)), depth + 1)
        returns = [each for each in walk(body, into_functions=False) if each.type == "return_statement"]
        values = [self._return_value(each, at, depth + 1) for each in returns[:_MAX_CALLERS] if each.named_children]
        return choose_value(values, _source(module, node))

    def _return_value(self, statement: Node, scope: Scope, depth: int) -> Value:
        path = scope.module.path_to(statement.start_byte)
        return self.value(statement.named_children[0], replace(scope, path=tuple(path)), depth)

    def _method(self, node: Node, called: Node, given: list[Node], scope: Scope, depth: int) -> Value | None:
        owner, property_ = field(called, "object"), field(called, "property")
        if owner is None or property_ is None:
            return None
        name = scope.module.text(property_)
        source = _source(scope.module, node)
        static = self._static_method(scope.module.text(owner), name, given, scope, depth)
        if static is not None:
            return static
        value = self.value(owner, scope, depth)
        match value:
            case Items():
                return self._list_method(value, name, given, scope, depth, source)
            case Text() if name != "map":
                return self._text_method(value, name, given, scope, depth, source)
            case Fields(properties) if name in properties:
                function = self._property(value, name, source, depth)
                return self._function_call(function, given, scope, depth)
            case _ if name in {"map", "flatMap"} and given:
                return Items((), self._mapped(given[0], Unknown("item"), scope, depth))
            case _ if name in {"filter", "slice"}:
                return Items((), hole(source))
            case _ if name == "join":
                separator = self._text(given[0], scope, depth) if given else literal(",")
                return Items((), hole(_source(scope.module, owner))).join(separator, source)
            case _:
                return self._own_method(owner, name, given, scope, depth)

    def _function_call(self, function: Value, given: list[Node], scope: Scope, depth: int) -> Value | None:
        if isinstance(function, Function):
            return self.returned(function, [(each, scope) for each in given], depth)
        return None

    def _own_method(self, owner: Node, name: str, given: list[Node], scope: Scope, depth: int) -> Value | None:
        if (target := self._namespace(owner, scope)) is not None:
            return self._function_call(self.exported(target, name, depth), given, scope, depth)
        body = next((each for each in reversed(scope.path) if each.type == "class_body"), None)
        if owner.type != "this" or body is None:
            return None
        for each in body.named_children:
            key = field(each, "name") if each.type == "method_definition" else None
            if key is not None and scope.module.text(key).lstrip("#") == name.lstrip("#"):
                around = scope.path[: scope.path.index(body) + 1]
                function = Function(each, replace(scope, path=around))
                return self.returned(function, [(node, scope) for node in given], depth)
        return None

    def _static_method(self, owner: str, name: str, given: list[Node], scope: Scope, depth: int) -> Value | None:
        match owner, name, given:
            case "Object", "keys", [node, *_]:
                match self.value(node, scope, depth):
                    case Fields(properties) if properties:
                        return Items(tuple((literal(key), False) for key in properties))
                    case _:
                        return Items((), hole(_source(scope.module, node)))
            case "Object", "values", [node, *_]:
                value = self.value(node, scope, depth)
                if isinstance(value, Fields):
                    source = _source(scope.module, node)
                    names = list(value.properties)
                    return Items(tuple((self._property(value, key, source, depth), False) for key in names))
                return Items((), hole(_source(scope.module, node)))
            case "Object", "entries", [node, *_]:
                return Items((), hole(_source(scope.module, node)))
            case "Array", "from", [_, function]:
                return Items((), self._mapped(function, Unknown("item"), scope, depth))
            case "Array", "from", [node]:
                value = self.value(node, scope, depth)
                return value if isinstance(value, Items) else Items((), hole(_source(scope.module, node)))
            case _:
                return None

    def _list_method(self, value: Items, name: str, given: list[Node], scope: Scope, depth: int, source: str) -> Value:
        match name, given:
            case "join", _:
                separator = self._text(given[0], scope, depth) if given else literal(",")
                return value.join(separator, source)
            case (("map" | "flatMap"), [function, *_]):
                elements = tuple(
                    (self._mapped(function, each, scope, depth), optional) for each, optional in value.elements
                )
                again = value.repeated and self._mapped(function, value.repeated, scope, depth)
                return Items(elements, again)
            case "fill", [filler, *_]:
                return Items((), self._text(filler, scope, depth))
            case "concat", _:
                others = [self.value(each, scope, depth) for each in given]
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

    def _mapped(self, function: Node, item: Value, scope: Scope, depth: int) -> Text:
        source = _source(scope.module, function)
        value = self.value(function, scope, depth)
        if not isinstance(value, Function):
            return hole(source)
        return as_text(self._returned(value, [item, Unknown("index")], depth), source)

    def _text_method(
        self, value: Text, name: str, given: list[Node], scope: Scope, depth: int, source: str
    ) -> Value | None:
        if name in _SAME:
            return value
        texts = [scope.module.text(each) for each in given]
        match name:
            case "toUpperCase" | "toLowerCase" if value.is_static:
                return literal(str(value).upper() if name == "toUpperCase" else str(value).lower())
            case "concat":
                return concat((value, *(self._text(each, scope, depth) for each in given)))
            case "replace" | "replaceAll" if len(given) == 2:
                return self._replaced(value, given, scope, depth)
            case "repeat" if value.is_static:
                return Text((hole(source).parts[0],)) if not texts else Items((), value).join(EMPTY, source)
            case "slice" | "substring" | "split" | "at" | "padStart":
                return Unknown(source)
            case _:
                return None

    def _replaced(self, value: Text, given: list[Node], scope: Scope, depth: int) -> Value:
        pattern, replacement = given
        text = scope.module.text(pattern)
        if pattern.type == "regex" and _BLANKS_PATTERN.fullmatch(text):
            return value
        old, new = self._text(pattern, scope, depth), self._text(replacement, scope, depth)
        if pattern.type != "string" or not (value.is_static and old.is_static and str(old)):
            return hole(_source(scope.module, pattern))
        head, found, tail = str(value).partition(str(old))
        return concat((literal(head), new, literal(tail))) if found else value

    def _new(self, node: Node, scope: Scope, _: int) -> Value:
        maker = field(node, "constructor")
        if maker is not None and scope.module.text(maker) == "Array":
            return Items((), hole("Array"))
        return Unknown(_source(scope.module, node))

    def _null(self, *_: object) -> Value:
        return EMPTY


_HOLDERS = frozenset({"variable_declarator", "pair", "public_field_definition", "field_definition"})
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})

_BY_TYPE: dict[str, Callable[[Evaluator, Node, Scope, int], Value]] = {
    "string": Evaluator._string,
    "number": Evaluator._number,
    "template_string": Evaluator._template,
    "binary_expression": Evaluator._binary,
    "ternary_expression": Evaluator._ternary,
    "array": Evaluator._array,
    "object": Evaluator._object,
    "member_expression": Evaluator._member,
    "subscript_expression": Evaluator._subscript,
    "identifier": Evaluator._identifier,
    "shorthand_property_identifier": Evaluator._identifier,
    "call_expression": Evaluator._call,
    "new_expression": Evaluator._new,
    "null": Evaluator._null,
    "undefined": Evaluator._null,
    **dict.fromkeys(FUNCTIONS, Evaluator._function),
}


def _may_be_empty(value: Value) -> bool:
    return isinstance(value, Text) and any(option == EMPTY for option in texts_of(value))


def _source(module: Module, node: Node) -> str:
    end = min(node.end_byte, node.start_byte + 4 * _LONGEST_SOURCE)
    text = " ".join(module.source[node.start_byte : end].decode(errors="replace").split())
    return text if len(text) <= _LONGEST_SOURCE else f"{text[: _LONGEST_SOURCE - 1]}…"


def _raw(module: Module, start: int, end: int) -> str:
    return unescape(module.source[start:end].decode(errors="replace"))


def _import_of(module: Module, statement: Node, local: str) -> tuple[str, str]:
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


def _exported_as(module: Module, clause: Node, name: str) -> str | None:
    for each in clause.named_children:
        original, alias = field(each, "name"), field(each, "alias")
        if original and module.text(alias or original) == name:
            return module.text(original)
    return None


def _default(parameter: Node) -> Node | None:
    return field(parameter, "value") or (field(parameter, "right") if parameter.type == "assignment_pattern" else None)


def _position(module: Module, function: Node, name: str) -> int | None:
    for position, parameter in enumerate(parameter_nodes(function)):
        pattern = pattern_of(parameter)
        if pattern.type == "assignment_pattern":
            pattern = field(pattern, "left") or pattern
        if pattern.type == "identifier" and module.text(pattern) == name:
            return position
    return None


def _assigned_name(function: Node, module: Module) -> str | None:
    for around in reversed(module.path_to(function.start_byte)):
        if around.type in _HOLDERS:
            key = field(around, "name") or field(around, "key") or field(around, "property")
            value = field(around, "value")
            if key is not None and value is not None and value.start_byte == function.start_byte:
                return module.text(key).lstrip("#")
    return None


def _between(path: tuple[Node, ...], node: Node) -> tuple[Node, ...]:
    return () if path and path[-1] == node else (node,)


def _mentions(module: Module, node: Node, name: str) -> bool:
    return bool(re.search(rb"\b%s\b" % re.escape(name.encode()), module.source[node.start_byte : node.end_byte]))


def _writes(module: Module, name: str, start: int, end: int, around: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
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


def _calls(module: Module, name: str) -> list[tuple[Node, ...]]:
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
