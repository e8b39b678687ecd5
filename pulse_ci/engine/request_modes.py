"""The three ways in which SQL reaches D1, and how each cuts it into statements.

Source: workerd, src/workerd/util/sqlite.c++, prepareSql() for QUERY and ingestSql() for IMPORT.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.engine.d1_errors import NO_STATEMENT_TEXT, TOO_LONG_TEXT
from pulse_ci.engine.limits import STATEMENT_BYTES
from pulse_ci.errors import D1Refused
from pulse_ci.sql.split import SPACES, cut

if TYPE_CHECKING:
    from collections.abc import Iterator


class RequestMode(Enum):
    """How D1 is sent the SQL.

    BATCH    statement by statement in one transaction: what `wrangler d1 migrations apply` means
    QUERY    one string, which workerd cuts: a comment or a stray `;` behind the last statement is refused
    IMPORT   `wrangler d1 execute --remote --file`: `PRAGMA foreign_keys=OFF` counts at its top, since the
             transaction begins with the first statement that writes
    """

    BATCH = "batch"
    QUERY = "query"
    IMPORT = "import"


class Piece(NamedTuple):
    """The text of a statement as SQLite gets it, its offset in the request, and whether all its rows are read.

    workerd takes but one step of a statement that others follow in the same string.
    """

    sql: str
    start: int
    read_all: bool


_CUT_AHEAD = 100
_SPACE = re.compile(r"[ \t\n\r\v\f]*")
_STRAY = re.compile(SPACES + ";")


def pieces(sql: str, mode: RequestMode) -> Iterator[Piece]:
    """Yield the statements of a request; raises D1Refused where D1 meets something that is not one."""
    match mode:
        case RequestMode.BATCH:
            return _batch_pieces(sql)
        case RequestMode.QUERY:
            return _query_pieces(sql)
        case RequestMode.IMPORT:
            return _import_pieces(sql)


def _batch_pieces(sql: str) -> Iterator[Piece]:
    # Some at a time: a processor that goes to and fro between cutting and SQLite takes a fifth longer.
    bounds = cut(sql, STATEMENT_BYTES)
    while some := tuple(islice(bounds, _CUT_AHEAD)):
        for start, end, _ in some:
            yield Piece(sql[start:end], start, read_all=True)


def _query_pieces(sql: str) -> Iterator[Piece]:
    # The parser ends a statement, not sqlite3_complete(): a byte order mark is space to it.
    position = index = 0
    is_too_long = len(sql.encode(errors="replace")) > STATEMENT_BYTES
    for _, end, terminated in cut(sql.replace("\ufeff", " "), STATEMENT_BYTES):
        if is_too_long:
            raise D1Refused(TOO_LONG_TEXT, sql=sql[position:end], statement=index, start=position)
        if end <= position:
            continue
        end = end if terminated else len(sql)
        following = _after_space(sql, end)
        yield Piece(sql[position:end], position, read_all=following == len(sql))
        position, index = following, index + 1
    if position < len(sql) or index == 0:
        raise D1Refused(NO_STATEMENT_TEXT, sql=sql[position:], statement=index, start=position)


def _import_pieces(sql: str) -> Iterator[Piece]:
    position = index = 0
    for start, end, terminated in cut(sql, STATEMENT_BYTES):
        _refuse_stray(sql, position, start, index)
        end = end if terminated else len(sql)
        yield Piece(sql[position:end], position, read_all=not terminated)
        position, index = end, index + 1
    _refuse_stray(sql, position, len(sql), index)


def _refuse_stray(sql: str, position: int, end: int, index: int) -> None:
    stray = _STRAY.match(sql, position, end)
    if stray:
        raise D1Refused(NO_STATEMENT_TEXT, sql=stray.group(), statement=index, start=position)


def _after_space(sql: str, position: int) -> int:
    space = _SPACE.match(sql, position)
    return space.end() if space else position
