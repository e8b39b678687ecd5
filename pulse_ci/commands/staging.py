"""Read a staging database for a check: where the replay starts, and the answers to probes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.analyze import StartingDatabase
from pulse_ci.analysis.row_effects import add_matched_rows, build_review_probes
from pulse_ci.errors import D1Error, D1Refused
from pulse_ci.model import Probe, ProbeCounts
from pulse_ci.report.models import Staging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.rule import Review
    from pulse_ci.commands.database_target import LiveDatabase
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.d1.client import D1Client
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.d1.snapshot import Snapshot
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.model import Finding


@dataclass(frozen=True)
class StagingSnapshot:
    """A staging database, `live` by its id: what is in it, what became of each file, where the replay starts."""

    live: LiveDatabase
    snapshot: Snapshot
    state: DatabaseMigrations
    start: StartingDatabase
    staging: Staging

    def find_applied(self, migration: Migration) -> bool | None:
        """Return whether a file has run there; None where nothing tells."""
        if migration in self.start.pending:
            return False
        return None if migration in self.state.unknown else True


def read_staging(request: CheckRequest, migrations: MigrationSet) -> StagingSnapshot | Staging:
    """Read staging, as far as it is asked for; what keeps it from being used is a reason.

    Raises:
        D1Error: staging cannot be read, and was asked for by name.

    """
    if request.staging_database is None:
        return Staging("skipped", request.staging_skip_reason, missed=request.staging_unavailable)
    with request.connect(request.staging_database.account) as client:
        try:
            staged = _read(request, request.staging_database, client, migrations)
        except D1Error as error:
            if request.staging_required:
                raise
            reason = f"{request.staging_database.name} could not be used. {error}"
            return Staging("skipped", reason, missed=True).add_usage(client.usage)
    if ran := _find_already_applied(request, staged, migrations):
        return _skip_already_applied(staged, ran)
    return staged


def _read(request: CheckRequest, live: LiveDatabase, client: D1Client, migrations: MigrationSet) -> StagingSnapshot:
    from pulse_ci.analysis.schema_history import replay_history
    from pulse_ci.d1.load_schema import load_into_engine
    from pulse_ci.d1.snapshot import read_snapshot

    history = replay_history(migrations.migrations, request.base_schema)
    live = replace(live, database=live.resolve(client).id)
    snapshot = read_snapshot(client, live.database, live.migrations_table, history)
    state = snapshot.determine_status(history)
    rows = {name: count.rows for name, count in snapshot.row_counts.items()}
    start = StartingDatabase(load_into_engine(snapshot), _find_pending(request, state, migrations), rows)
    staging = Staging("used", _describe_drift(state)).add_usage(client.usage)
    return StagingSnapshot(live, snapshot, state, start, staging)


def _describe_drift(state: DatabaseMigrations) -> str:
    """Return a sentence where the schema is not the one that the files make which have run there, else nothing."""
    names = list(dict.fromkeys(f"`{change.table}`" for change in state.drift))
    if not names:
        return ""
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"Its schema is not what its files make, at {shown}. `pulse-ci drift` tells how."


def _find_pending(request: CheckRequest, state: DatabaseMigrations, migrations: MigrationSet) -> tuple[Migration, ...]:
    """Return what is still to run there.

    Where there are records, wrangler goes by them: what follows the last recorded file will run, even if what it does
    is there already. A new file of which nothing can tell whether it has run has not, most likely.
    """
    added = request.base.added if request.base else frozenset[str]()
    recorded = {each.name for each in state.files if state.recorded and each.name in state.recorded.names}
    last = max((index for index, each in enumerate(migrations.migrations) if each.name in recorded), default=None)
    after_last_recorded = migrations.migrations[last + 1 :] if last is not None else ()
    unknown = (each for each in state.unknown if each.path in added)
    paths = {each.path for each in (*state.pending, *after_last_recorded, *unknown)}
    return tuple(each for each in migrations.migrations if each.path in paths)


def _find_already_applied(request: CheckRequest, staged: StagingSnapshot, migrations: MigrationSet) -> tuple[str, ...]:
    """Return which of the change's own files have run there: what they do cannot be seen any more."""
    if request.base is None:
        return ()
    new = migrations.select_under_review(request.base, request.baseline)
    return tuple(each.name for each in new if each not in staged.start.pending)


def _skip_already_applied(staged: StagingSnapshot, ran: tuple[str, ...]) -> Staging:
    reason = f"{staged.live.name} has {', '.join(ran)} already: what a file does is shown where it has not run"
    return replace(staged.staging, status="skipped", reason=reason, missed=True)


def probe_staging(
    request: CheckRequest, staged: StagingSnapshot, review: Review, findings: tuple[Finding, ...]
) -> tuple[StagingSnapshot, Review, Mapping[Probe, ProbeCounts]]:
    """Ask staging, in one request, what settles the findings that depend on rows, and what statements will cost.

    The review has the latter.

    Raises:
        D1Error: staging cannot be asked, and was asked for by name.

    """
    from pulse_ci.d1.probes import run_probes

    of_findings = [each.probe for each in findings if each.probe and not each.ignored]
    of_costs = build_review_probes(review, staged.snapshot.schema)
    if not of_findings and not of_costs:
        return staged, review, {}
    with request.connect(staged.live.account) as client:
        answers, unanswered = dict[Probe, ProbeCounts](), ""
        try:
            probes = (*of_findings, *of_costs.values())
            answers = run_probes(client, staged.live.database, staged.start.content, probes, staged.start.rows)
        except D1Refused:
            # D1's own text can hold a row's value, and no probe is worth the check.
            unanswered = "D1 rejected a query"
        except D1Error as error:
            if request.staging_required:
                raise
            unanswered = str(error)
        spent = client.usage
    staging = replace(staged.staging.add_usage(spent), probe_failure=unanswered)
    return replace(staged, staging=staging), add_matched_rows(review, of_costs, answers), answers
