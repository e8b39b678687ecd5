"""A file's header, reverse block, ignores and open end, as its author meant them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_ci.migrations.header import Header, HeaderField
from pulse_ci.migrations.parse import Ignore, Location, Migration, UnterminatedToken, parse_migration
from pulse_ci.migrations.source import SourceFile, decode_source

PATH = "migrations/022_x.sql"


def migration(text: str, path: str = PATH) -> Migration:
    return parse_migration(SourceFile(path, text))


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("", Header()),
        ("-- Migration: A\n-- Created: 2024-03-05\n", Header(HeaderField("A", 1), HeaderField("2024-03-05", 2))),
        (
            "\n--migration : A \r\n--  DATE:2024-03-05\r\n-- Reason: why: so\r\n",
            Header(HeaderField("A", 2), HeaderField("2024-03-05", 3), HeaderField("why: so", 4)),
        ),
        ("/*\nMigration: A\nReason: why */", Header(HeaderField("A", 2), None, HeaderField("why", 3))),
        (
            "-- Date: 1\n-- Created: 2\n-- Migration:\n-- Migration: B\n",
            Header(HeaderField("B", 4), HeaderField("1", 1)),
        ),
        ("SELECT 1; -- Migration: late\n-- Reason: late\n", Header()),
        ("-- My Migration: A\n", Header()),
        ("-- Reverse migration 022\n", Header(reversed_number=HeaderField("022", 1))),
        ("-- reverse MIGRATION: 7 of old\n", Header(reversed_number=HeaderField("7", 1))),
        ("-- Reverse migration of 022\n", Header()),
        ("-- Reverse migration 22x\n", Header()),
        ("-- Reverse migrations 22\n", Header()),
        ("\ufeff-- Migration: A\n", Header(HeaderField("A", 1))),
        ("-- Reason:\n", Header()),
        ("-- Reason:   \n-- because\n", Header()),
    ],
)
def test_the_header_is_what_stands_before_the_first_statement(text: str, header: Header) -> None:
    assert migration(text).header == header


@pytest.mark.parametrize(
    ("comment", "statements"),
    [
        ("-- Reverse:\n-- DROP TABLE a;\n-- DROP TABLE b;\n", [("DROP TABLE a;", 3), ("DROP TABLE b;", 4)]),
        ("-- Rollback:\n--DROP TABLE a;", [("DROP TABLE a;", 3)]),
        ("-- down: DROP TABLE a;\n", [("DROP TABLE a;", 2)]),
        ("/* Reverse:\n   DROP TABLE a;\n*/\n", [("DROP TABLE a;", 3)]),
        ("-- notes first\n--\n-- Reverse:\n-- DROP TABLE a;\n", [("DROP TABLE a;", 5)]),
        ("-- Reverse:\n-- DROP TABLE a\n--   ;\n", [("DROP TABLE a\n   ;", 3)]),
        ("-- Reverse:\n\n-- DROP TABLE a; -- the table\n", [("DROP TABLE a;", 4)]),
        ("-- Reverse:\r\n-- DROP TABLE a;\r\n", [("DROP TABLE a;", 3)]),
        ("-- Reverse:\n", []),
        ("-- Reverse the table:\n-- DROP TABLE a;\n", []),
        ("-- DROP TABLE a;\n", []),
    ],
)
def test_a_trailing_comment_headed_reverse_is_the_reverse(comment: str, statements: list[tuple[str, int]]) -> None:
    read = migration("CREATE TABLE a (b);\n" + comment)

    assert [(each.sql, each.line) for each in read.reverse_block] == statements


def test_a_reverse_heading_before_a_statement_is_no_reverse() -> None:
    assert migration("-- Reverse:\n-- DROP TABLE a;\nCREATE TABLE a (b);\n").reverse_block == ()


def ignore(rule: str, reason: str, line: int, lines: range | None) -> Ignore:
    return Ignore(rule, reason, Location(PATH, line, line), lines)


@pytest.mark.parametrize(
    ("text", "ignores"),
    [
        (
            "-- pulse-ci: ignore drop-table it is empty\nSELECT\n1;\n",
            [ignore("drop-table", "it is empty", 1, range(2, 4))],
        ),
        ("--pulse-ci:ignore a b\n\n-- x\nSELECT 1;", [ignore("a", "b", 1, range(4, 5))]),
        ("-- pulse-ci: ignore-file a b\nSELECT 1;", [ignore("a", "b", 1, None)]),
        ("SELECT 1; -- pulse-ci: ignore a b\nSELECT 2;", [ignore("a", "b", 1, range(1, 2))]),
        ("SELECT 1;\n-- pulse-ci: ignore a b\n", [ignore("a", "b", 2, range(0))]),
        ("-- pulse-ci: ignore\nSELECT 1;", [ignore("", "", 1, range(2, 3))]),
        ("-- pulse-ci: ignore a\r\nSELECT 1;", [ignore("a", "", 1, range(2, 3))]),
        ("/* pulse-ci: ignore a b */ SELECT 1;", [ignore("a", "b", 1, range(1, 2))]),
        ("SELECT '-- pulse-ci: ignore a b';", []),
        ("-- pulse-ci: ignored a b\nSELECT 1;", []),
        ("-- Pulse-CI: ignore a b\nSELECT 1;", []),
    ],
)
def test_an_ignore_is_for_the_statement_below_it_or_for_the_file(text: str, ignores: list[Ignore]) -> None:
    assert list(migration(text).ignores) == ignores


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("SELECT 1;\n/* x", "comment", 2),
        ("SELECT\n'x\ny", "quote '", 2),
        ('SELECT "x', 'quote "', 1),
        ("SELECT [x", "quote [", 1),
        ("SELECT `x", "quote `", 1),
        ("SELECT 'it''s /* -- ;", "quote '", 1),
    ],
)
def test_what_is_never_closed_is_found_where_it_opens(text: str, what: str, line: int) -> None:
    place = Location(PATH, line, line)

    assert migration(text).unterminated_token == UnterminatedToken(
        f"the {what} that starts here is never closed", place
    )


@pytest.mark.parametrize("text", ["", "SELECT 1", "-- '", "SELECT '/*';", "/* ' */", "SELECT '--';"])
def test_what_is_closed_has_no_open_end(text: str) -> None:
    assert migration(text).unterminated_token is None


@pytest.mark.parametrize(
    ("name", "number", "digits"),
    [
        ("022_x.sql", 22, "022"),
        ("0001_x.y-z.sql", 1, "0001"),
        ("000_x.sql", 0, "000"),
        ("22x.sql", None, None),
        ("022_.sql", 22, "022"),
        ("022__x.sql", 22, "022"),
        ("022_x.SQL", 22, "022"),
        ("022-x.sql", 22, "022"),
        ("\u0660\u0661\u0662_x.sql", None, None),
        ("20240305120000_x.sql", 20240305120000, "20240305120000"),
        ("9999999999999999_x.sql", None, None),
        ("-1_x.sql", None, None),
    ],
)
def test_a_number_is_what_a_name_begins_with(name: str, number: int | None, digits: str | None) -> None:
    read = migration("", f"migrations/{name}")

    assert (read.number, read.digits) == (number, digits)


@pytest.mark.parametrize(
    ("content", "text", "problem", "line"),
    [
        (b"SELECT 1;", "SELECT 1;", None, 1),
        (b"a\nb\xffc", "", "is not UTF-8 text: byte 0xff at offset 3", 2),
        (b"\xed\xa0\x80", "", "is not UTF-8 text: byte 0xed at offset 0", 1),
        (b"a\r\n\r\n\0", "", "holds a NUL byte at offset 5", 3),
    ],
)
def test_bytes_are_read_as_d1_takes_them(content: bytes, text: str, problem: str | None, line: int) -> None:
    assert decode_source("x.sql", content) == SourceFile("x.sql", text, problem, line)


_PIECES = [
    "--",
    "/*",
    "*/",
    "'",
    '"',
    "`",
    "[",
    "]",
    ";",
    "\n",
    "\r",
    "Reverse:",
    "pulse-ci:",
    "ignore a b",
    "CREATE",
    "é",
]


@given(st.lists(st.sampled_from(_PIECES)))
def test_any_text_is_read_without_an_error_and_within_its_lines(pieces: list[str]) -> None:
    text = " ".join(pieces)
    read = migration(text)
    last = text.count("\n") + 1

    lines = [each.line for each in (*read.statements, *read.reverse_block)]
    lines += [each.location.line for each in read.ignores] + (
        [read.unterminated_token.location.line] if read.unterminated_token else []
    )
    assert all(1 <= line <= last for line in lines)
    assert all(read.text[each.start :].startswith(each.sql) for each in read.statements)
    assert isinstance(read.header, Header)
