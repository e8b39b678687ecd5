"""Calls that send SQL to D1, with the text that each can send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.worker.bindings import binding_of
from pulse_ci.worker.evaluate import Evaluator
from pulse_ci.worker.scopes import find_declaration, parameter_nodes, pattern_names, pattern_of
from pulse_ci.worker.syntax import FUNCTIONS, Unreadable, arguments, field
from pulse_ci.worker.text import Text, hole
from pulse_ci.worker.values import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pulse_ci.worker.program import Program

_CALL = re.compile(rb"\.\s*(prepare|exec)\s*(?:<[^()]{0,200}>)?\s*\(")
_SQL = re.compile(
    r"\A(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|ALTER|DROP|PRAGMA|EXPLAIN|VALUES"
    r"|ANALYZE|REINDEX)\b",
    re.IGNORECASE | re.DOTALL,
)
_OTHER_DRIVER = re.compile(
    rb"""\b(?:from|import|require)\s*\(?\s*['"](?:better-sqlite3|node:sqlite|bun:sqlite|sqlite3?|sql\.js|pg|postgres)['"]"""
)
_SQL_WORDS = re.compile(rb"\b(?:SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b", re.IGNORECASE)
_D1_NAME = re.compile(r"(?:\b|_)(?:db|d1|database|session)\b", re.IGNORECASE)
_NOT_D1 = re.compile(r"\bsql$|storage|regex|pattern", re.IGNORECASE)
_MAX_WRAPPERS = 3
_MAX_SITES = 500


@dataclass(frozen=True, slots=True)
class Query:
    """SQL that a line of the Worker's source sends; `binding` is the name of the database in `env`, if it is known.

    `problem` says why the text is not known, where it is not.
    """

    path: str
    line: int
    text: Text
    binding: str | None = None
    problem: str = ""


def may_send(content: bytes) -> bool:
    """Whether a file has something that looks like a call of D1's, and not one of another driver's that it imports."""
    if not _CALL.search(content):
        return False
    return b"D1" in content or not _OTHER_DRIVER.search(content)


def looks_like_sql(text: Text) -> bool:
    """Whether text begins as a statement does; where a hole is first, nobody knows."""
    first = text.parts[0] if text.parts else ""
    if isinstance(first, str):
        return bool(_SQL.match(first))
    return any(looks_like_sql(option) for option in getattr(first, "options", ()))


class QueryFinder:
    """Finds the queries of a program; what a wrapper is given is found once, however often the wrapper sends it."""

    def __init__(self, program: Program, *, several_databases: bool = False) -> None:
        self.evaluator = Evaluator(program)
        self._follow_parameters = several_databases
        self._wrappers: set[tuple[str, int, int]] = set()
        self._arguments: set[tuple[str, int]] = set()

    def find(self, path: str) -> Iterator[Query]:
        """Yield the queries of one file, in source order, and those that reach it through wrappers."""
        module = self.evaluator.program.module(path)
        for match in _CALL.finditer(module.source) if module else ():
            try:
                call = _call_at(module.path_to(match.start(1)), match.start(1)) if module else None
                if module and call:
                    yield from self._sent(Scope(module, call), match[1].decode())
            except Unreadable as error:
                line = module.line_at(match.start()) if module else 1
                yield Query(path, line, hole("…"), problem=f"the source {error}")

    def _sent(self, scope: Scope, method: str) -> Iterator[Query]:
        call = scope.path[-1]
        given = arguments(call)
        receiver = field(_called(call), "object")
        if not given or receiver is None:
            return
        shown = scope.module.text(receiver)[-80:]
        if method == "exec" and (_NOT_D1.search(shown) or not _D1_NAME.search(shown)):
            return
        binding = self._binding(receiver, scope)
        for at, argument, database in self._reaching(scope, given[0], binding, _MAX_WRAPPERS):
            text = self.evaluator.text(argument, at)
            known = looks_like_sql(text)
            if known or (at is scope and not text.is_static):
                line = at.module.line_at(argument.start_byte if at is not scope else _name_byte(call))
                yield Query(at.module.path, line, text, database, "" if known else "the SQL is made at run time")

    def _reaching(
        self, scope: Scope, argument: Node, binding: str | None, wrappers: int
    ) -> Iterator[tuple[Scope, Node, str | None]]:
        """Yield what reaches `argument`: itself, or where it is a parameter, what callers of its function give."""
        function, position = _parameter_of(scope, argument)
        if function is None or wrappers == 0:
            yield scope, argument, binding
            return
        wrapper = (scope.module.path, function.start_byte, position)
        if wrapper in self._wrappers:
            return
        self._wrappers.add(wrapper)
        found = False
        for at, call in self._sites(function, scope):
            given = arguments(call)
            if position < len(given) and self._is_new(at, given[position]):
                found = True
                database = binding or self._given_binding(given, at)
                yield from self._reaching(at, given[position], database, wrappers - 1)
        if not found:
            yield scope, argument, binding

    def _is_new(self, scope: Scope, argument: Node) -> bool:
        key = (scope.module.path, argument.start_byte)
        if key in self._arguments:
            return False
        self._arguments.add(key)
        return True

    def _given_binding(self, given: list[Node], scope: Scope) -> str | None:
        return next((name for each in given if (name := self._binding(each, scope))), None)

    def _binding(self, node: Node, scope: Scope) -> str | None:
        return binding_of(self.evaluator, node, scope, follow_parameters=self._follow_parameters)

    def _sites(self, function: Node, scope: Scope) -> Iterator[tuple[Scope, Node]]:
        program = self.evaluator.program
        name = self.evaluator.find_function_name(function, scope)
        paths = [each for each in program.mentioning(name) if _SQL_WORDS.search(program.sources[each])] if name else []
        return self.evaluator.find_callers(function, scope, paths, at_most=_MAX_SITES)


def _call_at(around: list[Node], byte: int) -> tuple[Node, ...] | None:
    """Return the nodes down to the call whose method's name is at `byte`."""
    for depth in range(len(around), 0, -1):
        node = around[depth - 1]
        if node.type == "call_expression":
            called = field(node, "function")
            name = field(called, "property") if called and called.type == "member_expression" else None
            return tuple(around[:depth]) if name and name.start_byte == byte else None
        if node.type in {"comment", "string", "template_string", "regex"}:
            return None
    return None


def _name_byte(call: Node) -> int:
    """Return where a call is told to be: at its method's name, which may stand lines below its receiver."""
    name = field(_called(call), "property")
    return name.start_byte if name else call.start_byte


def _called(call: Node) -> Node:
    return field(call, "function") or call


def _parameter_of(scope: Scope, argument: Node) -> tuple[Node | None, int]:
    """Return the function whose parameter an expression is, and which one; None where it is something else."""
    while argument.type in {"parenthesized_expression", "as_expression", "non_null_expression"}:
        argument = argument.named_children[0]
    if argument.type == "call_expression" and scope.module.text(argument).endswith((".trim()", ".toString()")):
        argument = field(_called(argument), "object") or argument
    if argument.type != "identifier":
        return None, 0
    name = scope.module.text(argument)
    declared = find_declaration(scope.module, scope.path, name)
    if declared is None or declared.node.type not in FUNCTIONS:
        return None, 0
    for position, parameter in enumerate(parameter_nodes(declared.node)):
        if name in pattern_names(scope.module, pattern_of(parameter)):
            simple = pattern_of(parameter).type == "identifier"
            return (declared.node, position) if simple else (None, 0)
    return None, 0
