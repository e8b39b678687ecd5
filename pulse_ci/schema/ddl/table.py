"""Tables built from the parts of a CREATE TABLE, wherever these are written.

What concerns one column alone goes to that column: its key, its CHECKs, its foreign keys. The names of
constraints are dropped: they show in an error text and nowhere else. MATCH, ON INSERT and the ON CONFLICT of
a CHECK are dropped too, as SQLite ignores them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ROWID_NAMES, NameScope
from pulse_ci.schema.ddl.draft import is_same_name, read_table_draft
from pulse_ci.schema.ddl.format import FormattedExpression, format_expression, strip_parentheses
from pulse_ci.schema.ddl.keys import NO_KEYS, TableKeys, resolve_keys
from pulse_ci.schema.schema import Column, Table, make_comparison_key
from pulse_ci.sql.names import CLOCK_WORDS, TRUTH_WORDS, fold, quote_if_needed, quote_names, quote_string
from pulse_ci.sql.tokens import Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.schema.ddl.classify import Tokens
    from pulse_ci.schema.ddl.draft import ColumnDraft, TableDraft
    from pulse_ci.schema.schema import ForeignKey, KeyConstraint

ParentKeys = tuple[tuple[str, tuple[str, ...]], ...]
# By the folded name of the only column that they use; None for the others.
ChecksByColumn = dict[str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TableConstraints:
    """What the constraints of a table say, wherever they are written."""

    keys: TableKeys = NO_KEYS
    checks: ChecksByColumn = field(default_factory=dict)
    foreign_keys: tuple[ForeignKey, ...] = ()

    def list_checks(self, column: str) -> tuple[str, ...]:
        """Return the CHECKs that use this column alone."""
        return self.checks.get(fold(column), ())

    def list_references(self, column: str) -> tuple[ForeignKey, ...]:
        """Return the foreign keys of this column alone."""
        own = (key for key in self.foreign_keys if len(key.columns) == 1)
        return tuple(key for key in own if is_same_name(key.columns[0], column))

    def format_table_constraints(self) -> list[str]:
        """Return the text of those that concern several columns."""
        return [
            *sorted(self.keys.format_table_constraints()),
            *(f"CHECK ({check})" for check in self.checks.get(None, ())),
            *(_format_foreign_key(key) for key in self.foreign_keys if len(key.columns) > 1),
        ]


def parse_table(name: str, sql: str, parent_keys: ParentKeys = ()) -> Table:
    """Return the table that a CREATE TABLE makes.

    `parent_keys` are the primary keys of tables by folded name, for each REFERENCES that names no columns.
    """
    draft = read_table_draft(sql)
    keys = resolve_keys(draft)
    _imply_not_null(draft, keys)
    names = frozenset(fold(column.name) for column in draft.columns)
    scope = NameScope(names | ROWID_NAMES, frozenset({fold(name), "main"}))
    checks = _group_by_column((format_expression(check, scope) for check in draft.checks), names)
    own_key = {fold(name): keys.primary.columns} if keys.primary else {}
    foreign_keys = _resolve_foreign_keys(draft.foreign_keys, dict(parent_keys) | own_key)
    constraints = TableConstraints(keys, checks, foreign_keys)
    columns = tuple(build_column(column, constraints, scope) for column in draft.columns)
    return _build_table(name, sql, draft, constraints, columns)


def _imply_not_null(draft: TableDraft, keys: TableKeys) -> None:
    if not (draft.without_rowid or draft.strict) or keys.primary is None or keys.rowid_alias:
        return
    members = set(map(fold, keys.primary.columns))
    for column in draft.columns:
        column.not_null |= fold(column.name) in members


def _group_by_column(checks: Iterable[FormattedExpression], columns: frozenset[str]) -> ChecksByColumn:
    found: ChecksByColumn = {}
    different = {make_comparison_key(check.text): check for check in checks}
    for _, check in sorted(different.items()):
        used = check.names & columns
        column = next(iter(used)) if len(used) == 1 else None
        found[column] = (*found.get(column, ()), check.text)
    return found


def _resolve_foreign_keys(
    keys: Iterable[ForeignKey], parent_keys: Mapping[str, tuple[str, ...]]
) -> tuple[ForeignKey, ...]:
    found: dict[str, ForeignKey] = {}
    for key in keys:
        implied = parent_keys.get(fold(key.parent), ())
        if not key.parent_columns and len(implied) == len(key.columns):
            key = replace(key, parent_columns=implied)
        found[make_comparison_key(_format_foreign_key(key))] = key
    return tuple(key for _, key in sorted(found.items()))


def _build_table(
    name: str, sql: str, draft: TableDraft, constraints: TableConstraints, columns: tuple[Column, ...]
) -> Table:
    table_constraints = constraints.format_table_constraints()
    lines = ",\n".join(f"  {line}" for line in [*(column.normalized_sql for column in columns), *table_constraints])
    options = ", ".join(["STRICT"] * draft.strict + ["WITHOUT ROWID"] * draft.without_rowid)
    normalized_sql = f"CREATE TABLE {quote_if_needed(name)} (\n{lines}\n) {options}".rstrip()
    return Table(
        name=name,
        columns=columns,
        primary_key=constraints.keys.primary,
        uniques=constraints.keys.uniques,
        checks=tuple(chain.from_iterable(constraints.checks.values())),
        foreign_keys=constraints.foreign_keys,
        strict=draft.strict,
        without_rowid=draft.without_rowid,
        rowid_alias=constraints.keys.rowid_alias,
        sql=sql,
        normalized_sql=normalized_sql,
        comparison_key=make_comparison_key(normalized_sql, *(column.name for column in columns)),
        table_level_key=make_comparison_key("\n".join([*table_constraints, options])),
    )


def build_column(draft: ColumnDraft, constraints: TableConstraints, scope: NameScope) -> Column:
    """Return the column with its keys, checks and foreign keys in a fixed order."""
    default = format_default(draft.default) if draft.default else None
    collation = None if is_same_name(draft.collation, "BINARY") else draft.collation
    generated = format_expression(draft.generated, scope).text if draft.generated else None
    primary, unique = constraints.keys.find_column_keys(draft.name)
    checks, references = constraints.list_checks(draft.name), constraints.list_references(draft.name)
    clauses = [
        quote_if_needed(draft.name),
        draft.type,
        _format_primary_key(primary) if primary else "",
        _add_on_conflict("NOT NULL", draft.not_null_on_conflict) if draft.not_null else "",
        _add_on_conflict("UNIQUE", unique.on_conflict) if unique else "",
        f"DEFAULT {default}" if default else "",
        f"COLLATE {quote_if_needed(collation)}" if collation else "",
        *(f"CHECK ({check})" for check in checks),
        *(_format_references(key) for key in references),
        f"GENERATED ALWAYS AS ({generated}) {'STORED' if draft.stored else 'VIRTUAL'}" if generated else "",
    ]
    normalized_sql = " ".join(filter(None, clauses))
    return Column(
        name=draft.name,
        type=draft.type,
        not_null=draft.not_null,
        default=default,
        collation=collation,
        primary_key_position=constraints.keys.find_position(draft.name),
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
    if len(inner) == 1:
        return None if inner[0].keyword == "NULL" else _format_literal(inner[0])
    if len(inner) == 2 and inner[1].kind is TokenKind.NUMBER and inner[0].text in "+-":
        return inner[0].text.replace("+", "") + inner[1].text.lower()
    return f"({format_expression(inner, NameScope()).text})"


def _format_literal(token: Token) -> str:
    if token.keyword in CLOCK_WORDS:
        return token.keyword
    if token.keyword in TRUTH_WORDS:
        return "1" if token.keyword == "TRUE" else "0"
    match token.kind:
        case TokenKind.WORD | TokenKind.QUOTED:
            # A bare word or a quoted name is a text here: DEFAULT active.
            return quote_string(token.name)
        case TokenKind.NUMBER:
            return token.text.lower()
        case TokenKind.BLOB:
            return token.text.upper()
        case _:
            return token.text


def _format_primary_key(key: KeyConstraint) -> str:
    text = "PRIMARY KEY DESC" if key.indexed_columns[0].descending else "PRIMARY KEY"
    return _add_on_conflict(text, key.on_conflict) + " AUTOINCREMENT" * key.autoincrement


def _add_on_conflict(clause: str, on_conflict: str | None) -> str:
    return f"{clause} ON CONFLICT {on_conflict}" if on_conflict else clause


def _format_foreign_key(key: ForeignKey) -> str:
    return f"FOREIGN KEY {quote_names(key.columns)} {_format_references(key)}"


def _format_references(key: ForeignKey) -> str:
    text = f"REFERENCES {quote_if_needed(key.parent)}"
    if key.parent_columns:
        text += f" {quote_names(key.parent_columns)}"
    if key.on_delete != "NO ACTION":
        text += f" ON DELETE {key.on_delete}"
    if key.on_update != "NO ACTION":
        text += f" ON UPDATE {key.on_update}"
    return f"{text} DEFERRABLE INITIALLY DEFERRED" if key.deferred else text
