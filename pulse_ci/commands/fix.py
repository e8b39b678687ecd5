"""fix: write the fixes that replay proves to the files under review, or show them as a diff."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.analyze import analyze
from pulse_ci.commands.arguments import DEFAULT_BASE
from pulse_ci.commands.exit_codes import FINDINGS, OK
from pulse_ci.commands.files import write_existing, write_new
from pulse_ci.commands.output import TerminalOutput, wants_colour
from pulse_ci.commands.request import read_request
from pulse_ci.errors import ConfigError, MigrationError
from pulse_ci.fixes.fix_context import build_context, explain_not_fixable
from pulse_ci.fixes.fixes import apply_fixes
from pulse_ci.fixes.text_edits import make_patch
from pulse_ci.model import Severity
from pulse_ci.report.escape import escape_invisible
from pulse_ci.rules.lint import lint
from pulse_ci.schema.diff import diff
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulse_ci.analysis.rule import Review
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.fixes.fix_context import FixContext
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Finding
    from pulse_ci.settings import Settings

_COLOURS = {"+++": "1", "---": "1", "@@": "36", "+": "32", "-": "31"}


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


def run(_: str, options: Mapping[str, object]) -> int:
    """Fix what can be fixed and print what was done; return the exit code: 1 if errors remain."""
    flags = {name: value for name, value in options.items() if name != "dry_run"}
    settings = read_settings({**flags, "preview": "embedded"})
    request = _read_request(settings)
    with TerminalOutput(settings) as output:
        fixed = fix(request, output.on_step)
    stream, dry_run = sys.stdout, bool(options["dry_run"])
    if dry_run:
        # Into a file or `git apply` it goes as it is; a terminal would obey what a migration's text may hold.
        diff = escape_invisible(fixed.diff) if sys.stdout.isatty() else fixed.diff
        sys.stdout.write(_colour_diff(diff) if wants_colour(sys.stdout) else diff)
        stream = sys.stderr
    else:
        write_fixes(fixed, request)
    stream.writelines(f"{escape_invisible(line)}\n" for line in _summarize(fixed, request, dry_run=dry_run))
    return OK if fixed.is_clean else FINDINGS


def _read_request(settings: Settings) -> CheckRequest:
    from pulse_ci.migrations.git import read_base_diff

    request = read_request(settings, "fix")
    if settings.base or "baseline" in settings.given:
        return request
    # What is merged may have been applied: without a word to the contrary it is left alone.
    try:
        return replace(request, base=read_base_diff(DEFAULT_BASE, request.display_dir, request.root))
    except ConfigError:
        return request


def fix(request: CheckRequest, on_step: Callable[[str], None] = lambda _: None) -> FixResult:
    """Find what can be fixed in the files under review; nothing is written.

    Raises:
        ConfigError: the directory cannot be read.
        MigrationError: the fixes of several files do not go together.

    """
    start = request.discover()
    original = review = _review(request, start, on_step)
    done, reasons = list[tuple[str, str]](), dict[tuple[str, str], str]()
    for place, evidence in enumerate(original.analyses):
        on_step(f"fixing {evidence.migration.name}")
        case = build_context(review, review.analyses[place])
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
    return FixResult(len(original.analyses), tuple(done), remaining, start, review.migrations)


def write_fixes(fixed: FixResult, request: CheckRequest) -> None:
    """Write the files; raises MigrationError."""
    for path, before, after in fixed.changed_files:
        if before is None:
            write_new(request.root / path, after)
        else:
            write_existing(request.root / path, before, after)


def _review(request: CheckRequest, migrations: MigrationSet, on_step: Callable[[str], None]) -> Review:
    review, _ = analyze(
        migrations,
        today=request.today,
        base=request.base,
        baseline=request.baseline,
        migrations_table=request.migrations_table,
        base_schema=request.base_schema,
        on_step=on_step,
    )
    skipped = {*request.skipped, *request.choose_conventions(migrations).skipped}
    return replace(review, skipped_rules=tuple(sorted(skipped)))


def _reason_not_writable(request: CheckRequest, case: FixContext) -> str | None:
    return "is a link: fix the file that it leads to" if (request.root / case.path).is_symlink() else None


def _replace_migration(
    request: CheckRequest, review: Review, place: int, fixed: FixContext, on_step: Callable[[str], None]
) -> Review:
    """Return the review with one file mended; where that restores something, the later files are run again."""
    migrations = fixed.review.migrations
    if diff(review.analyses[place].replayed.after, fixed.analysis.replayed.after):
        return _review(request, migrations, on_step)
    evidence = (*review.analyses[:place], fixed.analysis, *review.analyses[place + 1 :])
    return replace(review, migrations=migrations, analyses=evidence)


def _count_errors(findings: tuple[Finding, ...]) -> int:
    return sum(finding.severity is Severity.ERROR and not finding.ignored for finding in findings)


def _find_reason(reasons: dict[tuple[str, str], str], finding: Finding) -> str | None:
    return reasons.get((finding.path, finding.rule)) or reasons.get((finding.path, ""))


def _summarize(fixed: FixResult, request: CheckRequest, *, dry_run: bool) -> Iterator[str]:
    if not fixed.reviewed_count:
        since = f", added since {request.base.label}" if request.base else ""
        yield f"No migration is under review in {request.display_dir}{since}. `--baseline 0` takes in all of them."
    for path in dict.fromkeys(path for path, _ in fixed.applied):
        yield f"{path}{' (not written)' if dry_run else ''}"
        yield from (f"  {does}" for at, does in fixed.applied if at == path)
    if fixed.remaining:
        yield "left to you"
        yield from (f"  {_format_remaining(finding, reason)}" for finding, reason in fixed.remaining)
    elif fixed.reviewed_count and not fixed.applied:
        yield "Nothing to fix."


def _format_remaining(finding: Finding, reason: str | None) -> str:
    why = f" Not done here: {reason.rstrip('.')}." if reason else ""
    return f"{finding.path}:{finding.line}: {finding.severity} {finding.rule}: {finding.remedy}{why}"


def _colour_diff(diff: str) -> str:
    return "".join(_colour_line(line) for line in diff.splitlines(keepends=True))


def _colour_line(line: str) -> str:
    code = next((code for start, code in _COLOURS.items() if line.startswith(start)), None)
    return f"\x1b[{code}m{line.rstrip(chr(10))}\x1b[0m\n" if code else line
