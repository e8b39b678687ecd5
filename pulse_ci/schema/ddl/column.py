"""A column's draft, and what the table's constraints say of it, to a Column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import Scope
from pulse_ci.schema.ddl.ddl_ast import same_name
from pulse_ci.schema.ddl.format import bare, expression
from pulse_ci.schema.ddl.keywords import CLOCK_WORDS, TRUTH_WORDS, meaning, quote_name, quote_string
from pulse_ci.schema.ddl.references_clause import spell_references
from pulse_ci.schema.schema import Column
from pulse_ci.sql.tokens import TokenKind, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.constraints import ForeignKey, Key
    from pulse_ci.schema.ddl.classify import Tokens
    from pulse_ci.schema.ddl.ddl_ast import ColumnDraft
    from pulse_ci.schema.ddl.keys import Keys


def build_column(
    draft: ColumnDraft,
    keys: Keys,
    checks: tuple[str, ...],
    references: tuple[ForeignKey, ...],
    scope: Scope,
) -> Column:
    """Return the column with its keys, checks and foreign keys, which stand in one order."""
    default = spell_default(draft.default) if draft.default else None
    collation = None if same_name(draft.collation, "BINARY") else draft.collation
    generated = expression(draft.generated, scope).text if draft.generated else None
    primary, unique = keys.in_column(draft.name)
    clauses = [
        quote_name(draft.name),
        draft.type,
        *_spelled_primary(primary),
        *_with_conflict("NOT NULL", draft.not_null, draft.not_null_conflict),
        *_with_conflict("UNIQUE", unique is not None, unique.conflict if unique else None),
        f"DEFAULT {default}" if default else "",
        f"COLLATE {quote_name(collation)}" if collation else "",
        *(f"CHECK ({check})" for check in checks),
        *(spell_references(key) for key in references),
        f"GENERATED ALWAYS AS ({generated}) {'STORED' if draft.stored else 'VIRTUAL'}" if generated else "",
    ]
    canonical = " ".join(filter(None, clauses))
    return Column(
        name=draft.name,
        type=draft.type,
        not_null=draft.not_null,
        default=default,
        collation=collation,
        primary_key=_place(draft.name, keys.primary),
        unique=unique is not None,
        generated=generated,
        stored=draft.stored,
        checks=checks,
        references=references,
        canonical=canonical,
        meaning=meaning(canonical, draft.name),
    )


def spell_default(tokens: Tokens) -> str | None:
    """Return a default value in one spelling; None for NULL, which is the default anyway."""
    inner = bare(tokens)
    words = [token.keyword for token in inner]
    if words == ["NULL"]:
        return None
    if len(inner) == 1:
        return _literal(inner[0].kind, inner[0].text)
    signed = len(inner) == 2 and inner[1].kind is TokenKind.NUMBER
    if signed and inner[0].text in "+-":
        return inner[0].text.replace("+", "") + inner[1].text.lower()
    return f"({expression(inner, Scope()).text})"


def _literal(kind: TokenKind, text: str) -> str:
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


def _spelled_primary(key: Key | None) -> Iterator[str]:
    if key is None:
        return
    yield "PRIMARY KEY DESC" if key.terms[0].descending else "PRIMARY KEY"
    if key.conflict:
        yield f"ON CONFLICT {key.conflict}"
    if key.autoincrement:
        yield "AUTOINCREMENT"


def _with_conflict(clause: str, present: bool, conflict: str | None) -> Iterator[str]:
    if present:
        yield f"{clause} ON CONFLICT {conflict}" if conflict else clause


def _place(name: str, key: Key | None) -> int:
    places = (place for place, column in enumerate(key.columns if key else (), 1) if same_name(column, name))
    return next(places, 0)
