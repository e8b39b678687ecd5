"""drop-table, drop-column, rows-lost, foreign-key-violation: what a migration takes from rows, as seeded rows show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.new_tables import freshness
from pulse_ci.analysis.rule import Evidence, Remark, Review, Rule, bare_name
from pulse_ci.model import Change, ChangeAction, ObjectKind, Severity
from pulse_ci.rules.examples import on_schema, one_file
from pulse_ci.schema.schema import fold
from pulse_ci.sql.operations import Drop, DropColumn, RenameColumn, RenameTable, parse_operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.analysis.row_losses import Loss
    from pulse_ci.sql.split import Statement

_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, url TEXT);\n"
_GOALS = (
    "CREATE TABLE IF NOT EXISTS goals (\n  goal_id INTEGER PRIMARY KEY,\n"
    "  site_id INTEGER NOT NULL REFERENCES sites (site_id) ON DELETE CASCADE\n);\n"
)


def _check_drop_table(review: Review) -> Iterator[Remark]:
    is_fresh = freshness(review)
    for evidence in review.evidence:
        for change in _removed(evidence, ObjectKind.TABLE):
            if not is_fresh(evidence, change.name) and not _was_renamed(evidence, change):
                yield Remark(
                    evidence.migration.locate(evidence.replayed.run.maker_of(change)),
                    f"Dropping table `{change.name}` deletes its rows{_on_staging(review, change.name)}, and the "
                    "Worker that is deployed may read it.",
                    f"Stop using `{change.name}`, deploy, keep a copy of its rows (`wrangler d1 export`), and drop "
                    "it in a later migration under `-- pulse-ci: ignore drop-table` with the reason.",
                )


def _on_staging(review: Review, table: str) -> str:
    rows = review.rows.get(fold(table)) if review.rows else None
    return f" ({rows:,} on staging)" if rows is not None else ""


def _check_drop_column(review: Review) -> Iterator[Remark]:
    is_fresh = freshness(review)
    for evidence in review.evidence:
        for change in _removed(evidence, ObjectKind.COLUMN):
            if not is_fresh(evidence, change.table) and not _was_renamed(evidence, change):
                yield Remark(
                    evidence.migration.locate(evidence.replayed.run.maker_of(change)),
                    f"Dropping column `{change.name}` of `{change.table}` deletes its values, and the Worker that is "
                    "deployed may read it.",
                    f"Stop using `{change.name}`, deploy, and drop it in a later migration under "
                    "`-- pulse-ci: ignore drop-column` with the reason.",
                )


def _removed(evidence: Evidence, kind: ObjectKind) -> Iterator[Change]:
    if evidence.runs:
        changes = evidence.replayed.changes
        yield from (change for change in changes if change.action is ChangeAction.REMOVED and change.kind is kind)


def _was_renamed(evidence: Evidence, change: Change) -> bool:
    """Return whether a table or a column is there after the file, though under another name."""
    table, name = fold(change.table), fold(change.name)
    for statement, _ in evidence.replayed.run.touched:
        match parse_operation(statement.sql):
            case RenameTable(of, to) if fold(of) == table:
                table = fold(to)
            case RenameColumn(of, column, to) if (fold(of), fold(column)) == (table, name):
                name = fold(to)
            case Drop("table", of) if fold(of) == table:
                return False
            case DropColumn(of, column) if (fold(of), fold(column)) == (table, name):
                return False
    return (table, name) != (fold(change.table), fold(change.name))


def _check_rows_lost(review: Review) -> Iterator[Remark]:
    is_fresh = freshness(review)
    for evidence in review.evidence:
        losses: dict[Statement | None, list[Loss]] = {}
        for loss in (*evidence.on_rows.losses, *evidence.on_rows.beyond):
            if not is_fresh(evidence, loss.table) and not _has_a_rule_of_its_own(evidence, loss):
                losses.setdefault(loss.statement, []).append(loss)
        for statement, here in losses.items():
            yield Remark(evidence.migration.locate(statement), _rows_lost(here, review.rows), _keep(here))


def _has_a_rule_of_its_own(evidence: Evidence, loss: Loss) -> bool:
    if evidence.rebuild_at(loss.statement):
        return bool(loss.path) or is_self_reference(evidence, loss)
    return _is_own_drop(loss) and evidence.replayed.after.find_table(loss.table) is None


def _is_own_drop(loss: Loss) -> bool:
    dropped = loss.statement and isinstance(parse_operation(loss.statement.sql), Drop)
    return bool(dropped and loss.target and fold(loss.target) == fold(loss.table))


def is_self_reference(evidence: Evidence, loss: Loss) -> bool:
    """Return whether a rebuilt table lost rows of its own, and refers to itself in a way that can cost rows."""
    rebuild = evidence.rebuild_at(loss.statement)
    if rebuild is None or fold(rebuild.table) != fold(loss.table):
        return False
    keys = rebuild.after.foreign_keys
    return any(fold(key.parent) == fold(rebuild.table) and key.on_delete != "NO ACTION" for key in keys)


def describe(loss: Loss, live: Mapping[str, int] | None) -> str:
    """Return what becomes of a table's rows: "`goals` loses 2 of 2 rows (ON DELETE CASCADE; 12,431 on staging)"."""
    rows = live.get(fold(loss.table)) if live else None
    notes = [_actions(loss)] if loss.path else []
    notes += [f"{rows:,} on staging"] if rows is not None else []
    through = f" ({'; '.join(notes)})" if notes else ""
    if loss.lost:
        return f"`{loss.table}` loses {loss.lost} of {loss.before} rows{through}"
    return f"`{loss.table}` has {loss.altered} of {loss.before} rows overwritten{through}"


