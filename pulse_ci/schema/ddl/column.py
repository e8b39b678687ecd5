"""A column's draft, and what the table's constraints say of it, to a Column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import NameScope
from pulse_ci.schema.ddl.ddl_ast import is_same_name
from pulse_ci.schema.ddl.format import format_expression, strip_parentheses
from pulse_ci.schema.ddl.references_clause import format_references
from pulse_ci.schema.schema import Column, make_comparison_key
from pulse_ci.sql.names import CLOCK_WORDS, TRUTH_WORDS, quote_if_needed, quote_string, unquote
from pulse_ci.sql.tokens import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.constraints import ForeignKey, KeyConstraint
    from pulse_ci.schema.ddl.classify import Tokens
    from pulse_ci.schema.ddl.ddl_ast import ColumnDraft
    from pulse_ci.schema.ddl.keys import TableKeys


def build_column(
    draft: ColumnDraft,
    keys: TableKeys,
    checks: tuple[str, ...],
    references: tuple[ForeignKey, ...],
    scope: NameScope,
) -> Column:
    """Return the column with its keys, checks and foreign keys, which stand in one order."""
    default = format_default(draft.default) if draft.default else None
    collation = None if is_same_name(draft.collation, "BINARY") else draft.collation
    generated = format_expression(draft.generated, scope).text if draft.generated else None
    primary, unique = keys.find_column_keys(draft.name)
    clauses = [
        quote_if_needed(draft.name),
        draft.type,
        *_format_primary_key(primary),
        *_format_with_conflict("NOT NULL", draft.not_null, draft.not_null_on_conflict),
        *_format_with_conflict("UNIQUE", unique is not None, unique.on_conflict if unique else None),
        f"DEFAULT {default}" if default else "",
        f"COLLATE {quote_if_needed(collation)}" if collation else "",
        *(f"CHECK ({check})" for check in checks),
        *(format_references(key) for key in references),
        f"GENERATED ALWAYS AS ({generated}) {'STORED' if draft.stored else 'VIRTUAL'}" if generated else "",
    ]
    normalized_sql = " ".join(filter(None, clauses))
    return Column(
        name=draft.name,
        type=draft.type,
        not_null=draft.not_null,
        default=default,
        collation=collation,
        primary_key_position=_find_key_position(draft.name, keys.primary),
        unique=unique is not None,
        generated=generated,
        stored=draft.stored,
        checks=checks,
        references=references,
        normalized_sql=normalized_sql,
        comparison_key=make_comparison_key(normalized_sql, draft.name),
    )


def format_default(tokens: Tokens) -> str | None:
    """Return a default value in one spelling; None for NULL, which is the default anyway."""
    inner = strip_parentheses(tokens)
    words = [token.keyword for token in inner]
    if words == ["NULL"]:
        return None
    if len(inner) == 1:
        return _format_literal(inner[0].kind, inner[0].text)
    signed = len(inner) == 2 and inner[1].kind is TokenKind.NUMBER
    if signed and inner[0].text in "+-":
        return inner[0].text.replace("+", "") + inner[1].text.lower()
    return f"({format_expression(inner, NameScope()).text})"


def _format_literal(kind: TokenKind, text: str) -> str:
    word = text.upper()
    match kind:
        case TokenKind.WORD if word in CLOCK_WORDS:
            return word
        case TokenKind.WORD if word in TRUTH_WORDS:
            return "1" if word == "TRUE" else "0"
        case TokenKind.WORD | TokenKind.QUOTED:
            # A bare word or a quoted name is a text here: DEFAULT active.
            return quote_string(unquote(text))
        case TokenKind.NUMBER:
            return text.lower()
        case TokenKind.BLOB:
            return word
        case _:
            return text


def _format_primary_key(key: KeyConstraint | None) -> Iterator[str]:
    if key is None:
        return
    yield "PRIMARY KEY DESC" if key.indexed_columns[0].descending else "PRIMARY KEY"
    if key.on_conflict:
        yield f"ON CONFLICT {key.on_conflict}"
    if key.autoincrement:
        yield "AUTOINCREMENT"


def _format_with_conflict(clause: str, present: bool, on_conflict: str | None) -> Iterator[str]:
    if present:
        yield f"{clause} ON CONFLICT {on_conflict}" if on_conflict else clause


def _find_key_position(name: str, key: KeyConstraint | None) -> int:
    places = (place for place, column in enumerate(key.columns if key else (), 1) if is_same_name(column, name))
    return next(places, 0)
