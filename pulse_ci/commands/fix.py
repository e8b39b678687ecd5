"""fix: the fixes that prove themselves by replay, written to the files under review, or shown as a diff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.analyze import gather
from pulse_ci.commands.files import write_existing, write_new
from pulse_ci.errors import MigrationError
from pulse_ci.fixes.fix_context import build_context, explain_not_fixable
from pulse_ci.fixes.fixes import apply_fixes
from pulse_ci.fixes.text_edits import make_patch
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.model import Severity
from pulse_ci.rules.lint import lint
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.rule import Review
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.fixes.fix_context import FixContext
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Finding


@dataclass(frozen=True, slots=True)
class FixResult:
    """What was fixed: a few words by path, the findings that are left with the reason, the files before and after.

    `reviewed` is how many migrations were looked at.
    """

    reviewed_count: int
    applied: tuple[tuple[str, str], ...]
    remaining: tuple[tuple[Finding, str | None], ...]
    before: MigrationSet
    after: MigrationSet

    @property
    def changed_files(self) -> Iterator[tuple[str, str | None, str]]:
        """Yield path, former text (None where the file is new) and text of each file that changes."""
        old = {each.path: each.text for each in (*self.before.migrations, *self.before.reverse_files)}
        for each in (*self.after.migrations, *self.after.reverse_files):
            if old.get(each.path) != each.text:
                yield each.path, old.get(each.path), each.text

    @property
    def diff(self) -> str:
        """All that changes, as a patch."""
        return "".join(make_patch(*each) for each in self.changed_files)

    @property
    def is_clean(self) -> bool:
        """Whether no error is left."""
        return all(finding.severity is not Severity.ERROR for finding, _ in self.remaining)


def fix(request: CheckRequest, on_step: Callable[[str], None] = lambda _: None) -> FixResult:
    """Find what can be fixed in the files under review; nothing is written.

    Raises:
        ConfigError: the directory cannot be read.
        MigrationError: the fixes of several files do not go together.

    """
    start = discover(request.display_dir, read_sources(request.directory, request.root))
    original = review = _review(request, start, on_step)
    done, reasons = list[tuple[str, str]](), dict[tuple[str, str], str]()
    for place, evidence in enumerate(original.evidence):
        on_step(f"fixing {evidence.migration.name}")
        case = build_context(review, review.evidence[place])
        if why := explain_not_fixable(case) or _reason_not_writable(request, case):
            reasons[case.path, ""] = f"{case.path} {why}"
            continue
        fixed = apply_fixes(case)
        done += [(case.path, proposal.summary) for proposal in fixed.applied]
        reasons |= {(case.path, declined.rule): declined.reason for declined in fixed.skipped}
        review = _replace_migration(request, review, place, fixed.context, on_step)
    findings = lint(_review(request, review.migrations, on_step)) if done else lint(original)
    if _count_errors(findings) > _count_errors(lint(original)):
        raise MigrationError("The fixes of several files do not go together: none was written. Fix one at a time.")
    remaining = tuple((each, _find_reason(reasons, each)) for each in findings if not each.ignored)
    return FixResult(len(original.evidence), tuple(done), remaining, start, review.migrations)


def write_fixes(fixed: FixResult, request: CheckRequest) -> None:
    """Write the files; raises MigrationError."""
    for path, before, after in fixed.changed_files:
        if before is None:
            write_new(request.root / path, after)
        else:
            write_existing(request.root / path, before, after)


def _review(request: CheckRequest, migrations: MigrationSet, on_step: Callable[[str], None]) -> Review:
    review, _ = gather(
        migrations,
        today=request.today,
        base=request.base,
        baseline=request.baseline,
        migrations_table=request.migrations_table,
        on_step=on_step,
    )
    return replace(review, skipped=request.skipped)


def _reason_not_writable(request: CheckRequest, case: FixContext) -> str | None:
    return "is a link: fix the file that it leads to" if (request.root / case.path).is_symlink() else None


def _replace_migration(
    request: CheckRequest, review: Review, place: int, fixed: FixContext, on_step: Callable[[str], None]
) -> Review:
    """Return the review with one file mended; where that restores something, the later files are run again."""
    migrations = fixed.review.migrations
    if diff(review.evidence[place].replayed.after, fixed.analysis.replayed.after):
        return _review(request, migrations, on_step)
    evidence = (*review.evidence[:place], fixed.analysis, *review.evidence[place + 1 :])
    return replace(review, migrations=migrations, evidence=evidence)


def _count_errors(findings: tuple[Finding, ...]) -> int:
    return sum(finding.severity is Severity.ERROR and not finding.ignored for finding in findings)


def _find_reason(reasons: dict[tuple[str, str], str], finding: Finding) -> str | None:
    return reasons.get((finding.path, finding.rule)) or reasons.get((finding.path, ""))
