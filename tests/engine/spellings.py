"""A meant schema to SQL texts, one of the many that say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.sql.names import JOIN_WORDS, RESERVED_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.engine.specs import (
        ColumnSpec,
        IndexSpec,
        Reference,
        SchemaSpec,
        TableSpec,
        TermSpec,
        Tokens,
        TriggerSpec,
        ViewSpec,
    )

_SPACES = [" ", " ", " ", "  ", "\n", "\t", " /* it's */ ", ' -- "x\n', "\r\n"]
# Keywords that SQLite reads as such in some place of the generated statements.
_QUOTED = RESERVED_WORDS | JOIN_WORDS | {"MATCH", "END", "DESC", "ROWS"}


@dataclass(frozen=True)
class Speller:
    """Spells in ways that chance decides; with no chance, plainly."""

    chance: Random
    names: frozenset[str]

    def maybe(self) -> bool:
        return self.chance.random() < 0.5

    def word(self, word: str) -> str:
        return self.chance.choice([word, word.lower(), word.title()])

    def name(self, name: str, *, single: bool = False) -> str:
        cased = self.chance.choice([name, name.lower(), name.upper()]) if name.isascii() else name
        return self.given(cased, single=single)

    def given(self, cased: str, *, single: bool = False) -> str:
        """The name of a column where it gets it, which keeps its case."""
        quoted = [f'"{cased.replace(chr(34), chr(34) * 2)}"', f"`{cased}`", f"[{cased}]"]
        if single:
            quoted.append(f"'{cased}'")
        if re.fullmatch(r"[^\W\d]\w*", cased) and cased.upper() not in _QUOTED:
            quoted += [cased] * 4
        return self.chance.choice(quoted)

    def string(self, literal: str) -> str:
        text = literal[1:-1].replace("''", "'")
        known = text.lower() in self.names or '"' in text
        return literal if known or self.maybe() else f'"{text}"'

    def space(self) -> str:
        return self.chance.choice(_SPACES)

    def joined(self, *parts: str) -> str:
        found = [part for part in parts if part]
        spaced = (part if part.endswith(" ") else part + self.space() for part in found[:-1])
        return "".join([*spaced, *found[-1:]])

    def code(self, tokens: Tokens) -> str:
        return self.joined(*(self.token(token, last) for last, token in zip(("", *tokens), tokens, strict=False)))

    def token(self, token: str, last: str) -> str:
        if token[0] == "@":
            return self.given(token[1:]) if last == "AS" else self.name(token[1:])
        if token[0] == "'":
            return self.string(token) if token not in ("'no'", "'!'") else token
        if token.isalpha():
            return self.word(token)
        return self.chance.choice({"=": ["=", "=="], "<>": ["<>", "!="]}.get(token, [token]))

    def enclosed(self, tokens: Tokens) -> str:
        text = f"({self.code(tokens)})"
        return f"({text})" if self.chance.random() < 0.2 else text

    def listed(self, names: tuple[str, ...]) -> str:
        return f"({', '.join(self.name(name, single=True) for name in names)})"

    def constrained(self, text: str) -> str:
        """A constraint, perhaps with a name."""
        return (
            self.joined(self.word("CONSTRAINT"), self.name("some_name"), text) if self.chance.random() < 0.2 else text
        )

    def head(self, *words: str, name: str) -> str:
        exists = [self.word(word) for word in ("IF", "NOT", "EXISTS")] if self.maybe() else []
        qualified = self.name(name, single=True) if self.maybe() else f"main.{self.name(name, single=True)}"
        return self.joined(*map(self.word, words), *exists, qualified)


def spell_table(table: TableSpec, speller: Speller) -> str:
    inner, outer = [], []
    in_column = {column.name: list(_in_column(column, table, speller)) for column in table.columns}
    for constraint, home in _either(table, speller):
        in_column[home].append(constraint[0]) if speller.maybe() else outer.append(constraint[1])
    outer += _table_constraints(table, speller)
    for column in table.columns:
        speller.chance.shuffle(in_column[column.name])
        constraints = map(speller.constrained, in_column[column.name])
        inner.append(speller.joined(speller.given(column.name, single=True), spell_type(column, speller), *constraints))
    speller.chance.shuffle(outer)
    body = ", ".join([*inner, *map(speller.constrained, outer)])
    options = ["STRICT"] * table.strict + ["WITHOUT ROWID"] * table.without_rowid
    speller.chance.shuffle(options)
    return speller.joined(
        speller.head("CREATE", "TABLE", name=table.name), f"({body})", ", ".join(map(speller.word, options))
    )


def spell_column(column: ColumnSpec, table: TableSpec, speller: Speller) -> str:
    """A column's definition alone, as ALTER TABLE … ADD takes it; keys and shared checks are not in it."""
    constraints = list(_in_column(column, table, speller))
    constraints += [constraint[0] for constraint, home in _either(table, speller) if home == column.name]
    speller.chance.shuffle(constraints)
    return speller.joined(speller.given(column.name), spell_type(column, speller), *constraints)


def spell_type(column: ColumnSpec, speller: Speller) -> str:
    return speller.chance.choice([column.type, column.type.lower(), column.type.replace("(", " ( ")]) + " " * bool(
        column.type
    )