def _actions(loss: Loss) -> str:
    by_way_of = [f"`{table}`" for table, _ in loss.path[:-1]]
    return loss.action + (f" by way of {', '.join(by_way_of)}" if by_way_of else "")


def _rows_lost(losses: list[Loss], live: Mapping[str, int] | None) -> str:
    remade = [loss for loss in losses if _is_own_drop(loss)]
    direct = [loss for loss in losses if not loss.path and fold(loss.target or loss.table) == fold(loss.table)]
    fired = [loss for loss in losses if not loss.path and loss not in direct]
    parts = [
        (remade, "The table is dropped and made anew, and not all its rows are in it: "),
        ([loss for loss in direct if loss not in remade], "On rows that satisfy the schema, "),
        ([loss for loss in losses if loss.path], f"The statement on `{losses[0].target}` reaches further: "),
        (fired, f"A trigger of `{losses[0].target}` fires: "),
    ]
    return " ".join(f"{lead}{'; '.join(describe(loss, live) for loss in which)}." for which, lead in parts if which)


def _keep(losses: list[Loss]) -> str:
    children = sorted({loss.table for loss in losses if loss.path})
    if children:
        names = ", ".join(f"`{name}`" for name in children)
        return f"First move the rows of {names} elsewhere, or give them another parent, in a statement of its own."
    if any(_is_own_drop(loss) for loss in losses):
        return (
            "Reach the aim with ALTER TABLE, or copy the rows into the new table before the old one is dropped; if "
            "they may go, `-- pulse-ci: ignore rows-lost` with the reason."
        )
    return "Say with WHERE which rows are meant; if this is meant, `-- pulse-ci: ignore rows-lost` with the reason."


def _check_violation(review: Review) -> Iterator[Remark]:
    for evidence in review.evidence:
        for table, parent in sorted({(table, parent) for table, _, parent, _ in evidence.on_rows.violations}):
            last = evidence.migration.statements[-1] if evidence.migration.statements else None
            yield Remark(
                evidence.migration.locate(evidence.on_rows.run.touching(table) or last),
                f"After this file rows of `{table}` refer to rows of `{parent}` that are not there; "
                "`PRAGMA foreign_key_check` lists them, and D1 has committed them.",
                f"Delete or correct the rows of {bare_name(table)} that have no parent before the file ends.",
            )


DROP_TABLE = Rule(
    name="drop-table",
    severity=Severity.ERROR,
    summary="A table that existed before is dropped",
    problem="Its rows are gone for good, and the Worker that is still deployed may read or write it.",
    remedy="Stop using the table, deploy, and drop it later, with the reason in an ignore.",
    bad=on_schema(_SITES, "DROP TABLE IF EXISTS sites; -- expect\n"),
    good=one_file(
        "CREATE TABLE IF NOT EXISTS scratch (scratch_id INTEGER PRIMARY KEY);\nDROP TABLE IF EXISTS scratch;\n"
    ),
    check=_check_drop_table,
)

DROP_COLUMN = Rule(
    name="drop-column",
    severity=Severity.ERROR,
    summary="A column that existed before is dropped",
    problem="Its values are gone for good, and no reverse brings them back.",
    remedy="Stop using the column, deploy, and drop it later, with the reason in an ignore.",
    bad=on_schema(_SITES, "ALTER TABLE sites DROP COLUMN url; -- expect\n"),
    good=on_schema(
        _SITES,
        "-- pulse-ci: ignore not-idempotent SQLite cannot guard ADD COLUMN\nALTER TABLE sites ADD COLUMN title TEXT;\n",
        reverse="ALTER TABLE sites DROP COLUMN title;",
    ),
    check=_check_drop_column,
)

ROWS_LOST = Rule(
    name="rows-lost",
    severity=Severity.ERROR,
    summary="A statement after which a table has fewer rows than before",
    problem=(
        "The tables that the file reaches were filled with rows that satisfy their constraints, and compared after "
        "each statement. A DELETE on a parent takes its children along where they say ON DELETE CASCADE."
    ),
    remedy="Bound the statement, move the rows elsewhere first, or say in an ignore why they may go.",
    bad=on_schema(_SITES + _GOALS, "DELETE FROM sites WHERE url IS NULL; -- expect\n"),
    good=on_schema(_SITES + _GOALS, "UPDATE sites SET url = 'https://' || url WHERE url NOT LIKE 'https://%';\n"),
    check=_check_rows_lost,
)

FOREIGN_KEY_VIOLATION = Rule(
    name="foreign-key-violation",
    severity=Severity.ERROR,
    summary="After the file `PRAGMA foreign_key_check` has rows that it had not before",
    problem="D1 has let through rows without a parent: every later write that touches them may fail.",
    remedy="Delete or correct the rows without a parent in the same file.",
    bad=on_schema(
        _SITES + _GOALS,
        "PRAGMA defer_foreign_keys = ON;\n"
        "INSERT OR IGNORE INTO goals (goal_id, site_id) VALUES (1001, 9999); -- expect\n"
        "PRAGMA defer_foreign_keys = OFF;\n",
    ),
    good=on_schema(
        _SITES + _GOALS,
        "INSERT OR IGNORE INTO sites (site_id, url) VALUES (9999, 'https://example.com');\n"
        "INSERT OR IGNORE INTO goals (goal_id, site_id) VALUES (1001, 9999);\n",
    ),
    check=_check_violation,
)
