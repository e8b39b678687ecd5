"""Table rebuilds, right and wrong: create, copy, drop, rename."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.hunt.app import App, Column, Sort, Table
from tests.hunt.changes import MAKERS, Change, alone, makes, pick

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


__all__ = ["MAKERS"]


@dataclass(frozen=True)
class Copy:
    """How rows get into the new table: its columns, the expressions for them, and what stands around the SELECT."""

    columns: tuple[str, ...]
    values: tuple[str, ...]
    verb: str = "INSERT INTO"
    select: str = "SELECT"
    end: str = ""
    meant: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


def copy_of(old: Table, new: Table, values: dict[str, str] | None = None, *, rowid: bool = False) -> Copy:
    """Return the copy of the columns that both have, with other expressions for some."""
    names = tuple(name for name in new.written if name in old.written or name in (values or {}))
    expressions = tuple((values or {}).get(name, name) for name in names)
    return Copy(("rowid", *names), ("rowid", *expressions)) if rowid else Copy(names, expressions)


def rebuild(random: Random, app: App, old: Table, new: Table, copy: Copy, *, careful: bool) -> str:
    """Return the file; a careful one drops what is in the way and makes it again, and keeps the counter."""
    name = random.choice(("{}_new", "__new_{}", "new_{}", "{}_v2")).format(old.name)
    quote = '"' if name.startswith("__new") else ""
    reading = app.reading(old.name) if careful else []
    own = app.on(old.name, "index", "trigger")
    keeps = own if careful else [made for made in own if random.random() < 0.6]
    pragma = random.choice(("", "", "PRAGMA foreign_keys=OFF;\n", "PRAGMA defer_foreign_keys = ON;\n"))
    select = f"{copy.select} {', '.join(copy.values)} FROM {old.name}{copy.end}"
    lines = [
        *(f"DROP {made.kind.upper()} {made.name};" for made in reading),
        new.sql(name, quote=quote),
        f"{copy.verb} {quote}{name}{quote} ({', '.join(copy.columns)})\n{select};",
        *([_counter(old.name, name)] if careful and old.autoincrement and new.autoincrement else []),
        f"DROP TABLE {old.name};",
        f"ALTER TABLE {quote}{name}{quote} RENAME TO {old.name};",
        *(made.sql for made in keeps),
        *(made.sql for made in reading),
    ]
    end = "\nPRAGMA foreign_keys=ON;" if "foreign_keys=OFF" in pragma else ""
    return pragma + "\n".join(lines) + end


def _counter(old: str, new: str) -> str:
    return (
        f"INSERT INTO sqlite_sequence (name, seq) SELECT '{new}', 0 WHERE NOT EXISTS"
        f" (SELECT 1 FROM sqlite_sequence WHERE name = '{new}');\n"
        f"UPDATE sqlite_sequence SET seq = coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{old}'), 0)"
        f" WHERE name = '{new}';"
    )


def _wider(random: Random, table: Table) -> Table:
    """Return the table with a change that no row and no write minds."""
    if table.of(Sort.CHOICE) and random.random() < 0.7:
        column = table.of(Sort.CHOICE)[0]
        return table.with_column(column.name, replace(column, choices=(*column.choices, "other")))
    if (plain := [column for column in table.columns[1:] if column.not_null]) and random.random() < 0.5:
        return table.with_column(plain[0].name, replace(plain[0], not_null=False))
    return replace(table, columns=(*table.columns, Column("nick", Sort.NAME, "TEXT")))


def rebuild_old(app: App, old: Table, new: Table, copy: Copy) -> str:
    """Return the file that renames the old table first, which takes its children's foreign keys along."""
    lines = [
        f"ALTER TABLE {old.name} RENAME TO {old.name}_old;",
        new.sql(),
        f"INSERT INTO {old.name} ({', '.join(copy.columns)})\nSELECT {', '.join(copy.values)} FROM {old.name}_old;",
        f"DROP TABLE {old.name}_old;",
        *(made.sql for made in app.on(old.name, "index", "trigger")),
    ]
    return "\n".join(lines)


@makes("rebuild, old table renamed first")
def _old_first(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=lambda each: not app.on(each.name, "search"))
    if table is None:
        return None
    new = _wider(random, table)
    return Change("", rebuild_old(app, table, new, copy_of(table, new)))


@makes("rebuild of what FTS5 reads, right")
def _searched(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=lambda each: bool(app.on(each.name, "search")) and not app.children(each.name))
    if table is None:
        return None
    new, name = _wider(random, table), app.on(table.name, "search")[0].name
    sql = rebuild(random, app, table, new, copy_of(table, new), careful=True)
    return Change("", f"{sql}\nINSERT INTO {name} ({name}) VALUES ('rebuild');")


@makes("rebuild, right")
def _right(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=lambda each: not app.children(each.name))
    if table is None:
        return None
    new, searched = _wider(random, table), bool(app.on(table.name, "search"))
    copy = copy_of(table, new, rowid=searched and table.key.sort is Sort.TEXT_KEY)
    return Change("", rebuild(random, app, table, new, copy, careful=True))


