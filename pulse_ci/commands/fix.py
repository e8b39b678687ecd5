"""fix: the fixes that prove themselves by replay, written to the files under review, or shown as a diff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.analyze import gather
from pulse_ci.commands.files import create, rewrite
from pulse_ci.errors import MigrationError
from pulse_ci.fixes.fix_context import case_of, why_not
from pulse_ci.fixes.fixes import mend
from pulse_ci.fixes.patch import patch
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.model import Severity
from pulse_ci.rules.lint import lint
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.rule import Review
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.fixes.fix_context import Case
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Finding


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was fixed: a few words by path, the findings that are left with the reason, the files before and after.

    `reviewed` is how many migrations were looked at.
    """

    reviewed: int
    done: tuple[tuple[str, str], ...]
    left: tuple[tuple[Finding, str | None], ...]
    before: MigrationSet
    after: MigrationSet

    @property
    def texts(self) -> Iterator[tuple[str, str | None, str]]:
        """Yield path, former text (None where the file is new) and text of each file that changes."""
        old = {each.path: each.text for each in (*self.before.migrations, *self.before.reverse_files)}
        for each in (*self.after.migrations, *self.after.reverse_files):
            if old.get(each.path) != each.text:
                yield each.path, old.get(each.path), each.text

    @property
    def diff(self) -> str:
        """All that changes, as a patch."""
        return "".join(patch(*each) for each in self.texts)

    @property
    def clean(self) -> bool:
        """Whether no error is left."""
        return all(finding.severity is not Severity.ERROR for finding, _ in self.left)


def fix(request: CheckRequest, on_step: Callable[[str], None] = lambda _: None) -> Fixed:
    """Find what can be fixed in the files under review; nothing is written.

    Raises:
        ConfigError: the directory cannot be read.
        MigrationError: the fixes of several files do not go together.

    """
    start = discover(request.shown, read_sources(request.directory, request.root))
    had = review = _review(request, start, on_step)
    done, reasons = list[tuple[str, str]](), dict[tuple[str, str], str]()
    for place, evidence in enumerate(had.evidence):
        on_step(f"fixing {evidence.migration.name}")
        case = case_of(review, review.evidence[place])
        if why := why_not(case) or _why_not_written(request, case):
            reasons[case.path, ""] = f"{case.path} {why}"
            continue
        mended = mend(case)
        done += [(case.path, proposal.does) for proposal in mended.done]
        reasons |= {(case.path, declined.rule): declined.reason for declined in mended.declined}
        review = _with(request, review, place, mended.case, on_step)
    has = lint(_review(request, review.migrations, on_step)) if done else lint(had)
    if _errors(has) > _errors(lint(had)):
        raise MigrationError("The fixes of several files do not go together: none was written. Fix one at a time.")
    left = tuple((each, _reason(reasons, each)) for each in has if not each.ignored)
    return Fixed(len(had.evidence), tuple(done), left, start, review.migrations)


def write(fixed: Fixed, request: CheckRequest) -> None:
    """Write the files; raises MigrationError."""
    for path, before, after in fixed.texts:
        if before is None:
            create(request.root / path, after)
        else:
            rewrite(request.root / path, before, after)


def _review(request: CheckRequest, migrations: MigrationSet, on_step: Callable[[str], None]) -> Review:
    review, _ = gather(migrations, today=request.today, base=request.base, baseline=request.baseline, on_step=on_step)
    return replace(review, skipped=request.skipped)


def _why_not_written(request: CheckRequest, case: Case) -> str | None:
    return "is a link: fix the file that it leads to" if (request.root / case.path).is_symlink() else None


def _with(request: CheckRequest, review: Review, place: int, mended: Case, on_step: Callable[[str], None]) -> Review:
    """Return the review with one file mended; where that restores something, the later files are run again."""
    migrations = mended.review.migrations
    if diff(review.evidence[place].replayed.after, mended.evidence.replayed.after):
        return _review(request, migrations, on_step)
    evidence = (*review.evidence[:place], mended.evidence, *review.evidence[place + 1 :])
    return replace(review, migrations=migrations, evidence=evidence)


def _errors(findings: tuple[Finding, ...]) -> int:
    return sum(finding.severity is Severity.ERROR and not finding.ignored for finding in findings)


def _reason(reasons: dict[tuple[str, str], str], finding: Finding) -> str | None:
    return reasons.get((finding.path, finding.rule)) or reasons.get((finding.path, ""))
