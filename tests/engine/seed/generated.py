"""Whole schemas from a number: always the same ones, each of which D1 accepts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_TYPES = [
    "TEXT",
    "INTEGER",
    "REAL",
    "BLOB",
    "NUMERIC",
    "VARCHAR(40)",
    "BOOLEAN",
    "DATETIME",
    "JSON",
    "DECIMAL(10,2)",
    "",
]
_STRICT_TYPES = ["TEXT", "INTEGER", "INT", "REAL", "BLOB", "ANY"]
_NUMERIC_CHECKS = [
    "{0} > 0",
    "{0} >= 0 AND {0} < 100",
    "{0} BETWEEN 5 AND 10080",
    "{0} IN (1, 2, 3, 5, 8)",
    "{0} <> 0",
    "{0} BETWEEN -90.5 AND 90.5",
    "{0} NOT IN (0, 1)",
    "{0} IS NULL OR {0} > 1000",
    "{0} % 5 = 0",
    "abs({0}) <= 40",
]
_TEXT_CHECKS = [
    "{0} IN ('draft', 'running', 'it''s done')",
    "length({0}) = 3",
    "length({0}) BETWEEN 1 AND 200",
    "length(trim({0})) > 0",
    "{0} <> ''",
    "{0} LIKE 'https://%'",
    "{0} LIKE '%@%.%'",
    "{0} GLOB '[A-Z][A-Z]'",
    "{0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
    "length({0}) = 40 AND {0} NOT GLOB '*[^0-9a-f]*'",
    "json_valid({0})",
    "{0} IS NULL OR json_type({0}) = 'object'",
    "json_array_length({0}) >= 1",
    "{0} = lower({0})",
    "{0} IS date({0})",
    "instr({0}, ':') > 0",
    "substr({0}, 1, 3) = 'id_' AND length({0}) >= 8",
]
_ANY_CHECKS = ["typeof({0}) IN ('integer', 'text', 'null')", "{0} IS NOT 'x'", "length({0}) < 50"]
_PAIR_CHECKS = [
    "{0} <= {1}",
    "{0} <> {1}",
    "{0} IS NULL OR {1} IS NOT NULL",
    "{0} IS NOT NULL OR {1} IS NOT NULL",
    "coalesce({0}, 0) <= coalesce({1}, 0)",
    "({0} IS NULL) = ({1} IS NULL)",
]
_ACTIONS = [
    "",
    " ON DELETE CASCADE",
    " ON DELETE SET NULL ON UPDATE CASCADE",
    " ON DELETE RESTRICT",
    " DEFERRABLE INITIALLY DEFERRED",
]


@dataclass
class _Table:
    name: str
    strict: bool
    without_rowid: bool
    columns: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    plain: list[tuple[str, str]] = field(default_factory=list)  # name, type
    key: tuple[str, ...] = ()
    key_types: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        options = ", ".join(["STRICT"] * self.strict + ["WITHOUT ROWID"] * self.without_rowid)
        return f"CREATE TABLE {self.name} ({', '.join([*self.columns, *self.constraints])}) {options}"


def statements(number: int) -> list[str]:
    """The statements of the schema with this number."""
    chance = random.Random(number)
    tables = [_table(chance, f"t{place}") for place in range(chance.randint(1, 7))]
    for place, table in enumerate(tables):
        _refer(chance, table, tables, place)
    extras = [sql for table in tables for sql in _extras(chance, table)]
    return [*(table.sql for table in tables), *extras]


def _table(chance: random.Random, name: str) -> _Table:
    table = _Table(name, chance.random() < 0.3, chance.random() < 0.2)
    _give_key(chance, table)
    for place in range(chance.randint(not table.key, 7)):
        _give_column(chance, table, f"c{place}")
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        alike = _alike(chance, table)
        if alike:
            table.constraints.append(f"CHECK ({chance.choice(_PAIR_CHECKS).format(*alike)})")
    if len(table.plain) > 2 and chance.random() < 0.2:
        one, other = chance.sample([name for name, _ in table.plain], 2)
        table.constraints.append(f"UNIQUE ({one}, {other})")
    return table


def _give_key(chance: random.Random, table: _Table) -> None:
    kind = chance.choice(["rowid", "rowid", "auto", "text", "text", "pair", "none"])
    if table.without_rowid and kind in ("none", "auto"):
        kind = "text"
    match kind:
        case "rowid" | "auto":
            suffix = " AUTOINCREMENT" * (kind == "auto")
            table.columns.append(f"id INTEGER PRIMARY KEY{suffix}")
            table.key, table.key_types = ("id",), ("INTEGER",)
        case "text":
            check = chance.choice(["", "", " CHECK (length(id) = 26)", " CHECK (id LIKE 'k-%')"])
            table.columns.append(f"id TEXT PRIMARY KEY NOT NULL{check}")
            table.key, table.key_types = ("id",), ("TEXT",)
        case "pair":
            table.columns += ["id INTEGER NOT NULL", "part TEXT NOT NULL"]
            table.constraints.append("PRIMARY KEY (id, part)")
            table.key, table.key_types = ("id", "part"), ("INTEGER", "TEXT")


def _give_column(chance: random.Random, table: _Table, name: str) -> None:
    kind = chance.choice(_STRICT_TYPES if table.strict else _TYPES)
    if table.plain and chance.random() < 0.12:
        table.columns.append(f"{name} {'ANY' if table.strict else ''} {_generated(chance, table)}")
        return
    parts = [name, kind]
    parts += ["NOT NULL"] * (chance.random() < 0.45)
    # A STRICT table's BLOB is a blob.
    checks = _ANY_CHECKS[1:] if table.strict and kind == "BLOB" else _checks(kind)
    if chance.random() < 0.4:
        parts.append(f"CHECK ({chance.choice(checks).format(name)})")
    elif chance.random() < 0.3:
        parts.append(f"DEFAULT {chance.choice(['0', '-1', 'NULL', '(1 + 1)'])}" if kind != "TEXT" else "DEFAULT ''")
        if table.strict and kind == "BLOB":
            parts.pop()
    parts += ["UNIQUE"] * (chance.random() < 0.12)
    parts += ["COLLATE NOCASE"] * (kind == "TEXT" and chance.random() < 0.2)
    table.columns.append(" ".join(parts))
    table.plain.append((name, kind))


def _generated(chance: random.Random, table: _Table) -> str:
    name, _ = chance.choice(table.plain)
    expression = chance.choice([f"{name} || 'x'", f"{name} IS NULL", f"length({name})", f"coalesce({name}, 0)"])
    return f"GENERATED ALWAYS AS ({expression}) {chance.choice(['STORED', 'VIRTUAL'])}"


def _checks(kind: str) -> list[str]:
    match kind:
        case "TEXT" | "VARCHAR(40)":
            return _TEXT_CHECKS
        case "INTEGER" | "INT" | "REAL" | "NUMERIC" | "DECIMAL(10,2)":
            return _NUMERIC_CHECKS
        case _:
            return _ANY_CHECKS


def _alike(chance: random.Random, table: _Table) -> list[str]:
    chance.shuffle(table.plain)
    for name, kind in table.plain:
        others = [other for other, another in table.plain if another == kind and other != name]
        if others:
            return [name, chance.choice(others)]
    return []


def _refer(chance: random.Random, table: _Table, tables: list[_Table], place: int) -> None:
    for count in range(chance.choice([0, 1, 1, 2, 3])):
        # Mostly to a table before it, as people do; now and then to itself or to a later one.
        among = tables[:place] if place and chance.random() < 0.8 else tables
        parent = chance.choice(among)
        if not parent.key:
            continue
        names = [f"{parent.name}_{key}_{count}" for key in parent.key]
        types = parent.key_types
        needed = " NOT NULL" * (chance.random() < 0.4)
        unique = " UNIQUE" * (chance.random() < 0.1)
        table.columns += [f"{name} {kind}{needed}{unique}" for name, kind in zip(names, types, strict=True)]
        action = chance.choice(_ACTIONS)
        table.constraints.insert(
            0, f"FOREIGN KEY ({', '.join(names)}) REFERENCES {parent.name} ({', '.join(parent.key)}){action}"
        )


def _extras(chance: random.Random, table: _Table) -> list[str]:
    found = []
    names = [name for name, _ in table.plain]
    if names and chance.random() < 0.3:
        term = chance.choice(["{0}", "lower({0})", "{0} COLLATE NOCASE DESC", "coalesce({0}, 0)"]).format(
            chance.choice(names)
        )
        where = chance.choice(
            ["", f" WHERE {chance.choice(names)} IS NOT NULL", f" WHERE {chance.choice(names)} = 'on'"]
        )
        unique = "UNIQUE " * (chance.random() < 0.5)
        found.append(f"CREATE {unique}INDEX i_{table.name} ON {table.name} ({term}){where}")
    if names and chance.random() < 0.15:
        found.append(f"CREATE TABLE log_{table.name} (what TEXT NOT NULL, at INTEGER NOT NULL DEFAULT 0)")
        found.append(
            f"CREATE TRIGGER g_{table.name} AFTER INSERT ON {table.name} BEGIN "
            f"INSERT INTO log_{table.name} (what) VALUES (coalesce(new.{chance.choice(names)}, '-')); END"
        )
    if names and chance.random() < 0.1:
        found.append(
            f"CREATE TRIGGER b_{table.name} BEFORE INSERT ON {table.name} WHEN new.{chance.choice(names)} = 'bad' "
            "BEGIN SELECT RAISE(ABORT, 'bad'); END"
        )
    if chance.random() < 0.08:
        found.append(f"CREATE VIRTUAL TABLE f_{table.name} USING fts5(a, b)")
    return found
