"""Files that a change cannot concern, read without a parser: their queries are plain texts on unchanged tables.

What is read here is the same on both sides and both schemas, so that no finding comes from it; it is counted and
listed. A call within a comment is taken for one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.worker.queries import Query, looks_like_sql
from pulse_ci.worker.text import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.schema.schema import Schema

_PREPARE = re.compile(rb"\.\s*prepare\s*(?:<[^()]{0,200}>)?\s*\(")
_D1_EXEC = re.compile(rb"(?:db|d1|database)\s*\??\.\s*exec\s*\(", re.IGNORECASE)
_ARGUMENT = re.compile(rb"""\s*(?:`([^`\\$]*)`|"([^"\\\n]*)"|'([^'\\\n]*)')\s*,?\s*\)""")
_BINDING = re.compile(rb"\b([A-Z][A-Z0-9_]*)\s*\??\Z")


def read_plain_queries(path: str, content: bytes, *, several_databases: bool) -> list[Query] | None:
    """Return the queries of a file; None where a call is anything else than one plain text, and must be parsed."""
    if _D1_EXEC.search(content):
        return None
    queries, line, position = list[Query](), 1, 0
    for call in _PREPARE.finditer(content):
        argument = _ARGUMENT.match(content, call.end())
        binding = _BINDING.search(content, max(call.start() - 40, 0), call.start())
        if argument is None or (several_databases and binding is None):
            return None
        line, position = line + content.count(b"\n", position, call.end()), call.end()
        text = literal((argument[1] or argument[2] or argument[3] or b"").decode(errors="replace"))
        if looks_like_sql(text):
            queries.append(Query(path, line, text, binding[1].decode() if binding else None))
    return queries


def find_changed_names(before: Schema, after: Schema) -> frozenset[str]:
    """Return the tables and views that are not the same on both schemas, with the views that mention one of them."""
    changed = {
        each.table
        for one, other in ((before, after), (after, before))
        for key, each in one.by_identity.items()
        if other.by_identity.get(key) != each
    }
    views = [*before.views, *after.views]
    for _ in range(len(views)):
        pattern = compile_names(changed)
        more = {view.name for view in views if pattern and pattern.search(view.normalized_sql.encode())} - changed
        if not more:
            break
        changed |= more
    return frozenset(changed)


def compile_names(names: Iterable[str]) -> re.Pattern[bytes] | None:
    """Return a pattern that finds one of the names as a word, or None where there are none."""
    escaped = [re.escape(name.encode()) for name in sorted(names)]
    return re.compile(rb"(?<![\w])(?:%s)(?![\w])" % b"|".join(escaped), re.IGNORECASE) if escaped else None
