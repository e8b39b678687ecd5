"""rebuild-cascades, rebuild-fails-with-rows, rebuild-self-reference: table rebuilds that do not survive their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Evidence, Remark, Review, Rule
from pulse_ci.model import Severity
from pulse_ci.rules.data_loss import describe, is_self_reference
from pulse_ci.rules.error_rules import refusals_for
from pulse_ci.rules.examples import on_schema
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.row_losses import Loss
    from pulse_ci.analysis.table_rebuilds import Rebuild

_PRAGMAS = "`PRAGMA foreign_keys` and `PRAGMA defer_foreign_keys` do not stop it on D1."
_FAMILY = (
    "Drop what depends on it, rename `{0}` and every table that refers to it to `…_old`, create all of them anew, copy "
    "parents first, drop the `…_old` tables children first, and end with `PRAGMA foreign_key_check`; or reach the aim "
    "with ADD, RENAME or DROP COLUMN."
)


def _check_cascades(review: Review) -> Iterator[Remark]:
    for evidence in review.evidence:
        for rebuild in evidence.rebuilds:
            losses = [loss for loss in evidence.on_rows.reached if loss.statement == rebuild.drop]
            if losses:
                yield _cascade(review, evidence, rebuild, losses)


def _cascade(review: Review, evidence: Evidence, rebuild: Rebuild, losses: list[Loss]) -> Remark:
    reached = "; ".join(describe(loss, review.rows) for loss in losses)
    when = ", once no row stops it," if evidence.on_rows.beyond else ""
    return Remark(
        evidence.migration.locate(rebuild.drop),
        f"This rebuild of `{rebuild.table}` succeeds{when} and reaches into other tables, since "
        f"DROP TABLE deletes its rows first: {reached}. {_PRAGMAS}",
        _FAMILY.format(rebuild.table),
    )


def _check_fails(review: Review) -> Iterator[Remark]:
    for evidence in review.evidence:
        for refusal, on_rows in refusals_for("rebuild-fails-with-rows", evidence):
            if on_rows:
                rebuild = evidence.rebuild_at(refusal.statement) or evidence.rebuilds[0]
                where = "at its DROP" if refusal.statement else "at its end, where deferred constraints are checked"
                yield Remark(
                    evidence.migration.locate(refusal.statement or rebuild.drop),
                    f"Without rows this rebuild of `{rebuild.table}` runs; with rows D1 refuses the file {where}: "
                    f"`{refusal.message}`. {_children(evidence, rebuild)}",
                    _FAMILY.format(rebuild.table),
                )


def _children(evidence: Evidence, rebuild: Rebuild) -> str:
    schema = evidence.replayed.before
    names = sorted(
        {child.name for child, _ in schema.list_children(rebuild.table) if fold(child.name) != fold(rebuild.table)}
    )
    return f"Rows of {', '.join(f'`{name}`' for name in names)} refer to it." if names else ""


def _check_self_reference(review: Review) -> Iterator[Remark]:
    for evidence in review.evidence:
        for loss in evidence.on_rows.losses:
            rebuild = evidence.rebuild_at(loss.statement)
            if rebuild and is_self_reference(evidence, loss):
                yield Remark(
                    evidence.migration.locate(rebuild.drop),
                    f"`{loss.table}` refers to itself, and the new table to the old one: dropping that one deletes "
                    f"rows in the new table. {describe(loss, review.rows)}.",
                    f"In the new table let the foreign key refer to the new table's own name; RENAME turns it into "
                    f"`{loss.table}`.",
                )


_PARENT = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
_CHILD = (
    "CREATE TABLE IF NOT EXISTS goals (\n  goal_id INTEGER PRIMARY KEY,\n"
    "  site_id INTEGER NOT NULL REFERENCES sites (site_id){action}\n);\n"
)
_REBUILD = (
    "CREATE TABLE IF NOT EXISTS new_sites (site_id INTEGER PRIMARY KEY, url TEXT NOT NULL DEFAULT '');\n"
    "INSERT OR IGNORE INTO new_sites (site_id, url) SELECT site_id, coalesce(url, '') FROM sites;\n"
    "DROP TABLE IF EXISTS sites; -- expect\n"
    "ALTER TABLE new_sites RENAME TO sites;\n"
)
_UNDO = (
    "CREATE TABLE IF NOT EXISTS new_sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
    "INSERT OR IGNORE INTO new_sites (site_id, url) SELECT site_id, url FROM sites;\n"
    "DROP TABLE IF EXISTS sites;\n"
    "ALTER TABLE new_sites RENAME TO sites;"
)
_TREE = (
    "CREATE TABLE IF NOT EXISTS {name} (\n  folder_id INTEGER PRIMARY KEY, name TEXT{more},\n"
    "  parent_id INTEGER REFERENCES {parent} (folder_id) ON DELETE CASCADE\n);\n"
)
_MOVE = (
    "INSERT OR IGNORE INTO new_folders (folder_id, name, parent_id) SELECT folder_id, name, parent_id FROM folders;\n"
    "DROP TABLE IF EXISTS folders;{mark}\nALTER TABLE new_folders RENAME TO folders;\n"
)
_TREE_INDEX = "CREATE INDEX IF NOT EXISTS idx_folders_parent ON folders (parent_id);\n"

REBUILD_CASCADES = Rule(
    name="rebuild-cascades",
    severity=Severity.ERROR,
    summary="A table rebuild deletes or overwrites rows of the tables that refer to it",
    problem=(
        "The usual rebuild (new table, copy, DROP, RENAME) drops the old table while foreign keys are on: every child "
        "with ON DELETE CASCADE loses its rows, with SET NULL or SET DEFAULT their references. It succeeds, and "
        "nothing tells. No pragma prevents it on D1."
    ),
    remedy="Rename the whole family of tables first, or do without a rebuild.",
    bad=on_schema(_PARENT + _CHILD.format(action=" ON DELETE CASCADE"), _REBUILD),
    good=on_schema(_PARENT, _REBUILD.replace(" -- expect", ""), reverse=_UNDO),
    check=_check_cascades,
)

REBUILD_FAILS_WITH_ROWS = Rule(
    name="rebuild-fails-with-rows",
    severity=Severity.ERROR,
    summary="A table rebuild runs on empty tables and fails once children have rows",
    problem=(
        "With NO ACTION or RESTRICT children, dropping the old table leaves them without a parent. "
        "`PRAGMA defer_foreign_keys = ON` only moves the failure to the end of the file."
    ),
    remedy="Rename the whole family of tables first, or do without a rebuild.",
    bad=on_schema(_PARENT + _CHILD.format(action=""), _REBUILD),
    good=on_schema(_PARENT, _REBUILD.replace(" -- expect", ""), reverse=_UNDO),
    check=_check_fails,
)

REBUILD_SELF_REFERENCE = Rule(
    name="rebuild-self-reference",
    severity=Severity.ERROR,
    summary="A rebuilt table that refers to itself loses rows of its own",
    problem="The new table's foreign key names the old one, so that dropping the old one deletes rows in the new one.",
    remedy="Let the new table refer to itself under its passing name; RENAME rewrites it.",
    bad=on_schema(
        _TREE.format(name="folders", parent="folders", more=""),
        _TREE.format(name="new_folders", parent="folders", more="") + _MOVE.format(mark=" -- expect"),
    ),
    good=on_schema(
        _TREE.format(name="folders", parent="folders", more="") + _TREE_INDEX,
        _TREE.format(name="new_folders", parent="new_folders", more="") + _MOVE.format(mark="") + _TREE_INDEX,
    ),
    check=_check_self_reference,
)
