"""rebuild-loses-objects, rebuild-renames-references, rebuild-select-star: what a rebuild leaves behind or mixes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.analysis.statement_run import mentions
from pulse_ci.model import ChangeAction, ObjectKind, Severity
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.sql.clauses import inserts_select_star
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.table_rebuilds import Rebuild
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import ForeignKey, Table


def _check_loses(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for rebuild in analysis.rebuilds if analysis.took_effect else ():
            lost = [*_find_lost_objects(analysis, rebuild), *_find_lost_definitions(analysis, rebuild)]
            if lost:
                yield RuleMatch(
                    analysis.migration.locate(rebuild.drop),
                    f"This rebuild of `{rebuild.table}` drops these: "
                    f"{', '.join(lost_object for lost_object, _ in lost)}.",
                    f"Create them again: {' '.join(f'`{sql}`' for _, sql in lost)}",
                )


def _find_lost_objects(analysis: MigrationAnalysis, rebuild: Rebuild) -> Iterator[tuple[str, str]]:
    """Yield what went with the old table and could still exist: its indexes and triggers, and dropped views."""
    for change in analysis.replayed.changes:
        belongs_to_table = change.kind in (ObjectKind.INDEX, ObjectKind.TRIGGER) and fold(change.table) == fold(
            rebuild.table
        )
        if change.action is not ChangeAction.REMOVED or not (belongs_to_table or change.kind is ObjectKind.VIEW):
            continue
        if not (_uses_removed(analysis, rebuild, change.before or "") or _is_replaced(analysis, rebuild, change)):
            yield f"{change.kind} `{change.name}`", f"{' '.join((change.before or '').split())};"


def _uses_removed(analysis: MigrationAnalysis, rebuild: Rebuild, sql: str) -> bool:
    """Return whether SQL names a column that the rebuild drops or renames, or a table that the file drops."""
    new, after = rebuild.after, analysis.replayed.after
    columns = (column.name for column in rebuild.before.columns if not new.find_column(column.name))
    tables = (table.name for table in analysis.replayed.before.tables if not after.find_table(table.name))
    return any(mentions(sql, name) for name in (*columns, *tables))


def _is_replaced(analysis: MigrationAnalysis, rebuild: Rebuild, change: Change) -> bool:
    """Return whether a key or another index of the new table has the columns of an index that is gone."""
    index = analysis.replayed.before.find_index(change.name) if change.kind is ObjectKind.INDEX else None
    if index is None or index.where:
        return False
    columns = tuple(fold(term.column or "") for term in index.indexed_columns)
    return columns in _list_keys(analysis, rebuild, only_unique=index.unique)


def _list_keys(analysis: MigrationAnalysis, rebuild: Rebuild, *, only_unique: bool) -> set[tuple[str, ...]]:
    """Return the columns, folded, of each key and index of the new table."""
    keys = [key.columns for key in (rebuild.after.primary_key, *rebuild.after.uniques) if key]
    keys += [
        tuple(term.column or "" for term in index.indexed_columns)
        for index in analysis.replayed.after.list_indexes(rebuild.after.name)
        if index.unique or not only_unique
    ]
    return {tuple(map(fold, columns)) for columns in keys}


def _find_lost_definitions(analysis: MigrationAnalysis, rebuild: Rebuild) -> Iterator[tuple[str, str]]:
    """Yield what of the table's own definition is not in the new one; a dropped column's parts are not meant."""
    before, after = rebuild.before, rebuild.after
    for option in ("strict", "without_rowid", "autoincrement"):
        if getattr(before, option) and not getattr(after, option):
            words = option.upper().replace("_", " ")
            yield words, words
    kept = _list_keys(analysis, rebuild, only_unique=True)
    for key in before.uniques:
        if _has_columns(key.columns, after) and tuple(map(fold, key.columns)) not in kept:
            yield f"UNIQUE ({', '.join(key.columns)})", f"UNIQUE ({', '.join(map(quote_if_needed, key.columns))})"
    for foreign in before.foreign_keys:
        children = {(each.columns, fold(each.parent)) for each in after.foreign_keys}
        could_stay = _has_columns(foreign.columns, after) and analysis.replayed.after.find_table(foreign.parent)
        if could_stay and (foreign.columns, fold(foreign.parent)) not in children:
            text = f"FOREIGN KEY ({', '.join(foreign.columns)}) REFERENCES {quote_if_needed(foreign.parent)}"
            yield text, text
    checks = [check for check in before.checks if not _uses_removed(analysis, rebuild, check)]
    for check in checks:
        if check not in after.checks and len(after.checks) < len(checks):
            yield f"CHECK ({check})", f"CHECK ({check})"
    yield from _find_lost_column_definitions(before, after)


def _has_columns(columns: tuple[str, ...], table: Table) -> bool:
    return all(table.find_column(column) for column in columns)


def _find_lost_column_definitions(before: Table, after: Table) -> Iterator[tuple[str, str]]:
    for column in before.columns:
        new = after.find_column(column.name)
        if new is None:
            continue
        if column.default is not None and new.default is None:
            yield (
                f"DEFAULT {column.default} of `{column.name}`",
                f"{quote_if_needed(column.name)} … DEFAULT {column.default}",
            )
        if column.collation and not new.collation:
            yield (
                f"COLLATE {column.collation} of `{column.name}`",
                (f"{quote_if_needed(column.name)} … COLLATE {column.collation}"),
            )
        if column.checks and not new.checks and len(after.checks) < len(before.checks) + 1:
            yield f"CHECK of `{column.name}`", f"{quote_if_needed(column.name)} … CHECK ({column.checks[0]})"


def _check_renames(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for rebuild in analysis.rebuilds if analysis.took_effect else ():
            stray_keys = find_stray_keys(analysis, rebuild)
            if stray_keys:
                children = ", ".join(f"`{child}`" for child, _ in stray_keys)
                yield RuleMatch(
                    analysis.migration.locate(rebuild.drop),
                    f"{children} now {'refers' if len(stray_keys) == 1 else 'refer'} to "
                    f"`{stray_keys[0][1].parent}`, which "
                    "is dropped; the next write fails.",
                    f"Rebuild {children} as well, after the new `{rebuild.table}` is there.",
                )


def find_stray_keys(analysis: MigrationAnalysis, rebuild: Rebuild) -> list[tuple[str, ForeignKey]]:
    """Return the foreign keys of other tables that followed the old table to its passing name, with their tables."""
    return [
        (child.name, key)
        for before, key_before in analysis.replayed.before.list_children(rebuild.table)
        if (child := analysis.replayed.after.find_table(before.name))
        for key in child.foreign_keys
        if key.columns == key_before.columns and fold(key.parent) != fold(rebuild.table)
    ]


def _check_star(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for rebuild in analysis.rebuilds if analysis.took_effect else ():
            before, after = _list_writable_columns(rebuild.before), _list_writable_columns(rebuild.after)
            if [fold(name) for name in before] == [fold(name) for name in after]:
                continue
            for copy in rebuild.copies:
                if inserts_select_star(copy.sql):
                    old_columns = {fold(name) for name in before}
                    column_list = ", ".join(quote_if_needed(name) for name in after if fold(name) in old_columns)
                    yield RuleMatch(
                        analysis.migration.locate(copy),
                        f"`SELECT *` copies `{rebuild.table}` by position, but the columns differ in order or number: "
                        "values end up in other columns.",
                        f"`INSERT INTO … ({column_list}) SELECT {column_list} FROM …`",
                    )


def _list_writable_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.generated]


_BEFORE = (
    "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT, title TEXT);\n"
    "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n"
)
_REBUILD = (
    "CREATE TABLE IF NOT EXISTS new_sites (site_id INTEGER PRIMARY KEY, title TEXT, url TEXT);\n"
    "INSERT OR IGNORE INTO new_sites (site_id, title, url) SELECT site_id, title, url FROM sites;\n"
    "DROP TABLE IF EXISTS sites;{mark}\nALTER TABLE new_sites RENAME TO sites;\n"
)
_INDEX = "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n"
_UNDO = (
    "CREATE TABLE IF NOT EXISTS new_sites (site_id INTEGER PRIMARY KEY, url TEXT, title TEXT);\n"
    "INSERT OR IGNORE INTO new_sites (site_id, title, url) SELECT site_id, title, url FROM sites;\n"
    "DROP TABLE IF EXISTS sites;\nALTER TABLE new_sites RENAME TO sites;\n" + _INDEX
)
_GOOD = make_example_on_schema(_BEFORE, _REBUILD.format(mark="") + _INDEX, reverse=_UNDO)

REBUILD_LOSES_OBJECTS = Rule(
    name="rebuild-loses-objects",
    severity=Severity.ERROR,
    summary="A rebuild drops an index, trigger, view, constraint, default or option",
    problem="DROP TABLE also drops indexes and triggers, and the new table has only what its CREATE TABLE says.",
    remedy="Create again what was there. If it is meant to go, say so in an ignore.",
    bad=make_example_on_schema(_BEFORE, _REBUILD.format(mark=" -- expect")),
    good=_GOOD,
    check=_check_loses,
)

REBUILD_RENAMES_REFERENCES = Rule(
    name="rebuild-renames-references",
    severity=Severity.WARNING,
    summary="Renaming the old table first takes its children's foreign keys to the old name",
    problem="SQLite rewrites the children's foreign keys with the name; they then point to a table that is dropped.",
    remedy="Rebuild the tables that refer to it as well.",
    bad=make_example_on_schema(
        "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
        "CREATE TABLE IF NOT EXISTS goals (goal_id INTEGER PRIMARY KEY, site_id INTEGER REFERENCES sites (site_id));\n",
        "ALTER TABLE sites RENAME TO sites_old;\n"
        "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
        "INSERT OR IGNORE INTO sites (site_id, url) SELECT site_id, url FROM sites_old;\n"
        "DROP TABLE sites_old; -- expect\n",
    ),
    good=_GOOD,
    check=_check_renames,
)

REBUILD_SELECT_STAR = Rule(
    name="rebuild-select-star",
    severity=Severity.ERROR,
    summary="`INSERT … SELECT *` between tables whose columns differ in order or number",
    problem="SQLite copies by position. With the columns in another order, urls become titles, and nothing fails.",
    remedy="Name the columns on both sides.",
    bad=make_example_on_schema(
        _BEFORE,
        "CREATE TABLE IF NOT EXISTS new_sites (site_id INTEGER PRIMARY KEY, title TEXT, url TEXT);\n"
        "INSERT INTO new_sites SELECT * FROM sites; -- expect\n"
        "DROP TABLE IF EXISTS sites;\nALTER TABLE new_sites RENAME TO sites;\n",
    ),
    good=_GOOD,
    check=_check_star,
)
