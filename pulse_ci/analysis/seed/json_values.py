"""Conditions on JSON to documents that may meet them."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.seed.clause import Clause

_Json = object
_PLAIN_DOCUMENTS = ("{}", "[]", '{"a": "é"}', "[1, 2]", '"text"', "0", "null", "true")
_VALUES_BY_TYPE: dict[str, _Json] = {
    "array": [],
    "object": {},
    "text": "x",
    "integer": 1,
    "real": 1.5,
    "true": True,
    "false": False,
    "null": None,
}
_PATH_STEP = re.compile(r'\."([^"]*)"|\.([^.\[]+)|\[(\d+)\]')


def generate_documents(clauses: tuple[Clause, ...], count: int) -> Iterator[str]:
    """Yield JSON texts: plain ones, `count` of each kind, ones with what is asked for at the paths that are named."""
    yield from _PLAIN_DOCUMENTS
    for number in range(count):
        yield from (f"[{number}]", f'{{"n": {number}}}', f'"{number}"')
    paths = tuple(_find_paths(clauses))
    if not paths:
        return
    values = tuple(_generate_values(clauses))
    for chosen in list(product(values, repeat=min(len(paths), 2)))[:60]:
        document: _Json = {}
        for position, path in enumerate(paths):
            document = _set_at_path(document, path, chosen[position % len(chosen)])
        yield json.dumps(document, ensure_ascii=False)


def _find_paths(clauses: tuple[Clause, ...]) -> dict[tuple[str | int, ...], None]:
    found: dict[tuple[str | int, ...], None] = {}
    for clause in clauses:
        for text in clause.strings:
            if text.startswith("$"):
                found[tuple(int(at) if at else quoted or name for quoted, name, at in _PATH_STEP.findall(text))] = None
            elif clause.operators & {"->", "->>"} and text.isidentifier():
                found[(text,)] = None
    return found


def _generate_values(clauses: tuple[Clause, ...]) -> Iterator[_Json]:
    for clause in clauses:
        texts = [text for text in clause.strings if not text.startswith("$")]
        if "json_type" in clause.functions:
            yield from (_VALUES_BY_TYPE[text] for text in texts if text in _VALUES_BY_TYPE)
        yield from texts
        yield from (number + step for number in clause.numbers for step in (0, 1, -1))
    yield from (1, "x", [], {})


def _set_at_path(document: _Json, path: tuple[str | int, ...], value: _Json) -> _Json:
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        items = document if isinstance(document, list) else []
        items = [*items, *[None] * (step + 1 - len(items))]
        items[step] = _set_at_path(items[step], tuple(rest), value)
        return items
    members = document if isinstance(document, dict) else {}
    return {**members, step: _set_at_path(members.get(step), tuple(rest), value)}