@makes("rebuild of a parent")
def _parent(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=lambda each: bool(app.children(each.name)))
    if table is None:
        return None
    new = _wider(random, table)
    return Change("", rebuild(random, app, table, new, copy_of(table, new), careful=random.random() < 0.7))


@makes("rebuild of a family, right")
def _family(random: Random, app: App) -> Change | None:
    """Rename parent and child, make both, copy parents first, drop children first."""
    table = pick(
        random, app, ok=lambda each: len(app.children(each.name)) == 1 and app.children(each.name)[0] is not each
    )
    if table is None:
        return None
    child = app.children(table.name)[0]
    if app.children(child.name) or any(app.on(each.name, "search") for each in (table, child)):
        return None
    new, family = _wider(random, table), (table, child)
    made = [each for member in family for each in (*app.on(member.name, "index", "trigger"), *app.reading(member.name))]
    again = list(dict.fromkeys(made))
    lines = [f"DROP {each.kind.upper()} {each.name};" for each in again]
    lines += [f"ALTER TABLE {member.name} RENAME TO {member.name}_old;" for member in family]
    lines += [new.sql(), child.sql()]
    for old, target in ((table, new), (child, child)):
        names = ", ".join(name for name in target.written if name in old.written)
        lines.append(f"INSERT INTO {old.name} ({names}) SELECT {names} FROM {old.name}_old;")
        if old.autoincrement:
            lines.append(_counter(f"{old.name}_old", old.name))
    lines += [f"DROP TABLE {child.name}_old;", f"DROP TABLE {table.name}_old;"]
    lines += [each.sql for each in again if each.kind == "index"] + [each.sql for each in again if each.kind != "index"]
    return Change("", "\n".join(lines))


@makes("rebuild, careless")
def _careless(random: Random, app: App) -> Change | None:
    table = pick(random, app)
    if table is None:
        return None
    new = _wider(random, table)
    return Change("", rebuild(random, app, table, new, copy_of(table, new), careful=False))


def _faulty(kind: str, *sorts: Sort) -> Callable[[Callable[[Random, Table], tuple[Table, Copy] | None]], None]:
    """Register a rebuild of a table with nothing around it, whose copy has a fault."""

    def register(fault: Callable[[Random, Table], tuple[Table, Copy] | None]) -> None:
        @makes(kind)
        def _make(random: Random, app: App) -> Change | None:
            ok = alone(app) if random.random() < 0.8 else lambda _: True
            table = pick(random, app, *sorts, ok=ok)
            found = fault(random, table) if table else None
            if table is None or found is None:
                return None
            meant = frozenset((table.name, column) for column in found[1].meant)
            return Change("", rebuild(random, app, table, *found, careful=True), meant, uses=found[1].uses)

    return register


@_faulty("copy leaves a column out")
def _left_out(random: Random, table: Table) -> tuple[Table, Copy] | None:
    loose = [
        column.name
        for column in table.columns[1:]
        if not column.expression and not (column.not_null and not column.default)
    ]
    if not loose:
        return None
    left = random.choice(loose)
    copy = copy_of(table, table)
    kept = tuple(name for name in copy.columns if name != left)
    return table, Copy(kept, kept)


@_faulty("copy swaps columns")
def _swapped(random: Random, table: Table) -> tuple[Table, Copy] | None:
    texts = [column.name for column in table.of(Sort.NAME, Sort.PHONE, Sort.MAIL, Sort.PROSE, Sort.DATE)]
    if len(texts) < 2:
        return None
    one, two = random.sample(texts, 2)
    return table, copy_of(table, table, {one: two, two: one})


@_faulty("copy writes text for a column", Sort.NAME, Sort.MAIL, Sort.PROSE)
def _text(random: Random, table: Table) -> tuple[Table, Copy] | None:
    column = random.choice(table.of(Sort.NAME, Sort.MAIL, Sort.PROSE)).name
    return table, copy_of(table, table, {column: f"'{column}'"})


@_faulty("copy reads a quoted name that is no column")
def _quoted(random: Random, table: Table) -> tuple[Table, Copy] | None:
    new = replace(table, columns=(*table.columns, Column("invite", Sort.NAME, "TEXT")))
    no_text = f"SELECT json('text and no value') FROM {table.name} WHERE invite = 'invite'"
    return new, replace(copy_of(table, new, {"invite": '"invite"'}), uses=(no_text,))


@_faulty("copy with SELECT *")
def _star(random: Random, table: Table) -> tuple[Table, Copy] | None:
    rest = list(table.columns[1:])
    if random.random() < 0.6:
        random.shuffle(rest)
    new = replace(table, columns=(table.columns[0], *rest))
    return new, Copy(new.written, ("*",)) if not table.of(Sort.GENERATED) else Copy(new.written, new.written)


