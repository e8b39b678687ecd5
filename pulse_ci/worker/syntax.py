"""Source text to a syntax tree; the only module that loads tree-sitter.

A tree is walked from its root down, never up: in tree-sitter a node's parent costs a walk from the root.
"""

from __future__ import annotations

import re
import time
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from pulse_ci.worker.embedded_scripts import only_scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser, Tree

MAX_BYTES = 1_000_000
MAX_LINE_BYTES = 200_000
MAX_DEPTH = 400
_LONGEST_SHOWN = 60
_MAX_SECONDS = 2.0
_CHUNK = 65_536
_CODE = frozenset({"ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts"})
_MARKUP = frozenset({"vue", "svelte", "astro"})
SUFFIXES = _CODE | _MARKUP
_NO_JSX = frozenset({"ts", "mts", "cts"})
_NOT_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))
_DELTA = {ord(each): 1 for each in "([{"} | {ord(each): -1 for each in ")]}"}
_LONG_LINE = re.compile(rb"[^\n]{%d}" % MAX_LINE_BYTES)


class Unreadable(Exception):
    """A source file is not read; the text says why, as the end of a sentence that begins with its path."""


class Module:
    """One source file, parsed: `source` is its code, of a Vue, Svelte or Astro file its scripts alone."""

    def __init__(self, path: str, source: bytes, tree: Tree) -> None:
        self.path = path
        self.source = source
        self.tree = tree  # the nodes are of no use without it
        self.root = tree.root_node
        self.scopes: dict[tuple[int, int], dict[str, Node]] = {}
        self.calls: dict[str, list[tuple[Node, ...]]] = {}

    def line_at(self, byte: int) -> int:
        """Return the line, from 1, of a place in the source."""
        return self.source.count(b"\n", 0, byte) + 1

    def path_to(self, byte: int) -> list[Node]:
        """Return the nodes that contain the byte at `byte`, from the root to the smallest.

        Raises:
            Unreadable: there are more than MAX_DEPTH.

        """
        cursor = self.tree.walk()
        nodes = [self.root]
        while cursor.goto_first_child_for_byte(byte) is not None:
            node = cursor.node
            if node is None or not node.start_byte <= byte < node.end_byte:
                break
            nodes.append(node)
            if len(nodes) > MAX_DEPTH:
                raise Unreadable(f"is nested deeper than {MAX_DEPTH} levels")
        return nodes

    def text(self, node: Node) -> str:
        """Return the source of a node."""
        return self.source[node.start_byte : node.end_byte].decode(errors="replace")

    def shorten(self, node: Node) -> str:
        """Return the source of a node on one line, cut off where it is long."""
        end = min(node.end_byte, node.start_byte + 4 * _LONGEST_SHOWN)
        text = " ".join(self.source[node.start_byte : end].decode(errors="replace").split())
        return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def parse(path: str, content: bytes) -> Module:
    """Parse one file; syntax errors leave ERROR nodes in its tree.

    Raises:
        Unreadable: it is no text, too large, or nested too deeply.

    """
    suffix = path.rpartition(".")[2].lower()
    _require_readable(content)
    source = only_scripts(content, suffix) if suffix in _MARKUP else content
    _require_shallow(source)
    return Module(path, source, _tree(source, _parser(jsx=suffix not in _NO_JSX)))


def _tree(source: bytes, parser: Parser) -> Tree:
    deadline = time.monotonic() + _MAX_SECONDS
    is_late = False

    def read(offset: int, _: object) -> bytes:
        nonlocal is_late
        is_late = is_late or time.monotonic() > deadline
        return b"" if is_late else source[offset : offset + _CHUNK]

    tree = parser.parse(source if len(source) <= _CHUNK else read)
    if is_late:
        raise Unreadable(f"takes longer than {_MAX_SECONDS:g} seconds to parse")
    return tree


def _require_readable(content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise Unreadable(f"has {len(content):,} bytes; at most {MAX_BYTES:,} are read")
    if b"\0" in content:
        raise Unreadable("is not text")
    if len(content) > MAX_LINE_BYTES and _LONG_LINE.search(content):
        raise Unreadable(f"has a line of more than {MAX_LINE_BYTES:,} bytes")


def _require_shallow(source: bytes) -> None:
    brackets = source.translate(None, _NOT_BRACKETS)
    if max(accumulate(map(_DELTA.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise Unreadable(f"is nested deeper than {MAX_DEPTH} levels")


@cache
def _parser(*, jsx: bool) -> Parser:
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    language = tree_sitter_typescript.language_tsx if jsx else tree_sitter_typescript.language_typescript
    return Parser(Language(language()))


def field(node: Node, name: str) -> Node | None:
    """Return the child that the grammar calls `name`."""
    return node.child_by_field_name(name)


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call, without comments; a tagged template is its only one."""
    found = field(call, "arguments")
    if found is None:
        return []
    if found.type == "template_string":
        return [found]
    return [each for each in found.named_children if each.type != "comment"]


def walk(node: Node, *, into_functions: bool = True) -> Iterator[Node]:
    """Yield `node` and what is below it, in source order."""
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        if into_functions or each is node or each.type not in FUNCTIONS:
            pending += reversed(each.named_children)


FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    }
)
