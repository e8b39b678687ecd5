"""An INSERT that copies rows to the columns that it fills and the SELECT that it fills them from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.sql.names import unquote
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulse_ci.sql.tokens import Token

_NAME_KINDS = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)


@dataclass(frozen=True, slots=True)
class InsertSelect:
    """What an INSERT … SELECT copies; `columns` is empty where the statement lists none."""

    columns: tuple[str, ...]
    select: str


def find_insert_select(sql: str) -> InsertSelect | None:
    """Return what a statement copies; None where it is no INSERT … SELECT, or begins with WITH."""
    code = [token for token in tokenize_code(sql) if token.kind is not TokenKind.SEMICOLON]
    at = _find_table_end(code)
    if at is None:
        return None
    columns, at = _read_columns(code, at)
    if at >= len(code) or code[at].keyword not in ("SELECT", "WITH"):
        return None
    return InsertSelect(columns, sql[code[at].start : _find_select_end(code, at)])


def find_insert_columns(sql: str) -> tuple[str, ...]:
    """Return the columns that an INSERT lists; empty where it lists none, or is something else."""
    code = list(tokenize_code(sql))
    at = _find_table_end(code)
    return _read_columns(code, at)[0] if at is not None else ()


def add_or_ignore(sql: str) -> str | None:
    """Return an INSERT that passes over the rows that break a constraint; None for anything but a plain INSERT."""
    code = list(islice(tokenize_code(sql), 2))
    if [token.keyword for token in code] != ["INSERT", "INTO"]:
        return None
    return f"{sql[: code[0].end]} OR IGNORE{sql[code[0].end :]}"


def _find_table_end(code: Sequence[Token]) -> int | None:
    words = [token.keyword for token in code[:5]]
    if words[:1] not in (["INSERT"], ["REPLACE"]) or "INTO" not in words:
        return None
    at = words.index("INTO") + 2
    at += 2 * (code[at : at + 1] != [] and code[at].text == ".")
    return at + 2 * (code[at : at + 1] != [] and code[at].keyword == "AS")


def _read_columns(code: Sequence[Token], at: int) -> tuple[tuple[str, ...], int]:
    if at >= len(code) or code[at].text != "(":
        return (), at
    end = next((index for index in range(at, len(code)) if code[index].text == ")"), len(code))
    return tuple(unquote(token.text) for token in code[at:end] if token.kind in _NAME_KINDS), end + 1


def _find_select_end(code: Sequence[Token], at: int) -> int:
    """Return where the SELECT ends: before ON CONFLICT or RETURNING, or with the statement."""
    depth, end = 0, code[at].end
    for index, token in enumerate(code[at:], at):
        depth += (token.text == "(") - (token.text == ")")
        following = code[index + 1].keyword if index + 1 < len(code) else ""
        if depth == 0 and (token.keyword == "RETURNING" or (token.keyword == "ON" and following == "CONFLICT")):
            break
        end = token.end
    return end