def _in_column(column: ColumnSpec, table: TableSpec, speller: Speller) -> Iterator[str]:
    if column.not_null:
        yield speller.joined(*map(speller.word, ("NOT", "NULL")), _abort(speller))
    elif speller.chance.random() < 0.1:
        yield speller.word("NULL")
    if column.default:
        yield speller.joined(speller.word("DEFAULT"), _default(column.default, speller))
    if column.collation != "BINARY" or speller.chance.random() < 0.2:
        yield speller.joined(speller.word("COLLATE"), speller.name(column.collation))
    if column.generated:
        always = "GENERATED ALWAYS AS" if speller.maybe() else "AS"
        kind = "STORED" if column.stored else speller.chance.choice(["", "VIRTUAL"])
        yield speller.joined(speller.word(always), speller.enclosed(column.generated), speller.word(kind))


def _abort(speller: Speller) -> str:
    return speller.chance.choice(["", "", "ON CONFLICT ABORT", "on conflict abort"])


def _default(tokens: Tokens, speller: Speller) -> str:
    first = tokens[0]
    if first[0] == "'":
        return speller.chance.choice([first, f"({first})", f'"{first[1:-1].replace(chr(39) * 2, chr(39))}"'])
    text = speller.code(tokens)
    return f"({text})" if first != "(" and speller.maybe() else text


def _either(table: TableSpec, speller: Speller) -> Iterator[tuple[tuple[str, str], str]]:
    """Constraints that a column and the table can hold: both texts, and the column."""
    if len(table.key) == 1:
        yield _key(table, speller), table.key[0]
    for column in table.columns:
        if column.unique:
            unique = speller.word("UNIQUE")
            yield (unique, f"{unique} {speller.listed((column.name,))}"), column.name
        if column.check:
            check = f"{speller.word('CHECK')} {speller.enclosed(column.check)}"
            yield (check, check), column.name
        if column.reference:
            text = _references(column.reference, speller)
            yield (text, f"{speller.word('FOREIGN KEY')} {speller.listed((column.name,))} {text}"), column.name


def _key(table: TableSpec, speller: Speller) -> tuple[str, str]:
    key, automatic = speller.word("PRIMARY KEY"), "AUTOINCREMENT" if table.autoincrement else ""
    order = speller.chance.choice(["", "ASC"])
    inside = speller.joined(speller.name(table.key[0], single=True), order, automatic)
    return speller.joined(key, order, automatic), f"{key}({inside}) {_abort(speller)}"


def _references(reference: Reference, speller: Speller) -> str:
    columns = "" if reference.is_key and speller.maybe() else speller.listed(reference.parent_columns)
    actions = [
        speller.word(f"ON {event} {action}")
        for event, action in (("DELETE", reference.on_delete), ("UPDATE", reference.on_update))
        if action != "NO ACTION" or speller.maybe()
    ]
    speller.chance.shuffle(actions)
    immediate = ["", "NOT DEFERRABLE", "DEFERRABLE INITIALLY IMMEDIATE"]
    deferral = "DEFERRABLE INITIALLY DEFERRED" if reference.deferred else speller.chance.choice(immediate)
    parent = speller.name(reference.parent, single=True)
    return speller.joined(speller.word("REFERENCES"), parent, columns, *actions, speller.word(deferral))


def _table_constraints(table: TableSpec, speller: Speller) -> Iterator[str]:
    if len(table.key) > 1:
        yield f"{speller.word('PRIMARY KEY')}{speller.listed(table.key)}"
    for names in table.uniques:
        yield speller.joined(speller.word("UNIQUE"), speller.listed(names), _abort(speller))
    for check in table.checks:
        yield speller.joined(speller.word("CHECK"), speller.enclosed(check))


def spell_index(index: IndexSpec, speller: Speller) -> str:
    head = speller.head("CREATE", *["UNIQUE"] * index.unique, "INDEX", name=index.name)
    inside = ", ".join(_term(term, speller) for term in index.terms)
    where = [speller.word("WHERE"), speller.enclosed(index.where) if speller.maybe() else speller.code(index.where)]
    return speller.joined(
        head, speller.word("ON"), speller.name(index.table), f"({inside})", *where * bool(index.where)
    )


def _term(term: TermSpec, speller: Speller) -> str:
    collation = [speller.word("COLLATE"), speller.word(term.collation)] if term.collation else []
    order = speller.word("DESC") if term.descending else speller.chance.choice(["", "ASC"])
    return speller.joined(speller.code(term.tokens), *collation, order)


def spell_view(view: ViewSpec, speller: Speller) -> str:
    names = ", ".join(speller.given(name, single=True) for name in view.columns)
    columns = f"({names})" if names else ""
    return speller.joined(
        speller.head("CREATE", "VIEW", name=view.name), columns, speller.word("AS"), speller.code(view.select)
    )


def spell_trigger(trigger: TriggerSpec, speller: Speller) -> str:
    time = "" if trigger.time == "BEFORE" and speller.maybe() else speller.word(trigger.time)
    of = ", ".join(map(speller.name, speller.chance.sample(trigger.columns, len(trigger.columns))))
    each = speller.word("FOR EACH ROW") if speller.maybe() else ""
    when = [speller.word("WHEN"), speller.enclosed(trigger.when)] if trigger.when else []
    body = [f"{speller.code(tokens)};" for tokens in trigger.body]
    return speller.joined(
        *(speller.head("CREATE", "TRIGGER", name=trigger.name), time, speller.word(trigger.event)),
        *(speller.word("OF") if of else "", of, speller.word("ON"), speller.name(trigger.table), each, *when),
        *(speller.word("BEGIN"), *body, speller.word("END")),
    )


def speller_for(schema: SchemaSpec, chance: Random) -> Speller:
    names = {name for table in schema.tables for name in (table.name, *table.names)}
    return Speller(chance, frozenset(map(str.lower, names)))
