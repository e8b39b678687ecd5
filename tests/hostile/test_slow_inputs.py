"""Texts that made a pattern slow: each is read in time that grows with its length."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from pulse_ci.errors import ConfigError
from pulse_ci.github.runner import escape_commands
from pulse_ci.layout import Layout
from pulse_ci.migrations.header import CommentLine, parse_header
from pulse_ci.report.escape import escape_invisible
from pulse_ci.rules.lint import lint
from tests.rules.example import review

if TYPE_CHECKING:
    from collections.abc import Callable

SPACES = " " * 200_000
LIMIT = 5.0  # seconds of the processor; before, each took far longer or did not end


def read(text: str) -> object:
    return parse_header([CommentLine(text, 1)])


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (read, f"Reason: y{SPACES}z"),
        (read, f"Reason{SPACES}: z"),
        (read, f"{SPACES}z"),
        (read, f"Reverse migration{SPACES}z"),
        (read, f"Migration number:{SPACES}z"),
        (escape_commands, "\n" + "\x1c" * 100_000 + "z"),
        (escape_commands, "\n\x1c \u200b" * 50_000),
    ],
    ids=lambda value: ascii(value[:20]) if isinstance(value, str) else "",
)
def test_a_long_text_is_read_at_once(reader: Callable[[str], object], text: str) -> None:
    start = time.thread_time()
    reader(text)

    assert time.thread_time() - start < LIMIT


@pytest.mark.parametrize("pattern", ["migrations/001_+(a|aa)x.sql", "*(a|b)*(a|b).sql", "{1..100000}", "a" * 500])
def test_a_pattern_that_could_take_for_ever_is_an_error(pattern: str) -> None:
    with pytest.raises(ConfigError, match="migrations_pattern"):
        Layout(pattern, is_configured=True).matches("001_" + "a" * 40 + ".sql")


@pytest.mark.parametrize("character", list("\u3164\u2800\u115f\u1160\uffa0\u202e\u200b\x1b\u034f"))
def test_a_character_without_a_shape_is_spelled_out(character: str) -> None:
    assert escape_invisible(f"a{character}b") == f"a\\u{{{ord(character):x}}}b"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "[" * 80_000,
        "SELECT '" + "a " * 40_000,
        "DROP TABLE " + "x" * 80_000 + ";",
        "BEGIN;" + SPACES + "z",
        "#a::a(" * 20_000,
    ],
    ids=["brackets", "quote", "name", "spaces", "variables"],
)
def test_a_long_statement_is_checked_at_once(sql: str) -> None:
    files = {"migrations/001_a.sql": "CREATE TABLE t (id INTEGER PRIMARY KEY);\n", "migrations/002_b.sql": sql}

    start = time.thread_time()
    lint(review(files, baseline=1))

    assert time.thread_time() - start < LIMIT
