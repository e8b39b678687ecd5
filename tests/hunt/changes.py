"""A seed and an application to a pull request: right ones and wrong ones, as people and tools write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hunt.app import App, Column, Sort, Table, insert_needed, needs_no_parent
from tests.hunt.schemas import search

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Maker = Callable[[Random, App], "Change | None"]


@dataclass(frozen=True)
class Change:
    """A pull request's file.

    `meant` are the columns whose values it is to change (a table alone: its rows may go), `gone` the tables and other
    objects that it is to remove, `views` the tables that it leaves as views, `uses` the statements that must work
    afterwards.
    """

    kind: str
    sql: str
    meant: frozenset[tuple[str, ...]] = frozenset()
    gone: frozenset[str] = frozenset()
    uses: tuple[str, ...] = ()
    views: frozenset[str] = frozenset()


MAKERS: dict[str, Maker] = {}


def makes(kind: str) -> Callable[[Maker], Maker]:
    """Register what makes a kind of change; None where the application has no place for it."""

    def register(maker: Maker) -> Maker:
        MAKERS[kind] = maker
        return maker

    return register


def pick(random: Random, app: App, *sorts: Sort, ok: Callable[[Table], bool] = lambda _: True) -> Table | None:
    """Return a table with a column of one of the sorts."""
    found = [table for table in app.tables if ok(table) and (not sorts or table.of(*sorts))]
    return random.choice(found) if found else None


def alone(app: App) -> Callable[[Table], bool]:
    """Return whether nothing refers to a table: no foreign key, view, other trigger or FTS5 table."""
    return lambda table: not (app.children(table.name) or app.reading(table.name) or app.on(table.name, "search"))


# What adds.


@makes("add column")
def _add_column(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    column = random.choice(
        (
            "nick TEXT",
            "score INTEGER NOT NULL DEFAULT 0",
            "mood TEXT NOT NULL DEFAULT 'good' CHECK (mood IN ('good', 'bad'))",
            "extra TEXT DEFAULT '{}'",
        )
    )
    return Change("", f"ALTER TABLE {table.name} ADD COLUMN {column};", uses=(f"SELECT * FROM {table.name}",))


@makes("add column that D1 rejects")
def _add_rejected_column(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    column = random.choice(
        (
            "must TEXT NOT NULL",
            "at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP",
            "code TEXT UNIQUE",
            "mood TEXT NOT NULL DEFAULT '' CHECK (mood IN ('good', 'bad'))",
            f"other INTEGER DEFAULT 1 REFERENCES {table.name} (id)",
            "sum INTEGER GENERATED ALWAYS AS (1 + 1) STORED",
        )
    )
    return Change("", f"ALTER TABLE {table.name} ADD COLUMN {column};")


@makes("add generated column")
def _add_generated(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.JSON)
    if table is None:
        return None
    source = table.of(Sort.JSON)[0].name
    place = f"place TEXT GENERATED ALWAYS AS (json_extract({source}, '$.zone')) VIRTUAL"
    sql = f"ALTER TABLE {table.name} ADD COLUMN {place};"
    if random.random() < 0.6:
        sql += f"\nCREATE INDEX {table.name}_place ON {table.name} (place);"
    return Change("", sql, uses=(f"SELECT id FROM {table.name} WHERE place = 'UTC'",))


@makes("add table")
def _add_table(random: Random, app: App) -> Change | None:
    parent = random.choice(app.tables)
    guard = random.choice(("", "IF NOT EXISTS "))
    sql = (
        f"CREATE TABLE {guard}extras (id INTEGER PRIMARY KEY, of_id {parent.key.type} NOT NULL"
        f" REFERENCES {parent.name} (id) ON DELETE CASCADE, text TEXT);\n"
        "CREATE INDEX extras_of ON extras (of_id);"
    )
    return Change("", sql, uses=("SELECT id, of_id, text FROM extras",))


@makes("create table that exists")
def _create_existing(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    wider = Table(table.name, (*table.columns, Column("locale", Sort.NAME, "TEXT", default="'en'")))
    return Change("", wider.sql(prefix="CREATE TABLE IF NOT EXISTS"), uses=(f"SELECT locale FROM {table.name}",))


@makes("add index")
def _add_index(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    column = random.choice(table.written)
    return Change("", f"CREATE INDEX IF NOT EXISTS {table.name}_by_{column} ON {table.name} ({column});")


@makes("add unique index")
def _add_unique_index(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.NAME, Sort.MAIL, Sort.PHONE)
    if table is None:
        return None
    column = random.choice(table.of(Sort.NAME, Sort.MAIL, Sort.PHONE)).name
    columns = random.choice((column, f"lower({column})", f"{column} COLLATE NOCASE", f"id, {column}"))
    return Change("", f"CREATE UNIQUE INDEX {table.name}_once ON {table.name} ({columns});")


@makes("add index on a quoted name")
def _add_quoted_index(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    column = random.choice(("colour", *table.written))
    return Change(
        "",
        f'CREATE INDEX {table.name}_quoted ON {table.name} ("{column}");',
        uses=(f"SELECT {column} FROM {table.name}",),
    )


@makes("add view")
def _add_view(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    column = random.choice((*table.written, "not_there") if random.random() < 0.3 else table.written)
    sql = f"CREATE VIEW {table.name}_new_view AS SELECT id, {column} AS shown FROM {table.name};"
    return Change("", sql, uses=(f"SELECT * FROM {table.name}_new_view",))


@makes("add trigger")
def _add_trigger(random: Random, app: App) -> Change | None:
    table, other = random.choice(app.tables), random.choice(app.tables)
    event = random.choice(("INSERT", "UPDATE", "DELETE"))
    column = random.choice((*other.written[1:], "not_there") if random.random() < 0.3 else other.written[1:] or ("id",))
    sql = (
        f"CREATE TRIGGER {table.name}_new_trigger AFTER {event} ON {table.name}\n"
        f"BEGIN UPDATE {other.name} SET {column} = {column} WHERE id = -1; END;"
    )
    return Change("", sql)


@makes("add search")
def _add_search(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.NAME, Sort.PROSE, ok=lambda t: not t.without_rowid and not app.on(t.name, "search"))
    if table is None:
        return None
    sql = "\n".join(made.sql for made in search(random, table))
    name = f"{table.name}_search"
    if random.random() < 0.7:
        sql += f"\nINSERT INTO {name} ({name}) VALUES ('rebuild');"
    return Change("", sql, uses=(f"SELECT * FROM {name} WHERE {name} MATCH 'plum'",))


# What writes rows.


@makes("backfill of a new column")
def _backfill(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    value = _value(random, table)
    where = random.choice(("", " WHERE filled IS NULL", " WHERE id IS NOT NULL"))
    sql = f"ALTER TABLE {table.name} ADD COLUMN filled TEXT;\nUPDATE {table.name} SET filled = {value}{where};"
    return Change("", sql, uses=(f"SELECT filled FROM {table.name}",))


def _value(random: Random, table: Table) -> str:
    found = ["'x'", "id || '-x'"]
    found += [f"json_extract({column.name}, '$.zone')" for column in table.of(Sort.JSON)]
    found += [f"{column.name} ->> '$.zone'" for column in table.of(Sort.JSON)]
    found += [f"date({column.name})" for column in table.of(Sort.DATE)]
    found += [f"lower({column.name})" for column in table.of(Sort.NAME, Sort.MAIL)]
    found += [f"(SELECT max(id) FROM {column.parent})" for column in table.of(Sort.PARENT)]
    return random.choice(found)


@makes("update of a column")
def _update(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.DATE, Sort.CHOICE, Sort.NAME, Sort.COUNT, Sort.MAIL)
    if table is None:
        return None
    column = random.choice(table.of(Sort.DATE, Sort.CHOICE, Sort.NAME, Sort.COUNT, Sort.MAIL))
    name = column.name
    first, last = (column.choices[0], column.choices[-1]) if column.choices else ("", "")
    value, where = {
        Sort.DATE: (f"strftime('%Y-%m-%dT%H:%M:%SZ', {name})", f"{name} NOT LIKE '%T%'"),
        Sort.CHOICE: (f"'{first}'", f"{name} = '{last}'"),
        Sort.NAME: (f"trim({name})", f"{name} <> trim({name})"),
        Sort.COUNT: ("0", f"{name} < 0"),
        Sort.MAIL: (f"lower({name})", f"{name} <> lower({name})"),
    }[column.sort]
    sql = f"UPDATE {table.name} SET {name} = {value} WHERE {where};"
    return Change("", sql, meant=frozenset({(table.name, name)}))


@makes("insert of seed rows")
def _insert(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=needs_no_parent)
    if table is None:
        return None
    seeded = [key for name, key in app.seeded if name == table.name]
    key = random.choice((*seeded, "1" if table.key.sort is Sort.NUMBER_KEY else "'root'"))
    verb, end = random.choice(
        (
            ("INSERT OR IGNORE INTO", ""),
            ("INSERT INTO", " ON CONFLICT DO NOTHING"),
            ("INSERT OR REPLACE INTO", ""),
            ("REPLACE INTO", ""),
            ("INSERT INTO", ""),
        )
    )
    return Change("", insert_needed(table, key, verb, end))


@makes("upsert")
def _upsert(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.NAME, ok=needs_no_parent)
    if table is None:
        return None
    name, key = table.of(Sort.NAME)[0].name, "1" if table.key.sort is Sort.NUMBER_KEY else "'root'"
    sql = (
        f"INSERT INTO {table.name} (id, {name}) VALUES ({key}, 'Root')"
        f" ON CONFLICT (id) DO UPDATE SET {name} = excluded.{name};"
    )
    needed = [column.name for column in table.columns[1:] if column.not_null and not column.default]
    touched = {(table.name, column.name) for column in table.of(Sort.TOUCHED)}
    return Change("", sql, meant=frozenset({(table.name, name), *touched})) if set(needed) <= {name} else None


@makes("unique index over a constant")
def _constant(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    sql = f"ALTER TABLE {table.name} ADD COLUMN code TEXT NOT NULL DEFAULT '';"
    if random.random() < 0.4:
        sql += f"\nUPDATE {table.name} SET code = 'c' || id;"
    return Change("", f"{sql}\nCREATE UNIQUE INDEX {table.name}_code ON {table.name} (code);")


@makes("read of wrangler's records")
def _records(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    sql = (
        "CREATE TABLE IF NOT EXISTS releases (name TEXT PRIMARY KEY, at TEXT);\n"
        "INSERT OR IGNORE INTO releases (name, at) SELECT name, applied_at FROM d1_migrations;"
    )
    if random.random() < 0.5:
        sql += f"\nDELETE FROM {table.name} WHERE (SELECT count(*) FROM d1_migrations) = 0;"
    return Change("", sql, uses=("SELECT name, at FROM releases",))


@makes("backfill without the touch trigger")
def _untouched(random: Random, app: App) -> Change | None:
    found = [made for made in app.made if made.name.endswith("_touch")]
    if not found:
        return None
    trigger = random.choice(found)
    sql = (
        f"ALTER TABLE {trigger.table} ADD COLUMN filled TEXT;\nDROP TRIGGER {trigger.name};\n"
        f"UPDATE {trigger.table} SET filled = 'x' WHERE filled IS NULL;\n{trigger.sql}"
    )
    return Change("", sql)


@makes("foreign keys deferred, then not")
def _deferred(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=lambda each: bool(app.children(each.name)))
    if table is None:
        return None
    first = "1" if table.key.sort is Sort.NUMBER_KEY else f"'{table.name[0]}18'"
    where = random.choice(("", f" WHERE id = {first}"))
    sql = f"PRAGMA defer_foreign_keys = ON;\nDELETE FROM {table.name}{where};\nPRAGMA defer_foreign_keys = OFF;"
    return Change("", sql)


@makes("delete of duplicates")
def _dedupe(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.NAME, Sort.MAIL, Sort.PHONE)
    if table is None:
        return None
    column, t = random.choice(table.of(Sort.NAME, Sort.MAIL, Sort.PHONE)).name, table.name
    delete = random.choice(
        (
            f"DELETE FROM {t} WHERE id NOT IN (SELECT min(id) FROM {t} GROUP BY {column});",
            f"DELETE FROM {t} WHERE EXISTS (SELECT 1 FROM {t} o WHERE o.{column} = {t}.{column} AND o.id < {t}.id);",
        )
    )
    return Change("", f"{delete}\nCREATE UNIQUE INDEX {t}_once ON {t} ({column});")


@makes("delete of orphans")
def _orphans(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.LOOSE_PARENT)
    if table is None:
        return None
    column = table.of(Sort.LOOSE_PARENT)[0].name
    parents = [each.name for each in app.tables if each.name[:-1] == column.removesuffix("_id")]
    if not parents:
        return None
    sql = f"DELETE FROM {table.name} WHERE {column} NOT IN (SELECT id FROM {parents[0]});"
    return Change("", sql, meant=frozenset({(table.name,)}))


@makes("delete with a quoted name")
def _quoted_delete(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    return Change("", f'DELETE FROM {table.name} WHERE "deleted_at" IS NOT NULL;')


@makes("delete of counters")
def _counters(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=lambda t: t.autoincrement)
    where = random.choice(("", f" WHERE name = '{table.name}'")) if table else ""
    return Change("", f"DELETE FROM sqlite_sequence{where};") if table else None


# What renames and drops.


@makes("rename column")
def _rename_column(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    column = random.choice(table.written[1:] or ("id",))
    return Change("", f"ALTER TABLE {table.name} RENAME COLUMN {column} TO renamed;")


@makes("rename table")
def _rename_table(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    sql = f"ALTER TABLE {table.name} RENAME TO renamed;"
    if random.random() < 0.4:
        sql += f"\nCREATE VIEW {table.name} AS SELECT * FROM renamed;"
        return Change("", sql, meant=frozenset({(table.name,)}), views=frozenset({table.name}))
    if random.random() < 0.3 and len(table.columns) > 2:
        sql += f"\nALTER TABLE renamed DROP COLUMN {table.written[-1]};"
    return Change("", sql)


@makes("drop column")
def _drop_column(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    return Change("", f"ALTER TABLE {table.name} DROP COLUMN {random.choice(table.written[1:] or ('id',))};")


@makes("drop table")
def _drop_table(random: Random, app: App) -> Change | None:
    table = random.choice(app.tables)
    if random.random() < 0.5:
        return Change("", f"DROP TABLE {table.name};")
    gone = frozenset({table.name, *(made.name for made in app.made if made.table == table.name)})
    sql = f"-- pulse-ci: ignore drop-table no release reads it\nDROP TABLE {table.name};"
    return Change("", sql, meant=frozenset({(table.name,)}), gone=gone)


@makes("drop index, trigger or view")
def _drop_made(random: Random, app: App) -> Change | None:
    found = [made for made in app.made if made.kind in ("index", "trigger", "view")]
    if not found:
        return None
    made = random.choice(found)
    return Change("", f"DROP {made.kind.upper()} {made.name};", gone=frozenset({made.name}))


@makes("view again")
def _view_again(random: Random, app: App) -> Change | None:
    views = [made for made in app.made if made.kind == "view"]
    if not views:
        return None
    view = random.choice(views)
    table = app.table(next(iter(view.reads)))
    columns = (
        ", ".join(random.sample(table.written, min(2, len(table.written)))) if random.random() < 0.5 else "id, gone_at"
    )
    keeps = view.sql.partition(" AS SELECT ")[2] if random.random() < 0.6 else f"{columns} FROM {table.name};"
    return Change("", f"DROP VIEW {view.name};\nCREATE VIEW {view.name} AS SELECT {keeps}")


@makes("trigger again")
def _trigger_again(random: Random, app: App) -> Change | None:
    found = [made for made in app.made if made.kind == "trigger"]
    if not found:
        return None
    made = random.choice(found)
    sql = made.sql.replace(" = CURRENT_TIMESTAMP", " = datetime('now')").replace(
        "(what)", random.choice(("(what)", "(text)"))
    )
    return Change("", f"DROP TRIGGER IF EXISTS {made.name};\n{sql}")
