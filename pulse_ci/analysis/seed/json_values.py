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
_PLAIN = ("{}", "[]", '{"a": "é"}', "[1, 2]", '"text"', "0", "null", "true")
_BY_TYPE: dict[str, _Json] = {
    "array": [],
    "object": {},
    "text": "x",
    "integer": 1,
    "real": 1.5,
    "true": True,
    "false": False,
    "null": None,
}
_STEP = re.compile(r'\."([^"]*)"|\.([^.\[]+)|\[(\d+)\]')


def documents(clauses: tuple[Clause, ...], count: int) -> Iterator[str]:
    """Yield JSON texts: plain ones, `count` of each kind, ones with what is asked for at the paths that are named."""
    yield from _PLAIN
    for number in range(count):
        yield from (f"[{number}]", f'{{"n": {number}}}', f'"{number}"')
    paths = tuple(_paths(clauses))
    if not paths:
        return
    values = tuple(_values(clauses))
    for chosen in list(product(values, repeat=min(len(paths), 2)))[:60]:
        document: _Json = {}
        for place, path in enumerate(paths):
            document = _put(document, path, chosen[place % len(chosen)])
        yield json.dumps(document, ensure_ascii=False)


def _paths(clauses: tuple[Clause, ...]) -> dict[tuple[str | int, ...], None]:
    found: dict[tuple[str | int, ...], None] = {}
    for clause in clauses:
        for text in clause.strings:
            if text.startswith("$"):
                found[tuple(int(at) if at else quoted or name for quoted, name, at in _STEP.findall(text))] = None
            elif clause.operators & {"->", "->>"} and text.isidentifier():
                found[(text,)] = None
    return found


def _values(clauses: tuple[Clause, ...]) -> Iterator[_Json]:
    for clause in clauses:
        texts = [text for text in clause.strings if not text.startswith("$")]
        if "json_type" in clause.functions:
            yield from (_BY_TYPE[text] for text in texts if text in _BY_TYPE)
        yield from texts
        yield from (number + step for number in clause.numbers for step in (0, 1, -1))
    yield from (1, "x", [], {})


def _put(document: _Json, path: tuple[str | int, ...], value: _Json) -> _Json:
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        items = document if isinstance(document, list) else []
        items = [*items, *[None] * (step + 1 - len(items))]
        items[step] = _put(items[step], tuple(rest), value)
        return items
    members = document if isinstance(document, dict) else {}
    return {**members, step: _put(members.get(step), tuple(rest), value)}
