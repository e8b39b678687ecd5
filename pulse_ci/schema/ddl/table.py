"""Tables built from the parts of a CREATE TABLE, wherever these are written.

What concerns one column alone goes to that column: its key, its CHECKs, its foreign keys. The names of
constraints are dropped: they show in an error text and nowhere else. MATCH, ON INSERT and the ON CONFLICT of
a CHECK are dropped too, as SQLite ignores them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ROWID_NAMES, NameScope
from pulse_ci.schema.ddl.draft import is_same_name, read_table_draft
from pulse_ci.schema.ddl.format import FormattedExpression, format_expression, strip_parentheses
from pulse_ci.schema.ddl.keys import TableKeys, resolve_keys
from pulse_ci.schema.schema import Column, Table, make_comparison_key
from pulse_ci.sql.names import CLOCK_WORDS, TRUTH_WORDS, fold, quote_if_needed, quote_names, quote_string
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.schema.ddl.classify import Tokens
    from pulse_ci.schema.ddl.draft import ColumnDraft, TableDraft
    from pulse_ci.schema.schema import ForeignKey, KeyConstraint

ParentKeys = tuple[tuple[str, tuple[str, ...]], ...]
# By the folded name of the only column that they use; None for the others.
ChecksByColumn = dict[str | None, tuple[str, ...]]


def parse_table(name: str, sql: str, parent_keys: ParentKeys = ()) -> Table:
    """Return the table that a CREATE TABLE makes.

    `parent_keys` are the primary keys of tables by folded name, for each REFERENCES that names no columns.
    """
    draft = read_table_draft(sql)
    keys = resolve_keys(draft)
    _imply_not_null(draft, keys)
    names = frozenset(fold(column.name) for column in draft.columns)
    scope = NameScope(names | ROWID_NAMES, frozenset({fold(name), "main"}))
    checks = _group_by_column(_remove_duplicates(format_expression(check, scope) for check in draft.checks), names)
    foreign_keys = _resolve_foreign_keys(draft, dict(parent_keys), keys, name)
    columns = _build_columns(draft, keys, checks, foreign_keys, scope)
    return _build_table(name, sql, draft, keys, checks, foreign_keys, columns)


def _imply_not_null(draft: TableDraft, keys: TableKeys) -> None:
    if not (draft.without_rowid or draft.strict) or keys.primary is None or keys.rowid_alias:
        return
    members = set(map(fold, keys.primary.columns))
    for column in draft.columns:
        column.not_null |= fold(column.name) in members


def _remove_duplicates(found: Iterable[FormattedExpression]) -> tuple[FormattedExpression, ...]:
    by_meaning = {make_comparison_key(each.text): each for each in found}
    return tuple(each for _, each in sorted(by_meaning.items()))


def _resolve_foreign_keys(
    draft: TableDraft, parent_keys: dict[str, tuple[str, ...]], keys: TableKeys, name: str
) -> tuple[ForeignKey, ...]:
    own = {fold(name): keys.primary.columns} if keys.primary else {}
    found: dict[str, ForeignKey] = {}
    for key in draft.foreign_keys:
        implied = (parent_keys | own).get(fold(key.parent), ())
        if not key.parent_columns and len(implied) == len(key.columns):
            key = replace(key, parent_columns=implied)
        found[make_comparison_key(_format_foreign_key(key))] = key
    return tuple(key for _, key in sorted(found.items()))


def _build_columns(
    draft: TableDraft, keys: TableKeys, checks: ChecksByColumn, foreign_keys: tuple[ForeignKey, ...], scope: NameScope
) -> tuple[Column, ...]:
    return tuple(
        build_column(
            column,
            keys,
            checks.get(fold(column.name), ()),
            tuple(key for key in foreign_keys if len(key.columns) == 1 and is_same_name(key.columns[0], column.name)),
            scope,
        )
        for column in draft.columns
    )


def _group_by_column(checks: Iterable[FormattedExpression], columns: frozenset[str]) -> ChecksByColumn:
    found: ChecksByColumn = {}
    for check in checks:
        used = check.names & columns
        column = next(iter(used)) if len(used) == 1 else None
        found[column] = (*found.get(column, ()), check.text)
    return found


def _build_table(
    name: str,
    sql: str,
    draft: TableDraft,
    keys: TableKeys,
    checks: ChecksByColumn,
    foreign_keys: tuple[ForeignKey, ...],
    columns: tuple[Column, ...],
) -> Table:
    constraints = [
        *sorted(keys.format_table_constraints()),
        *(f"CHECK ({check})" for check in checks.get(None, ())),
        *(_format_foreign_key(key) for key in foreign_keys if len(key.columns) > 1),
    ]
    lines = ",\n".join(f"  {line}" for line in [*(column.normalized_sql for column in columns), *constraints])
    options = ", ".join(_list_options(draft))
    normalized_sql = f"CREATE TABLE {quote_if_needed(name)} (\n{lines}\n) {options}".rstrip()
    return Table(
        name=name,
        columns=columns,
        primary_key=keys.primary,
        uniques=keys.uniques,
        checks=tuple(chain.from_iterable(checks.values())),
        foreign_keys=foreign_keys,
        strict=draft.strict,
        without_rowid=draft.without_rowid,
        rowid_alias=keys.rowid_alias,
        module=None,
        arguments=(),
        sql=sql,
        normalized_sql=normalized_sql,
        comparison_key=make_comparison_key(normalized_sql, *(column.name for column in columns)),
        table_level_key=make_comparison_key("\n".join([*constraints, options])),
    )


def _list_options(draft: TableDraft) -> list[str]:
    return ["STRICT"] * draft.strict + ["WITHOUT ROWID"] * draft.without_rowid


def _format_foreign_key(key: ForeignKey) -> str:
    return f"FOREIGN KEY {quote_names(key.columns)} {format_references(key)}"


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
        return _format_literal(inner[0])
    signed = len(inner) == 2 and inner[1].kind is TokenKind.NUMBER
    if signed and inner[0].text in "+-":
        return inner[0].text.replace("+", "") + inner[1].text.lower()
    return f"({format_expression(inner, NameScope()).text})"


def _format_literal(token: Token) -> str:
    text, word = token.text, token.text.upper()
    match token.kind:
        case TokenKind.WORD if word in CLOCK_WORDS:
            return word
        case TokenKind.WORD if word in TRUTH_WORDS:
            return "1" if word == "TRUE" else "0"
        case TokenKind.WORD | TokenKind.QUOTED:
            # A bare word or a quoted name is a text here: DEFAULT active.
            return quote_string(token.name)
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


def format_references(key: ForeignKey) -> str:
    """Return the REFERENCES clause of a foreign key."""
    text = f"REFERENCES {quote_if_needed(key.parent)}"
    if key.parent_columns:
        text += f" {quote_names(key.parent_columns)}"
    if key.on_delete != "NO ACTION":
        text += f" ON DELETE {key.on_delete}"
    if key.on_update != "NO ACTION":
        text += f" ON UPDATE {key.on_update}"
    return f"{text} DEFERRABLE INITIALLY DEFERRED" if key.deferred else text
