"""Possessive groups are spelled in one place, which knows what Python before 3.11.5 makes of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pulse_ci
from pulse_ci.sql.tokens import repeat_any, repeat_at_least_once

BY_HAND = re.compile(r"\)[*+?]\+[^+]")


@pytest.mark.parametrize(
    ("pattern", "text", "end"),
    [
        (repeat_any("ab?c"), "aca", 2),
        (repeat_at_least_once("ab?c"), "aca", 2),
        (repeat_any("'[^']*'", "[^']"), "x'y'z'w", 5),
        (repeat_any("-(?!-)", "[^-]"), "a-b--c", 3),
        (repeat_any(repeat_any(" ") + repeat_at_least_once("a|b")), "a b  c", 3),
    ],
)
def test_it_ends_where_its_last_attempt_began(pattern: str, text: str, end: int) -> None:
    found = re.match(pattern, text)

    assert found
    assert found.end() == end


def test_none_is_spelled_by_hand() -> None:
    package = Path(pulse_ci.__file__).parent
    found = [path for path in package.rglob("*.py") if BY_HAND.search(path.read_text(encoding="utf-8"))]

    assert [path.name for path in found if path.name != "possessive.py"] == []
