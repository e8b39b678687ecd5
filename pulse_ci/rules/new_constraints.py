"""unique-on-existing and foreign-key-parent: constraints that only rows, or the first write, will try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.duplicate_rows import new_unique_keys
from pulse_ci.analysis.probes import duplicates, duplicates_in
from pulse_ci.analysis.rule import Remark, Review, Rule, bare_name
from pulse_ci.model import ChangeAction, ObjectKind, Severity
from pulse_ci.rules.examples import on_schema
from pulse_ci.rules.rebuild_objects import strays
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import Evidence
    from pulse_ci.analysis.statement_run import Refusal
    from pulse_ci.model import Probe
    from pulse_ci.schema.constraints import ForeignKey
    from pulse_ci.schema.schema import Index, Schema, Table
    from pulse_ci.sql.split import Statement

_FEW = 6
_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"


def _check_unique(review: Review) -> Iterator[Remark]:
    for evidence in review.evidence:
        for change in evidence.replayed.changes:
            if change.kind is not ObjectKind.INDEX or change.action is ChangeAction.REMOVED:
                continue
            index, table = evidence.replayed.after.find_index(change.name), review.before.find_table(change.table)
            if index and table and index.unique and _existed(index, table) and not _was_unique(index, review.before):
                statement = evidence.replayed.run.maker_of(change)
                refusal = _on_twins(evidence, statement)
                if refusal or evidence.on_rows.twins is None or index.where:
                    yield _unique(evidence, statement, f"Unique index `{index.name}`", duplicates(index), refusal)
        yield from _unique_by_rebuild(evidence)


def _unique_by_rebuild(evidence: Evidence) -> Iterator[Remark]:
    for key in new_unique_keys(evidence.replayed) if evidence.runs else ():
        rebuild = next((each for each in evidence.rebuilds if fold(each.before.name) == fold(key.table)), None)
        if rebuild is None or key.index:
            continue
        for copy in rebuild.copies:
            if refusal := _on_twins(evidence, copy):
                probe = duplicates_in(key.table, key.columns)
                yield _unique(evidence, copy, f"This copy into the new `{rebuild.table}`", probe, refusal)


def _on_twins(evidence: Evidence, statement: Statement | None) -> Refusal | None:
    """Return what D1 says where rows repeat one another, if it is this statement that stumbles over them."""
    refusals = evidence.on_rows.twins.refusals if evidence.on_rows.twins else ()
    wanted = (each for each in refusals if each.statement == statement and "UNIQUE constraint failed" in each.message)
    return next(wanted, None)


def _unique(evidence: Evidence, at: Statement | None, what: str, probe: Probe, refusal: Refusal | None) -> Remark:
    said = f": `{refusal.message}`" if refusal else ""
    return Remark(
        evidence.migration.locate(at),
        f"{what} is refused if there are {probe.noun_phrase} among the rows of `{probe.table}`{said}.",
        f"`{probe.manual_query}` lists them; correct those rows first.",
        probe=probe,
    )


def _existed(index: Index, table: Table) -> bool:
    return all(term.column is None or table.find_column(term.column) for term in index.indexed_columns)


def _was_unique(index: Index, before: Schema) -> bool:
    """Return whether a key that was there allows no duplicates already: it has no columns but those of the index."""
    if any(each.unique and each.indexed_columns == index.indexed_columns for each in before.list_indexes(index.table)):
        return True
    table = before.find_table(index.table)
    columns = {fold(term.column) for term in index.indexed_columns if term.column and not term.collation}
    return table is not None and any(each and each <= columns for each in _unique_sets(table, before))


def _check_parent(review: Review) -> Iterator[Remark]:
    for evidence in review.evidence:
        groups: dict[tuple[Statement | None, str], list[tuple[str, ForeignKey]]] = {}
        for child, key, problem in _broken_keys(evidence) if evidence.runs else ():
            at = evidence.replayed.run.touching(child)
            groups.setdefault((at, f"`{key.parent}`, {problem}"), []).append((child, key))
        for (at, parent), broken in groups.items():
            names = [f"`{child}`" for child in dict.fromkeys(child for child, _ in broken)]
            refer, them = ("refers", "it") if len(names) == 1 else ("refer", "them")
            yield Remark(
                evidence.migration.locate(at),
                f"{_listed(names)} {refer} to {parent}: the first write to {them} fails.",
                _mend(broken[0][1], evidence.replayed.after),
            )


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= _FEW else [*names[: _FEW - 1], f"{len(names) - _FEW + 1} more tables"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _broken_keys(evidence: Evidence) -> Iterator[tuple[str, ForeignKey, str]]:
    """Yield the keys that the file broke or brought broken; those that a rebuild took along have their own rule."""
    after, before = evidence.replayed.after, evidence.replayed.before
    astray = {(fold(child), key.columns) for rebuild in evidence.rebuilds for child, key in strays(evidence, rebuild)}
    touched = {fold(name) for change in evidence.replayed.changes for name in (change.name, change.table)}
    for table in after.tables:
        old = before.find_table(table.name)
        for key in table.foreign_keys:
            if touched.isdisjoint((fold(table.name), fold(key.parent))):
                continue
            problem = _problem(key, after)
            known = problem and old is not None and key in old.foreign_keys and _problem(key, before)
            if problem and not known and (fold(table.name), key.columns) not in astray:
                yield table.name, key, problem


def _problem(key: ForeignKey, schema: Schema) -> str | None:
    parent = schema.find_table(key.parent)
    if parent is None:
        return "which is not there"
    missing = [column for column in key.parent_columns if not parent.find_column(column)]
    if missing:
        return f"which has no column `{missing[0]}`"
    wanted = {fold(column) for column in key.parent_columns}
    if wanted in _unique_sets(parent, schema):
        return None
    columns = ", ".join(key.parent_columns)
    return f"whose `{columns}` is not unique" if columns else "which has no primary key"


def _unique_sets(parent: Table, schema: Schema) -> list[set[str]]:
    keys = [key.columns for key in (parent.primary_key, *parent.uniques) if key]
    indexes = [
        tuple(term.column for term in index.indexed_columns if term.column)
        for index in schema.list_indexes(parent.name)
        if index.unique and index.where is None and all(term.column for term in index.indexed_columns)
    ]
    return [{fold(column) for column in columns} for columns in (*keys, *indexes)]


def _mend(key: ForeignKey, schema: Schema) -> str:
    parent = schema.find_table(key.parent)
    if parent and parent.primary_key and len(parent.primary_key.columns) == len(key.columns):
        columns = ", ".join(map(bare_name, parent.primary_key.columns))
        return f"`REFERENCES {bare_name(parent.name)} ({columns})`"
    return f"Make `{key.parent}` first, with a primary key or a unique index on the columns referred to."


UNIQUE_ON_EXISTING = Rule(
    name="unique-on-existing",
    severity=Severity.WARNING,
    summary="A unique index on columns that existed before",
    problem="Two equal values among the rows that are there, and D1 refuses the index and with it the file.",
    remedy="Look for duplicates first, and correct them in an earlier migration.",
    bad=on_schema(_SITES, "CREATE UNIQUE INDEX IF NOT EXISTS idx_sites_url ON sites (url); -- expect\n"),
    good=on_schema(
        _SITES,
        "CREATE INDEX IF NOT EXISTS idx_sites_url ON sites (url);\n",
        reverse="DROP INDEX IF EXISTS idx_sites_url;",
    ),
    check=_check_unique,
)

FOREIGN_KEY_PARENT = Rule(
    name="foreign-key-parent",
    severity=Severity.ERROR,
    summary="A foreign key's parent table or column is missing, or not unique",
    problem="SQLite takes the table as it is, and refuses every later write to it: `foreign key mismatch`.",
    remedy="Refer to the parent's primary key, or to columns with a unique index.",
    bad=on_schema(
        _SITES,
        "CREATE TABLE IF NOT EXISTS goals (goal_id INTEGER PRIMARY KEY, url TEXT REFERENCES sites (url)); -- expect\n",
    ),
    good=on_schema(
        _SITES,
        "CREATE TABLE IF NOT EXISTS goals (goal_id INTEGER PRIMARY KEY, site_id INTEGER REFERENCES sites (site_id));\n",
        reverse="DROP TABLE IF EXISTS goals;",
    ),
    check=_check_parent,
)
