"""Chains of calls, as query builders have them: `db.select().from(users).where(…)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.worker.syntax import arguments, field

if TYPE_CHECKING:
    from tree_sitter import Node

    from pulse_ci.worker.syntax import Module


def read_chain(module: Module, path: tuple[Node, ...]) -> list[tuple[str, list[Node]]]:
    """Return the calls behind the last one of `path`, as name and arguments: what follows `.from(…)`."""
    chain = list[tuple[str, list["Node"]]]()
    inner = path[-1]
    for node in reversed(path[:-1]):
        if node.type == "member_expression" and field(node, "object") == inner:
            inner = node
        elif node.type == "call_expression" and field(node, "function") == inner:
            name = field(inner, "property")
            chain.append((module.text(name) if name else "", arguments(node)))
            inner = node
        else:
            break
    return chain


def find_below(module: Module, call: Node, names: tuple[str, ...]) -> Node | None:
    """Return the call of one of `names` that a call hangs on: `select` below `.from(…)`."""
    node: Node | None = field(field(call, "function") or call, "object")
    while node is not None and node.type == "call_expression":
        called = field(node, "function")
        name = field(called, "property") if called and called.type == "member_expression" else None
        if name is not None and module.text(name) in names:
            return node
        node = field(called, "object") if called and called.type == "member_expression" else None
    return None
