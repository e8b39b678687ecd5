"""A seed to an application: parents and children, constraints, indexes, triggers, views and FTS5 tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hunt.app import App, Column, Made, Sort, Table, needs_no_parent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

_NAMES = (
    *("accounts", "bookings", "carts", "devices", "events", "files", "games", "houses", "invoices", "jobs", "kits"),
    *("lists", "messages", "notes", "offers", "posts", "queues", "reports", "shops", "tasks", "units", "visits"),
)
_CHOICES = (
    ("state", ("draft", "open", "done")),
    ("role", ("reader", "writer", "owner")),
    ("tier", ("free", "paid")),
    ("kind", ("mail", "call", "visit", "link")),
)
_ACTIONS = ("ON DELETE CASCADE", "ON DELETE CASCADE", "ON DELETE SET NULL", "ON DELETE RESTRICT", "")
_PLAIN = (Sort.JSON, Sort.DATE, Sort.STAMP, Sort.NAME, Sort.MAIL, Sort.PHONE, Sort.PRICE, Sort.COUNT, Sort.FLAG)
_COLUMN_NAMES = {
    Sort.JSON: ("settings", "payload", "meta"),
    Sort.DATE: ("due_at", "starts_on", "created_at"),
    Sort.STAMP: ("seen_at", "sent_at"),
    Sort.NAME: ("name", "title", "label"),
    Sort.MAIL: ("email", "login"),
    Sort.PHONE: ("phone", "zip"),
    Sort.PRICE: ("price", "weight"),
    Sort.COUNT: ("amount", "hits"),
    Sort.FLAG: ("active", "hidden"),
}
_TYPES = {
    Sort.JSON: ("TEXT",),
    Sort.DATE: ("TEXT",),
    Sort.STAMP: ("INTEGER",),
    Sort.NAME: ("TEXT",),
    Sort.MAIL: ("TEXT",),
    Sort.PHONE: ("TEXT",),
    Sort.PRICE: ("REAL", "TEXT", "NUMERIC"),
    Sort.COUNT: ("INTEGER",),
    Sort.FLAG: ("INTEGER",),
}
_DEFAULTS = {Sort.JSON: "'{}'", Sort.COUNT: "0", Sort.FLAG: "0", Sort.NAME: "''", Sort.DATE: "CURRENT_TIMESTAMP"}


AUDIT = Table("audit", (Column("id", Sort.NUMBER_KEY, "INTEGER"), Column("what", Sort.PROSE, "TEXT")))


def generate(random: Random) -> App:
    """Return an application of two to five tables."""
    names = random.sample(_NAMES, random.randint(2, 5))
    tables = [AUDIT] if random.random() < 0.4 else []
    for name in names:
        tables.append(_table(random, name, tables))
    made = [each for table in tables for each in _made(random, table, tables)]
    made.sort(key=lambda each: each.kind == "trigger")
    return App(tuple(tables), tuple(made), tuple(_seeded(random, tables, made)))


def _seeded(random: Random, tables: list[Table], made: list[Made]) -> Iterator[tuple[str, str]]:
    logged = {each.table for each in made if "audit" in each.reads}  # its log would take the ids of later rows
    for table in tables:
        if needs_no_parent(table) and table.name not in logged and random.random() < 0.2:
            yield from (
                (table.name, key) for key in (("501", "502") if table.key.type == "INTEGER" else ("'s1'", "'s2'"))
            )


def _table(random: Random, name: str, before: list[Table]) -> Table:
    strict, numbered = random.random() < 0.12, random.random() < 0.5
    key = Column("id", Sort.NUMBER_KEY if numbered else Sort.TEXT_KEY, "INTEGER" if numbered else "TEXT")
    columns = [key, *_parents(random, name, key, before)]
    sorts = random.sample(_PLAIN, random.randint(2, 5))
    columns += [_plain(random, sort, strict=strict) for sort in sorts]
    if random.random() < 0.5:
        label, choices = random.choice(_CHOICES)
        default = f"'{choices[0]}'" if random.random() < 0.5 else None
        columns.append(Column(label, Sort.CHOICE, "TEXT", True, default, choices=choices))
    if random.random() < 0.3:
        columns.append(Column("body", Sort.PROSE, "TEXT"))
    if random.random() < 0.35:
        columns.append(Column("updated_at", Sort.TOUCHED, "TEXT", True, "CURRENT_TIMESTAMP"))
    columns += _generated(random, columns)
    return Table(
        name,
        tuple(columns),
        autoincrement=numbered and random.random() < 0.4,
        strict=strict,
        without_rowid=not numbered and random.random() < 0.1,
    )


def _parents(random: Random, name: str, key: Column, before: list[Table]) -> list[Column]:
    found, parents = list[Column](), [table for table in before if table is not AUDIT]
    for parent in random.sample(parents, min(len(parents), random.choice((0, 1, 1, 2)))):
        action = random.choice(_ACTIONS)
        needed = action != "ON DELETE SET NULL" and random.random() < 0.6
        column = f"{parent.name[:-1]}_id"
        if random.random() < 0.75:
            found.append(Column(column, Sort.PARENT, parent.key.type, needed, parent=parent.name, action=action))
        else:
            found.append(Column(column, Sort.LOOSE_PARENT, parent.key.type, check=None))
    if random.random() < 0.1:
        action = random.choice(_ACTIONS)
        found.append(Column("above_id", Sort.PARENT, key.type, parent=name, action=action))
    return found


def _plain(random: Random, sort: Sort, *, strict: bool) -> Column:
    name, kind = random.choice(_COLUMN_NAMES[sort]), random.choice(_TYPES[sort])
    default = _DEFAULTS.get(sort) if random.random() < 0.4 else None
    not_null = random.random() < (0.7 if default else 0.4)
    unique = sort is Sort.MAIL and random.random() < 0.4
    collate = "NOCASE" if sort is Sort.MAIL and random.random() < 0.3 else None
    check = f"json_valid({name})" if sort is Sort.JSON and random.random() < 0.15 else None
    kind = "TEXT" if strict and kind == "NUMERIC" else kind
    return Column(name, sort, kind, not_null, default, unique, collate, check=check)


def _generated(random: Random, columns: list[Column]) -> list[Column]:
    if random.random() > 0.2:
        return []
    source = random.choice(columns[1:])
    if source.sort is Sort.JSON:
        return [Column("zone", Sort.GENERATED, "TEXT", expression=f"json_extract({source.name}, '$.zone')")]
    return [Column("shown", Sort.GENERATED, "TEXT", expression=f"lower({source.name})")]


def _made(random: Random, table: Table, tables: list[Table]) -> list[Made]:
    found = list[Made]()
    for column in table.of(Sort.PARENT):
        found.append(_index(f"{table.name}_{column.name}", table, column.name))
    spread = [column for column in table.columns[1:] if not column.expression]
    if random.random() < 0.4:
        column = random.choice(spread)
        where = f" WHERE {column.name} IS NOT NULL" if random.random() < 0.2 else ""
        found.append(_index(f"idx_{table.name}_{column.name}", table, column.name + ")" + where, closed=True))
    if table.of(Sort.MAIL) and not table.of(Sort.MAIL)[0].unique and random.random() < 0.2:
        found.append(_index(f"uq_{table.name}", table, table.of(Sort.MAIL)[0].name, "UNIQUE "))
    if random.random() < 0.3:
        found.append(_view(random, table))
    if table.of(Sort.TOUCHED) and random.random() < 0.7:
        found.append(_touch(random, table))
    if tables[0] is AUDIT and table is not AUDIT and random.random() < 0.3:
        found.append(_log(random, table))
    if random.random() < 0.3 and not table.without_rowid and table.of(Sort.NAME, Sort.PROSE):
        found += search(random, table)
    return found


def _index(name: str, table: Table, columns: str, unique: str = "", *, closed: bool = False) -> Made:
    end = "" if closed else ")"
    return Made("index", name, table.name, f"CREATE {unique}INDEX {name} ON {table.name} ({columns}{end};")


def _view(random: Random, table: Table) -> Made:
    columns = ", ".join(random.sample(table.written, min(len(table.written), 3)))
    name = f"{table.name}_view"
    return Made("view", name, "", f"CREATE VIEW {name} AS SELECT {columns} FROM {table.name};", frozenset({table.name}))


def _touch(random: Random, table: Table) -> Made:
    when = random.choice(("", "WHEN NEW.updated_at = OLD.updated_at "))
    of = random.choice(("", f"OF {', '.join(table.written[1:3])} "))
    name = f"{table.name}_touch"
    sql = (
        f"CREATE TRIGGER {name} AFTER UPDATE {of}ON {table.name} {when}\n"
        f"BEGIN UPDATE {table.name} SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END;"
    )
    return Made("trigger", name, table.name, sql)


def _log(random: Random, table: Table) -> Made:
    event, row = random.choice((("INSERT", "NEW"), ("DELETE", "OLD"), (f"UPDATE OF {table.written[-1]}", "NEW")))
    name = f"{table.name}_log"
    sql = (
        f"CREATE TRIGGER {name} AFTER {event} ON {table.name}\n"
        f"BEGIN INSERT INTO audit (what) VALUES ('{table.name} ' || {row}.id); END;"
    )
    return Made("trigger", name, table.name, sql, frozenset({"audit"}))


def search(random: Random, table: Table) -> list[Made]:
    """Return an FTS5 table over another's rows, with the triggers that keep it."""
    names = [column.name for column in table.of(Sort.NAME, Sort.PROSE)]
    columns, name = ", ".join(names), f"{table.name}_search"
    numbered = table.key.sort is Sort.NUMBER_KEY
    options = f", content='{table.name}'" + ", content_rowid='id'" * (numbered and random.random() < 0.7)
    found = [Made("search", name, table.name, f"CREATE VIRTUAL TABLE {name} USING fts5({columns}{options});")]
    new, old = (", ".join(f"{row}.{each}" for each in ("rowid", *names)) for row in ("NEW", "OLD"))
    add = f"INSERT INTO {name} (rowid, {columns}) VALUES ({new});"
    remove = f"INSERT INTO {name} ({name}, rowid, {columns}) VALUES ('delete', {old});"
    for event, body in (("INSERT", add), ("DELETE", remove), ("UPDATE", f"{remove} {add}")):
        trigger = f"{name}_{event.lower()}"
        sql = f"CREATE TRIGGER {trigger} AFTER {event} ON {table.name}\nBEGIN {body} END;"
        found.append(Made("trigger", trigger, table.name, sql, frozenset({name})))
    return found
