"""Conditions on a column to values that may meet them.

Guesses only: SQLite judges every one of them. Each kind of condition that people write adds its own.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, combinations
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity
from pulse_ci.analysis.seed.json_values import documents
from pulse_ci.analysis.seed.like_values import alphabet, matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.analysis.seed.clause import Clause, Part
    from pulse_ci.analysis.seed.default_values import Value

_MOST = 60
_LONGEST = 2000
_DATE_FUNCTIONS = frozenset({"date", "time", "datetime", "strftime", "julianday", "unixepoch", "timediff"})
_DATES = (
    "2024-02-29",
    "2024-02-29 12:34:56",
    "2024-02-29T12:34:56Z",
    "2024-02-29T12:34:56.789Z",
    "12:34:56",
    "2024-02",
    "2024",
    "1999-12-31",
    "1999-12-31 23:59:59",
    "23:59",
)
_NUMERIC = (Affinity.INTEGER, Affinity.REAL, Affinity.NUMERIC)
_BY_TYPE: dict[str, tuple[Value, ...]] = {
    "integer": (1, 0, 2),
    "real": (1.5, 0.5),
    "text": ("text", "a"),
    "blob": (b"blob", b"\x01"),
}


@lru_cache(4096)
def wanted_values(clauses: tuple[Clause, ...], affinity: Affinity, count: int) -> tuple[Value, ...]:
    """Return values that the clauses hint at, the likeliest first; `count` of them differ where they can."""
    found = chain(_literals(clauses, affinity, count), _texts(clauses, affinity, count), _of_types(clauses))
    fitting = (fitted for value in found for fitted in _fitted(value, affinity))
    # 1, 1.0 and True are one to a dict, but two to SQLite.
    distinct = {(type(value), value): value for value in fitting}
    return tuple(distinct.values())[: max(_MOST, 3 * count)]


def _fitted(value: Value, affinity: Affinity) -> tuple[Value, ...]:
    if affinity is Affinity.BLOB and isinstance(value, str):
        return value, value.encode()
    if affinity is Affinity.TEXT and isinstance(value, (int, float)):
        return (str(value),)
    if affinity is Affinity.INTEGER and isinstance(value, float):
        return (floor(value), ceil(value)) if isfinite(value) else ()
    if affinity is Affinity.REAL and isinstance(value, int):
        return (float(value),)
    return (value,)


def _literals(clauses: Iterable[Clause], affinity: Affinity, count: int) -> Iterator[Value]:
    for clause in clauses:
        yield from clause.blobs
        measured = clause.functions & {"length", "octet_length", "substr", "substring", "json_array_length"}
        if affinity in _NUMERIC or not measured:
            yield from _near(clause, affinity, count)
        if not (clause.functions & _DATE_FUNCTIONS or clause.patterns):
            yield from clause.strings


def _near(clause: Clause, affinity: Affinity, count: int) -> Iterator[Value]:
    numbers = clause.numbers
    if ">" in clause.operators:
        yield from (number + 1 for number in numbers)
    if "<" in clause.operators and "<=" not in clause.operators:
        yield from (number - 1 for number in numbers)
    yield from numbers
    yield from (number + step for number in numbers for step in (1, -1))
    further = max(count, 3 * (len(clause.names) > 1))
    yield from (number + step * sign for step in range(2, further + 1) for number in numbers for sign in (1, -1))
    for one, other in combinations(numbers[:8], 2):
        yield from ((one + other) // 2, one + other, one * other)
        if affinity is not Affinity.INTEGER:
            yield (one + other) / 2
    if affinity is not Affinity.INTEGER:
        yield from (number + step for number in numbers for step in (0.5, -0.5))


def _texts(clauses: tuple[Clause, ...], affinity: Affinity, count: int) -> Iterator[Value]:
    functions = frozenset[str]().union(*(clause.functions for clause in clauses))
    operators = frozenset[str]().union(*(clause.operators for clause in clauses))
    patterns = tuple(pattern for clause in clauses for pattern in clause.patterns)
    lengths = _lengths(clauses)
    for pattern in patterns:
        if not pattern.negated:
            yield from matches(pattern, lengths, count)
    if any(function.startswith("json") for function in functions) or operators & {"->", "->>"}:
        yield from documents(clauses, count)
    if functions & _DATE_FUNCTIONS:
        yield from _DATES
    parts = tuple(part for clause in clauses for part in clause.parts)
    if parts:
        yield from _from_parts(parts, lengths)
    letters = "".join(map(alphabet, patterns))
    if lengths or letters:
        yield from _of_lengths(lengths or (3, 1), letters, affinity, count)
    yield from _around(clauses)
    if functions & {"lower", "upper", "trim", "hex", "unicode", "replace"}:
        yield from ("abc", "ABC", "abd", "123", "a")


def _lengths(clauses: Iterable[Clause]) -> tuple[int, ...]:
    measured = {"length", "octet_length"}
    numbers = (number for clause in clauses if clause.functions & measured for number in clause.numbers)
    whole = [number for number in numbers if isinstance(number, int) and 0 <= number <= _LONGEST]
    return tuple(dict.fromkeys(near for number in whole for near in (number, number + 1, number - 1) if near >= 0))


def _of_lengths(lengths: tuple[int, ...], letters: str, affinity: Affinity, count: int) -> Iterator[Value]:
    fills = letters[:1] + "a0Ab"
    for length in lengths:
        if affinity in _NUMERIC and 0 < length < 19:
            yield from (10 ** (length - 1) + place for place in range(2))
        yield from (fill * length for fill in dict.fromkeys(fills))
    ends = letters or "abcdefghijklmnopqrstuvwxyz0123456789"
    for length in lengths[:4]:
        yield from ((fills[0] * length + _spelled(place, ends))[-length:] for place in range(1, count + 1) if length)


def _spelled(number: int, digits: str) -> str:
    text = ""
    while number:
        number, digit = divmod(number, max(2, len(digits)))
        text = digits[digit % len(digits)] + text
    return text


def _from_parts(parts: tuple[Part, ...], lengths: tuple[int, ...]) -> Iterator[str]:
    shortest = max(part.start - 1 + len(part.text) for part in parts)
    for length in dict.fromkeys((shortest, *lengths)):
        for fill in "0a":
            letters = list(fill * max(length, shortest))
            for part in parts:
                letters[part.start - 1 : part.start - 1 + len(part.text)] = part.text
            yield "".join(letters)


def _around(clauses: Iterable[Clause]) -> Iterator[str]:
    """Texts with a wanted text somewhere in them, for instr() and the like."""
    for clause in clauses:
        if clause.functions & {"instr", "substr", "substring", "replace", "trim", "ltrim", "rtrim"}:
            for text in clause.strings:
                yield from (f"a{text}b", f"{text}a", f"a{text}", f"a{text}b.c")


def _of_types(clauses: Iterable[Clause]) -> Iterator[Value]:
    for clause in clauses:
        if "typeof" in clause.functions:
            for text in clause.strings:
                yield from _BY_TYPE.get(text, ())
