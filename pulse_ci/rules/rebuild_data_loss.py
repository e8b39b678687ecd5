"""rebuild-cascades, rebuild-fails-with-rows, rebuild-self-reference: table rebuilds that do not survive their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.duplicate_rows import new_foreign_keys
from pulse_ci.analysis.probes import find_orphans
from pulse_ci.analysis.rule import MigrationAnalysis, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.data_loss import describe_loss, is_self_reference_loss
from pulse_ci.rules.error_rules import find_rejections
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.rules.some_rows import depends_on_rows
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.row_losses import RowLoss
    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.analysis.table_rebuilds import Rebuild

_PRAGMAS_NOTE = "`PRAGMA foreign_keys=OFF` does not prevent this on D1."
_REBUILD_ALL_REMEDY = (
    "Rebuild `{0}` together with the tables that refer to it: rename all of them first, copy parents first, drop the "
    "renamed tables last. Or use ADD, RENAME or DROP COLUMN if one of them does it."
)


def _check_cascades(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for rebuild in analysis.rebuilds:
            losses = [loss for loss in analysis.seeded_run.foreign_key_losses if loss.statement == rebuild.drop]
            if losses:
                yield _build_cascade_match(review, analysis, rebuild, losses)
            elif children := list(_find_untried_children(analysis, rebuild)):
                yield RuleMatch(
                    analysis.migration.locate(rebuild.drop),
                    f"`DROP TABLE {rebuild.table}` deletes its rows first, and with them it changes or deletes rows of "
                    f"{', '.join(children)}. {_PRAGMAS_NOTE}",
                    _REBUILD_ALL_REMEDY.format(rebuild.table),
                )


def _find_untried_children(analysis: MigrationAnalysis, rebuild: Rebuild) -> Iterator[str]:
    """Yield the children whose rows a DROP reaches, where no rows could be made to see it."""
    unseeded = {fold(each.table) for each in analysis.seeded_run.unseeded}
    rebuilt = {fold(each.table) for each in analysis.rebuilds}
    for child, key in analysis.replayed.before.list_children(rebuild.before.name):
        untried = not unseeded.isdisjoint((fold(rebuild.before.name), fold(child.name)))
        if untried and fold(child.name) not in rebuilt and key.on_delete in ("CASCADE", "SET NULL", "SET DEFAULT"):
            yield f"`{child.name}` (ON DELETE {key.on_delete})"


def _build_cascade_match(
    review: Review, analysis: MigrationAnalysis, rebuild: Rebuild, losses: list[RowLoss]
) -> RuleMatch:
    loss_texts = "; ".join(describe_loss(loss, review.rows) for loss in losses)
    condition = "Once no row stops it, d" if analysis.seeded_run.losses_behind_rejection else "D"
    return RuleMatch(
        analysis.migration.locate(rebuild.drop),
        f"{condition}ropping `{rebuild.table}` also changes rows of other tables: {loss_texts}. {_PRAGMAS_NOTE}",
        _REBUILD_ALL_REMEDY.format(rebuild.table),
    )


def _check_fails(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for rejection, on_rows in find_rejections("rebuild-fails-with-rows", analysis):
            if on_rows and (match := _build_orphan_match(analysis, rejection)):
                yield match
            elif on_rows:
                rebuild = analysis.find_rebuild(rejection.statement) or analysis.rebuilds[0]
                location = (
                    "at its DROP" if rejection.statement else "at its end, where deferred constraints are checked"
                )
                yield RuleMatch(
                    analysis.migration.locate(rejection.statement or rebuild.drop),
                    f"This rebuild of `{rebuild.table}` runs on empty tables; with rows D1 rejects the file "
                    f"{location}: "
                    f"`{rejection.message}`. {_describe_children(analysis, rebuild)}",
                    _REBUILD_ALL_REMEDY.format(rebuild.table),
                )


def _build_orphan_match(analysis: MigrationAnalysis, rejection: Rejection) -> RuleMatch | None:
    """Return the warning about a new foreign key, if rows without a parent are all that stops the file."""
    keys = list(new_foreign_keys(analysis.replayed.before, analysis.replayed.after))
    referred = any(
        key.on_delete in ("NO ACTION", "RESTRICT")
        for rebuild in analysis.rebuilds
        for child, key in analysis.replayed.before.list_children(rebuild.table)
        if fold(child.name) != fold(rebuild.table)
    )
    if not keys or referred or not depends_on_rows(analysis, rejection):
        return None
    table, columns, parent, parent_columns = keys[0]
    query = find_orphans(table.name, columns, parent, parent_columns)
    named = ", ".join(f"`{column}`" for column in columns)
    return RuleMatch(
        analysis.migration.locate(rejection.statement or analysis.rebuilds[0].drop),
        f"D1 rejects this new foreign key if rows of `{table.name}` have a {named} without a row of `{parent}`: "
        f"`{rejection.message}`.",
        f"`{query}` lists them; correct or delete those rows first.",
        Severity.WARNING,
        unproven=True,
    )


def _describe_children(analysis: MigrationAnalysis, rebuild: Rebuild) -> str:
    schema = analysis.replayed.before
    names = sorted(
        {child.name for child, _ in schema.list_children(rebuild.table) if fold(child.name) != fold(rebuild.table)}
    )
    return f"Rows of {', '.join(f'`{name}`' for name in names)} refer to it." if names else ""


def _check_self_reference(review: Review) -> Iterator[RuleMatch]:
    for analysis in review.analyses:
        for loss in analysis.seeded_run.losses:
            rebuild = analysis.find_rebuild(loss.statement)
            if rebuild and is_self_reference_loss(analysis, loss):
                yield RuleMatch(
                    analysis.migration.locate(rebuild.drop),
                    f"The foreign key of the new table refers to the old `{loss.table}`: dropping that one deletes "
                    f"rows of the new table. {describe_loss(loss, review.rows)}.",
                    f"In the new table, refer to the new table's own name; RENAME turns it into `{loss.table}`.",
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
        "with ON DELETE CASCADE loses its rows, with SET NULL or SET DEFAULT their references. The file succeeds, and "
        "nothing reports it. No pragma prevents it on D1."
    ),
    remedy="Rename all tables concerned first, or avoid the rebuild.",
    bad=make_example_on_schema(_PARENT + _CHILD.format(action=" ON DELETE CASCADE"), _REBUILD),
    good=make_example_on_schema(_PARENT, _REBUILD.replace(" -- expect", ""), reverse=_UNDO),
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
    remedy="Rename all tables concerned first, or avoid the rebuild.",
    bad=make_example_on_schema(_PARENT + _CHILD.format(action=""), _REBUILD),
    good=make_example_on_schema(_PARENT, _REBUILD.replace(" -- expect", ""), reverse=_UNDO),
    check=_check_fails,
)

REBUILD_SELF_REFERENCE = Rule(
    name="rebuild-self-reference",
    severity=Severity.ERROR,
    summary="A rebuilt table that refers to itself loses rows of its own",
    problem="The new table's foreign key names the old one, so that dropping the old one deletes rows in the new one.",
    remedy="Let the new table refer to itself under its temporary name; RENAME rewrites it.",
    bad=make_example_on_schema(
        _TREE.format(name="folders", parent="folders", more=""),
        _TREE.format(name="new_folders", parent="folders", more="") + _MOVE.format(mark=" -- expect"),
    ),
    good=make_example_on_schema(
        _TREE.format(name="folders", parent="folders", more="") + _TREE_INDEX,
        _TREE.format(name="new_folders", parent="new_folders", more="") + _MOVE.format(mark="") + _TREE_INDEX,
    ),
    check=_check_self_reference,
)
