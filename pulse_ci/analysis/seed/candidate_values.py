"""Conditions on a column to values that may meet them.

Guesses only: SQLite judges every one of them. Each kind of condition that people write adds its own.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, combinations
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity
from pulse_ci.analysis.seed.json_values import generate_documents
from pulse_ci.analysis.seed.like_values import find_allowed_characters, generate_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.analysis.seed.clause import Clause, SubstringCondition
    from pulse_ci.analysis.seed.default_values import Value

_MAX_VALUES = 60
_MAX_LENGTH = 2000
_DATE_FUNCTIONS = frozenset({"date", "time", "datetime", "strftime", "julianday", "unixepoch", "timediff"})
_DATE_TEXTS = (
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
_NUMERIC_AFFINITIES = (Affinity.INTEGER, Affinity.REAL, Affinity.NUMERIC)
_VALUES_BY_TYPE: dict[str, tuple[Value, ...]] = {
    "integer": (1, 0, 2),
    "real": (1.5, 0.5),
    "text": ("text", "a"),
    "blob": (b"blob", b"\x01"),
}


@lru_cache(4096)
def find_candidate_values(clauses: tuple[Clause, ...], affinity: Affinity, count: int) -> tuple[Value, ...]:
    """Return values that the clauses hint at, the likeliest first; `count` of them differ where they can."""
    found = chain(
        _read_literals(clauses, affinity, count),
        _generate_texts(clauses, affinity, count),
        _generate_values_of_type(clauses),
    )
    fitting = (fitted for value in found for fitted in _convert_to_affinity(value, affinity))
    # 1, 1.0 and True are one to a dict, but two to SQLite.
    distinct = {(type(value), value): value for value in fitting}
    return tuple(distinct.values())[: max(_MAX_VALUES, 3 * count)]


def _convert_to_affinity(value: Value, affinity: Affinity) -> tuple[Value, ...]:
    if affinity is Affinity.BLOB and isinstance(value, str):
        return value, value.encode()
    if affinity is Affinity.TEXT and isinstance(value, (int, float)):
        return (str(value),)
    if affinity is Affinity.INTEGER and isinstance(value, float):
        return (floor(value), ceil(value)) if isfinite(value) else ()
    if affinity is Affinity.REAL and isinstance(value, int):
        return (float(value),)
    return (value,)


def _read_literals(clauses: Iterable[Clause], affinity: Affinity, count: int) -> Iterator[Value]:
    for clause in clauses:
        yield from clause.blobs
        measured = clause.functions & {"length", "octet_length", "substr", "substring", "json_array_length"}
        if affinity in _NUMERIC_AFFINITIES or not measured:
            yield from _generate_near_numbers(clause, affinity, count)
        if not (clause.functions & _DATE_FUNCTIONS or clause.patterns):
            yield from clause.strings


def _generate_near_numbers(clause: Clause, affinity: Affinity, count: int) -> Iterator[Value]:
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


def _generate_texts(clauses: tuple[Clause, ...], affinity: Affinity, count: int) -> Iterator[Value]:
    functions = frozenset[str]().union(*(clause.functions for clause in clauses))
    operators = frozenset[str]().union(*(clause.operators for clause in clauses))
    patterns = tuple(pattern for clause in clauses for pattern in clause.patterns)
    lengths = _find_lengths(clauses)
    for pattern in patterns:
        if not pattern.is_negated:
            yield from generate_matches(pattern, lengths, count)
    if any(function.startswith("json") for function in functions) or operators & {"->", "->>"}:
        yield from generate_documents(clauses, count)
    if functions & _DATE_FUNCTIONS:
        yield from _DATE_TEXTS
    conditions = tuple(part for clause in clauses for part in clause.substring_conditions)
    if conditions:
        yield from _generate_texts_with_substrings(conditions, lengths)
    letters = "".join(map(find_allowed_characters, patterns))
    if lengths or letters:
        yield from _generate_texts_of_length(lengths or (3, 1), letters, affinity, count)
    yield from _generate_texts_around(clauses)
    if functions & {"lower", "upper", "trim", "hex", "unicode", "replace"}:
        yield from ("abc", "ABC", "abd", "123", "a")


def _find_lengths(clauses: Iterable[Clause]) -> tuple[int, ...]:
    measured = {"length", "octet_length"}
    numbers = (number for clause in clauses if clause.functions & measured for number in clause.numbers)
    whole = [number for number in numbers if isinstance(number, int) and 0 <= number <= _MAX_LENGTH]
    return tuple(dict.fromkeys(near for number in whole for near in (number, number + 1, number - 1) if near >= 0))


def _generate_texts_of_length(
    lengths: tuple[int, ...], letters: str, affinity: Affinity, count: int
) -> Iterator[Value]:
    fills = letters[:1] + "a0Ab"
    for length in lengths:
        if affinity in _NUMERIC_AFFINITIES and 0 < length < 19:
            yield from (10 ** (length - 1) + position for position in range(2))
        yield from (fill * length for fill in dict.fromkeys(fills))
    ends = letters or "abcdefghijklmnopqrstuvwxyz0123456789"
    for length in lengths[:4]:
        yield from (
            (fills[0] * length + _spell_number(position, ends))[-length:] for position in range(1, count + 1) if length
        )


def _spell_number(number: int, digits: str) -> str:
    text = ""
    while number:
        number, digit = divmod(number, max(2, len(digits)))
        text = digits[digit % len(digits)] + text
    return text


def _generate_texts_with_substrings(
    conditions: tuple[SubstringCondition, ...], lengths: tuple[int, ...]
) -> Iterator[str]:
    shortest = max(condition.start - 1 + len(condition.text) for condition in conditions)
    for length in dict.fromkeys((shortest, *lengths)):
        for fill in "0a":
            letters = list(fill * max(length, shortest))
            for condition in conditions:
                letters[condition.start - 1 : condition.start - 1 + len(condition.text)] = condition.text
            yield "".join(letters)


def _generate_texts_around(clauses: Iterable[Clause]) -> Iterator[str]:
    """Texts with a wanted text somewhere in them, for instr() and the like."""
    for clause in clauses:
        if clause.functions & {"instr", "substr", "substring", "replace", "trim", "ltrim", "rtrim"}:
            for text in clause.strings:
                yield from (f"a{text}b", f"{text}a", f"a{text}", f"a{text}b.c")


def _generate_values_of_type(clauses: Iterable[Clause]) -> Iterator[Value]:
    for clause in clauses:
        if "typeof" in clause.functions:
            for text in clause.strings:
                yield from _VALUES_BY_TYPE.get(text, ())
