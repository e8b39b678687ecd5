"""The three ways in which SQL reaches D1, and how each cuts it into statements.

Source: workerd, src/workerd/util/sqlite.c++, prepareSql() for QUERY and ingestSql() for IMPORT.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pulse_ci.engine.d1_errors import NO_STATEMENT_MESSAGE, STATEMENT_TOO_LONG_MESSAGE
from pulse_ci.engine.limits import MAX_STATEMENT_BYTES
from pulse_ci.errors import D1Refused
from pulse_ci.sql.split import SPACE_PATTERN, find_boundaries

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


class StatementText(NamedTuple):
    """The text of a statement as SQLite gets it, its offset in the request, and whether all its rows are read.

    workerd takes but one step of a statement that others follow in the same string.
    """

    sql: str
    start: int
    read_all: bool


_CHUNK_SIZE = 100
_SPACE = re.compile(r"[ \t\n\r\v\f]*")
_STRAY_SEMICOLON = re.compile(SPACE_PATTERN + ";")


def split_request(sql: str, mode: RequestMode) -> Iterator[StatementText]:
    """Yield the statements of a request; raises D1Refused where D1 meets something that is not one."""
    match mode:
        case RequestMode.BATCH:
            return _split_batch(sql)
        case RequestMode.QUERY:
            return _split_query(sql)
        case RequestMode.IMPORT:
            return _split_import(sql)


def _split_batch(sql: str) -> Iterator[StatementText]:
    # Some at a time: a processor that goes to and fro between cutting and SQLite takes a fifth longer.
    bounds = find_boundaries(sql, MAX_STATEMENT_BYTES)
    while chunk := tuple(islice(bounds, _CHUNK_SIZE)):
        for start, end, _ in chunk:
            yield StatementText(sql[start:end], start, read_all=True)


def _split_query(sql: str) -> Iterator[StatementText]:
    # The parser ends a statement, not sqlite3_complete(): a byte order mark is space to it.
    position = index = 0
    is_too_long = len(sql.encode(errors="replace")) > MAX_STATEMENT_BYTES
    for _, end, terminated in find_boundaries(sql.replace("\ufeff", " "), MAX_STATEMENT_BYTES):
        if is_too_long:
            raise D1Refused(STATEMENT_TOO_LONG_MESSAGE, sql=sql[position:end], statement=index, start=position)
        if end <= position:
            continue
        end = end if terminated else len(sql)
        following = _skip_space(sql, end)
        yield StatementText(sql[position:end], position, read_all=following == len(sql))
        position, index = following, index + 1
    if position < len(sql) or index == 0:
        raise D1Refused(NO_STATEMENT_MESSAGE, sql=sql[position:], statement=index, start=position)


def _split_import(sql: str) -> Iterator[StatementText]:
    position = index = 0
    for start, end, terminated in find_boundaries(sql, MAX_STATEMENT_BYTES):
        _reject_stray_semicolon(sql, position, start, index)
        end = end if terminated else len(sql)
        yield StatementText(sql[position:end], position, read_all=not terminated)
        position, index = end, index + 1
    _reject_stray_semicolon(sql, position, len(sql), index)


def _reject_stray_semicolon(sql: str, position: int, end: int, index: int) -> None:
    stray = _STRAY_SEMICOLON.match(sql, position, end)
    if stray:
        raise D1Refused(NO_STATEMENT_MESSAGE, sql=stray.group(), statement=index, start=position)


def _skip_space(sql: str, position: int) -> int:
    space = _SPACE.match(sql, position)
    return space.end() if space else position