_CONDITIONS = {Sort.NAME: "<> ''", Sort.MAIL: "LIKE 'a%'", Sort.PHONE: "<> '00'", Sort.COUNT: ">= 0"}


@_faulty("copy with fewer rows", *_CONDITIONS)
def _fewer(random: Random, table: Table) -> tuple[Table, Copy] | None:
    column = random.choice(table.of(*_CONDITIONS))
    copy = copy_of(table, table)
    where = f" WHERE {column.name} {_CONDITIONS[column.sort]}"
    end = random.choice((f" GROUP BY {column.name}", " LIMIT 2", where, where, " WHERE rowid > 1"))
    if table.without_rowid and "rowid" in end:
        return None
    return table, replace(copy, end=end)


@_faulty("copy into a new UNIQUE", Sort.NAME, Sort.MAIL, Sort.PHONE)
def _unique(random: Random, table: Table) -> tuple[Table, Copy] | None:
    column = random.choice(table.of(Sort.NAME, Sort.MAIL, Sort.PHONE))
    collate = random.choice((column.collate, "NOCASE"))
    new = table.with_column(column.name, replace(column, unique=True, collate=collate))
    return new, replace(
        copy_of(table, new), verb=random.choice(("INSERT INTO", "INSERT OR IGNORE INTO", "INSERT OR REPLACE INTO"))
    )


@_faulty("type narrowed", Sort.PHONE, Sort.PRICE, Sort.DATE, Sort.COUNT)
def _narrowed(random: Random, table: Table) -> tuple[Table, Copy] | None:
    column = random.choice(table.of(Sort.PHONE, Sort.PRICE, Sort.DATE, Sort.COUNT))
    kind = random.choice(("INTEGER", "REAL"))
    new = table.with_column(column.name, replace(column, type=kind))
    values = {column.name: f"CAST({column.name} AS {kind})"} if random.random() < 0.4 else {}
    return new, copy_of(table, new, values)


@_faulty("CHECK narrowed", Sort.CHOICE)
def _check(random: Random, table: Table) -> tuple[Table, Copy] | None:
    column = table.of(Sort.CHOICE)[0]
    left = column.choices[:-1]
    values = {column.name: f"CASE {column.name} WHEN '{column.choices[-1]}' THEN '{left[0]}' ELSE {column.name} END"}
    new = table.with_column(column.name, replace(column, choices=left))
    if random.random() < 0.7:
        return new, copy_of(table, new)
    return new, replace(copy_of(table, new, values), meant=(column.name,))


@_faulty("NOT NULL added")
def _not_null(random: Random, table: Table) -> tuple[Table, Copy] | None:
    loose = [column for column in table.columns[1:] if not (column.not_null or column.expression or column.parent)]
    if not loose:
        return None
    column = random.choice(loose)
    filler = "''" if column.type == "TEXT" else "0"
    new = table.with_column(column.name, replace(column, not_null=True, default=filler))
    if random.random() < 0.4:
        return new, copy_of(table, new)
    filled = copy_of(table, new, {column.name: f"coalesce({column.name}, {filler})"})
    return new, replace(filled, meant=(column.name,))


@_faulty("STRICT added")
def _strict(random: Random, table: Table) -> tuple[Table, Copy] | None:
    if table.strict or any(column.type == "NUMERIC" for column in table.columns):
        return None
    new = replace(table, strict=True)
    return new, copy_of(table, new)


@_faulty("foreign key added", Sort.LOOSE_PARENT)
def _keyed(random: Random, table: Table) -> tuple[Table, Copy] | None:
    column = table.of(Sort.LOOSE_PARENT)[0]
    parent = column.name.removesuffix("_id") + "s"
    new = table.with_column(column.name, replace(column, parent=parent, action="ON DELETE CASCADE"))
    return new, copy_of(table, new)


@_faulty("json_valid added", Sort.JSON)
def _json(random: Random, table: Table) -> tuple[Table, Copy] | None:
    column = table.of(Sort.JSON)[0]
    new = table.with_column(column.name, replace(column, check=f"json_valid({column.name})"))
    return new, copy_of(table, new)


@makes("rebuild without a column")
def _slim(random: Random, app: App) -> Change | None:
    table = pick(random, app, ok=alone(app))
    if table is None or len(table.columns) < 3:
        return None
    column = random.choice(table.columns[1:])
    if any(column.name in (each.expression or "") for each in table.columns):
        return None
    new = table.without(column.name)
    return Change("", rebuild(random, app, table, new, copy_of(table, new), careful=False))


@makes("rebuild renames a column")
def _renames(random: Random, app: App) -> Change | None:
    table = pick(random, app, Sort.NAME, Sort.PHONE, Sort.COUNT, ok=alone(app))
    if table is None:
        return None
    column = random.choice(table.of(Sort.NAME, Sort.PHONE, Sort.COUNT))
    new = table.with_column(column.name, replace(column, name="fresh_name"))
    return Change("", rebuild(random, app, table, new, copy_of(table, new, {"fresh_name": column.name}), careful=False))
