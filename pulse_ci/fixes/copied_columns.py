"""INSERT … SELECT to what it fills each column with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold, quote_if_needed, unquote
from pulse_ci.sql.tokens import Token, TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.schema.schema import Table

_NAME_KINDS = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)


@dataclass(frozen=True, slots=True)
class TableCopy:
    """All rows of one table copied to another: `columns` is None where all are meant, `values` are SQL or `*`."""

    target: str
    columns: tuple[str, ...] | None
    values: tuple[str, ...]
    source: str

    def map_columns(self, old: Table, new: Table) -> dict[str, str] | None:
        """Return the expression over the old columns for each new one; None where their numbers differ."""
        columns = self.columns or tuple(column.name for column in new.columns if not column.generated)
        values = [value for each in self.values for value in (_quote_columns(old) if each == "*" else [each])]
        return dict(zip(columns, values, strict=True)) if len(columns) == len(values) else None

    @property
    def copies_all_columns(self) -> bool:
        """Whether the copy has the same columns, of the same names."""
        return self.columns is None and self.values == ("*",)


def find_table_copy(sql: str) -> TableCopy | None:
    """Read `INSERT INTO … SELECT … FROM …` or `CREATE TABLE … AS SELECT …`, where all rows of one table are taken.

    None is what takes some rows only, joins, or computes from other tables.
    """
    code = [token for token in tokenize_code(sql) if token.kind is not TokenKind.SEMICOLON]
    select = next((at for at, token in enumerate(code) if token.keyword == "SELECT"), len(code))
    source = next(
        (at for at, (token, depth) in enumerate(_track_depth(code)) if token.keyword == "FROM" and not depth), 0
    )
    head, tail = _parse_target(code[:select]), _parse_source(code[source + 1 :])
    if head is None or tail is None or source < select:
        return None
    values = [
        _parse_value(sql, part, {fold(name) for name in tail}) for part in _split_values(code[select + 1 : source])
    ]
    if not values or any(value is None for value in values):
        return None
    return TableCopy(head[0], head[1], tuple(value for value in values if value), tail[0])


def _quote_columns(table: Table) -> list[str]:
    return [quote_if_needed(column.name) for column in table.columns]


def _parse_target(code: Sequence[Token]) -> tuple[str, tuple[str, ...] | None] | None:
    """Return the table that is filled, and the columns if they are listed."""
    words = [token.keyword for token in code]
    at = next((at for at, word in enumerate(words) if word in ("INTO", "TABLE")), None)
    if at is None or words[0] not in ("INSERT", "REPLACE", "CREATE"):
        return None
    at += 4 if words[at + 1 : at + 4] == ["IF", "NOT", "EXISTS"] else 1
    at += 2 if len(code) > at + 1 and code[at + 1].text == "." else 0
    if len(code) <= at or code[at].kind not in _NAME_KINDS:
        return None
    listed = [unquote(token.text) for token in code[at + 1 :] if token.kind in _NAME_KINDS and token.keyword != "AS"]
    return unquote(code[at].text), tuple(listed) if code[at + 1 :] and code[at + 1].text == "(" else None


def _parse_source(code: Sequence[Token]) -> tuple[str, ...] | None:
    """Return the table that is read, and its alias; None if there is more than that."""
    rest = code[2:] if len(code) > 2 and code[1].text == "." else code
    names = [token for token in rest if token.keyword != "AS"]
    if not 1 <= len(names) <= 2 or any(token.kind not in _NAME_KINDS for token in names):
        return None
    return tuple(unquote(token.text) for token in names)


def _track_depth(code: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    depth = 0
    for token in code:
        depth -= token.text == ")"
        yield token, depth
        depth += token.text == "("


def _split_values(code: Sequence[Token]) -> Iterator[list[Token]]:
    deep = iter(list(_track_depth(code)))
    while part := [token for token, _ in takewhile(lambda each: each[0].text != "," or each[1] > 0, deep)]:
        yield part


def _parse_value(sql: str, code: list[Token], names: set[str]) -> str | None:
    """Return an expression without its alias, and without the table's name before columns."""
    if any(token.keyword in ("SELECT", "DISTINCT") for token in code):
        return None
    if len(code) > 2 and code[-2].keyword == "AS":
        code = code[:-2]
    text, at = "", code[0].start
    for token, following in zip(code, [*code[1:], None], strict=True):
        if following and following.text == "." and fold(unquote(token.text)) in names:
            text += sql[at : token.start]
            at = following.end
    return text + sql[at : code[-1].end]
