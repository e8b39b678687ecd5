"""The shape of a rule: what it looks at, what it yields, and the examples that are its docs and its tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.analysis.renames import Renames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from pulse_ci.analysis.broken_on_use import BrokenOnUse
    from pulse_ci.analysis.copied_values import CopiedColumn
    from pulse_ci.analysis.cost.observed_changes import StatementEffect
    from pulse_ci.analysis.passed_over import PassedOver
    from pulse_ci.analysis.proofs import IdempotencyResult, ReversibilityResult
    from pulse_ci.analysis.quoted_texts import QuotedText
    from pulse_ci.analysis.replay import FailedMigration, ReplayedMigration
    from pulse_ci.analysis.seeded_run import SeededRun
    from pulse_ci.analysis.table_rebuilds import Rebuild
    from pulse_ci.analysis.worker_results import WorkerResults
    from pulse_ci.migrations.base_diff import BaseDiff
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Ignore, Location, Migration
    from pulse_ci.model import Change, Probe, Severity
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement
    from pulse_ci.wrangler import WranglerDatabase


@dataclass(frozen=True, slots=True)
class Dependency:
    """An earlier migration, and those of its objects that a later one refers to."""

    migration: Migration
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MigrationAnalysis:
    """All that was found out about one migration under review; `effects` only where a live database has its rows."""

    migration: Migration
    replayed: ReplayedMigration
    idempotency: IdempotencyResult
    reversibility: ReversibilityResult
    depends_on: tuple[Dependency, ...]
    seeded_run: SeededRun
    rebuilds: tuple[Rebuild, ...]
    effects: tuple[StatementEffect, ...] = ()
    broken_on_use: tuple[BrokenOnUse, ...] = ()
    copied: tuple[CopiedColumn, ...] = ()
    quoted: tuple[QuotedText, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    renames: Renames = field(default_factory=Renames)

    def find_rebuild(self, statement: Statement | None) -> Rebuild | None:
        """Return the rebuild whose old table `statement` drops, if it does."""
        return next((rebuild for rebuild in self.rebuilds if rebuild.drop == statement), None)

    @property
    def took_effect(self) -> bool:
        """Whether the file took effect, its own BEGIN and COMMIT left out, so that the other proofs mean something."""
        return self.replayed.ran_without_transactions


@dataclass(frozen=True, slots=True)
class ScratchResult:
    """What a run on real D1 showed besides: its message for each file, by path, that it refused, and its schema.

    `differences` lead from the schema that the embedded engine ends with to D1's.
    """

    rejections: Mapping[str, str]
    differences: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """All that a rule may look at; no rule reads a file, a network or a clock.

    `rows` has how many rows a live database has in the tables that the files reach, by folded name; None where the
    files alone are replayed. `reached` has how many of them a statement takes, where that was asked, and `most_written`
    is how many rows a statement may write, if anybody said. `on_d1` is None where the files did not run on real D1.
    `config` is the path of wrangler's configuration as reports spell it, and `database` the one in it that uses the
    directory. `skipped` are the rules that are not asked. `contents` has the database without and with the files under
    review, for EmbeddedD1.restore(); `worker` what became of the Worker's queries, where its source was read.
    """

    migrations: MigrationSet
    before: Schema
    analyses: tuple[MigrationAnalysis, ...]
    failed: tuple[FailedMigration, ...]
    today: date
    base: BaseDiff | None = None
    baseline: int = 0
    used_ignores: frozenset[Ignore] = frozenset()
    rows: Mapping[str, int] | None = None
    matched_rows: Mapping[Statement, int] = field(default_factory=dict)
    max_rows_written: int | None = None
    scratch_result: ScratchResult | None = None
    config: str = ""
    database: WranglerDatabase | None = None
    skipped_rules: tuple[str, ...] = ()
    contents: tuple[bytes, bytes] | None = None
    worker: WorkerResults | None = None

    @property
    def is_of_change(self) -> bool:
        """Whether a change is reviewed, and not all files at once."""
        return self.base is not None or self.baseline > 0 or self.rows is not None

    @property
    def new(self) -> tuple[Migration, ...]:
        """The migrations under review, in order."""
        return tuple(evidence.migration for evidence in self.analyses)

    def is_new(self, path: str) -> bool:
        """Whether the change brings or edits the file; of no change, whether it is there at all."""
        return self.base is None or path in self.base.added or any(edit.path == path for edit in self.base.edits)

    @property
    def reverse_files(self) -> tuple[Migration, ...]:
        """The reverse files of the migrations under review."""
        numbers = {migration.number for migration in self.new}
        return tuple(
            reverse
            for reverse in self.migrations.reverse_files
            if reverse.number in numbers or reverse.reversed_number in numbers
        )

    @property
    def ignores(self) -> tuple[Ignore, ...]:
        """The ignores in the files under review and in their reverses."""
        return tuple(ignore for each in (*self.new, *self.reverse_files) for ignore in each.ignores)


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """What a rule has to say of one place; `severity` where it is not the rule's own.

    `unproven` says that the file may be right: what it does depends on rows that are not known.
    """

    location: Location
    message: str
    remedy: str
    severity: Severity | None = None
    probe: Probe | None = None
    unproven: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """Files that a rule judges; a line that ends in `-- expect` is one that it must report.

    `new` names the files under review where the example needs a base that has the others; `d1_refuses` is the message
    with which real D1 refuses the last file, `rows` how many rows a live database has. A `wrangler.toml` among the
    files is wrangler's configuration; a `.ts` file is the Worker's, whose marked lines end in `// expect`, and
    `code_first` says that it is deployed before the migrations run.
    """

    files: Mapping[str, str]
    new: frozenset[str] | None = None
    edits: tuple[str, ...] = ()
    tip: frozenset[str] = field(default_factory=frozenset)
    pattern: str | None = None
    d1_refuses: str | None = None
    rows: Mapping[str, int] | None = None
    code_first: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for; `is_convention` where D1 and the rows do not mind it, and a team may not either."""

    name: str
    severity: Severity
    summary: str
    problem: str
    remedy: str
    bad: Example
    good: Example
    check: Callable[[Review], Iterator[RuleMatch]]
    is_convention: bool = False
