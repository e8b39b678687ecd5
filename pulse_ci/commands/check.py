"""check, lint and preview: files to a Report, each with the parts that it is asked for."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from pulse_ci.analysis.analyze import analyze
from pulse_ci.analysis.probe_results import apply_probe_results
from pulse_ci.commands.exit_codes import choose_exit_code
from pulse_ci.commands.output import TerminalOutput
from pulse_ci.commands.request import CheckRequest, build_request, read_request
from pulse_ci.commands.staging import StagingSnapshot, probe_staging, read_staging
from pulse_ci.config_file import OFF
from pulse_ci.engine.version import get_sqlite_version
from pulse_ci.errors import ConfigError
from pulse_ci.layout import REVERSE_DIRECTORY
from pulse_ci.migrations.base_diff import BaseDiff
from pulse_ci.migrations.source import make_display_path
from pulse_ci.model import Severity
from pulse_ci.report.build import build_report
from pulse_ci.report.models import Database, FixedFile, conclude
from pulse_ci.rules.error_rules import NOT_ALLOWED_RULES
from pulse_ci.rules.lint import lint
from pulse_ci.schema.diff import diff
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from pulse_ci.analysis.rule import Review
    from pulse_ci.config_file import RuleSetting
    from pulse_ci.model import Finding, Probe, ProbeCounts
    from pulse_ci.report import Report
    from pulse_ci.report.models import Staging

_REPLAY_RULES = frozenset({"replay-fails", "explicit-transaction", "d1-differs"}) | NOT_ALLOWED_RULES


def check_embedded(directory: str) -> Report:
    """Check a directory with nothing but its files: what `pulse_ci.check_directory` promises."""
    return check(build_request(Path(directory)))


def check(request: CheckRequest, on_step: Callable[[str], None] = lambda _: None) -> Report:
    """Run the steps: read, replay, prove, lint, diff; `on_step` is told of each.

    Raises:
        ConfigError: the directory cannot be read.

    """
    timings: dict[str, float] = {}
    with _timed(timings, "read"):
        migrations = request.discover()
    on_step("reading staging")
    with _timed(timings, "staging"):
        staged = read_staging(request, migrations)
    start = staged.start if isinstance(staged, StagingSnapshot) else None
    with _timed(timings, "prove"):
        review, after = analyze(
            migrations,
            start=start,
            today=request.today,
            base=request.base,
            baseline=request.baseline,
            migrations_table=request.migrations_table,
            base_schema=request.base_schema,
            on_step=on_step,
        )
    with _timed(timings, "worker"):
        review = _add_worker(review, request, on_step)
    if request.uses_scratch and isinstance(staged, StagingSnapshot):
        from pulse_ci.commands.scratch import run_on_scratch

        on_step("running on a scratch database")
        with _timed(timings, "scratch"):
            staged, on_d1 = run_on_scratch(request, staged, after)
            review = replace(review, scratch_result=on_d1)
    conventions = request.choose_conventions(migrations)
    skipped = tuple(sorted({*request.skipped, *conventions.skipped}))
    review = replace(review, max_rows_written=request.max_rows_written, skipped_rules=skipped)
    on_step("judging")
    with _timed(timings, "lint"):
        review = _add_configuration(review, request)
        findings = _apply_rule_settings(lint(review), request.rules)
    answers: Mapping[Probe, ProbeCounts] = {}
    if isinstance(staged, StagingSnapshot) and request.command != "preview":
        on_step("asking staging")
        with _timed(timings, "probe"):
            staged, review, answers = probe_staging(request, staged, review, findings)
            findings = _apply_rule_settings(lint(review), request.rules) if review.matched_rows else findings
    fixed_files: tuple[FixedFile, ...] = ()
    if request.command != "preview" and any(not finding.ignored for finding in findings):
        from pulse_ci.fixes.fixes import attach_fixes, fix_rebuilt_files

        on_step("trying fixes")
        with _timed(timings, "fix"):
            findings = attach_fixes(review, findings)
            fixed_files = tuple(FixedFile(*each) for each in fix_rebuilt_files(review, findings).items())
    if isinstance(staged, StagingSnapshot):
        findings = apply_probe_results(findings, answers, review, staged.live.name)
    with _timed(timings, "diff"):
        changes = diff(review.before, after)
    report = build_report(
        request.command,
        review,
        findings,
        changes,
        fail_on=request.fail_on,
        database=_build_report_database(request, staged),
        staging=staged.staging if isinstance(staged, StagingSnapshot) else staged,
        timings_ms=timings,
        applied=staged.find_applied if isinstance(staged, StagingSnapshot) else lambda _: None,
        after=after,
    )
    return replace(report, fixed_files=fixed_files, habit=conventions.sentence)


def _add_worker(review: Review, request: CheckRequest, on_step: Callable[[str], None]) -> Review:
    if request.command == "preview":
        return review
    from pulse_ci.commands.worker_source import read_worker_source
    from pulse_ci.worker.check_worker import add_worker

    source = read_worker_source(request)
    if source is None:
        return review
    on_step("trying the Worker's queries")
    return add_worker(review, source)


def _apply_rule_settings(findings: tuple[Finding, ...], rules: Sequence[RuleSetting]) -> tuple[Finding, ...]:
    """Return the findings with the severities that pulse-ci.toml sets; what is off there is left out."""
    kept = []
    for finding in findings:
        settings = [each.severity for each in rules if each.applies_to(finding.rule, finding.path)]
        if not settings:
            kept.append(finding)
        elif settings[-1] != OFF:
            kept.append(replace(finding, severity=Severity(settings[-1])))
    return tuple(kept)


def _add_configuration(review: Review, request: CheckRequest) -> Review:
    if request.wrangler is None:
        return review
    config = make_display_path(request.wrangler.config, request.root)
    return replace(review, config=config, database=request.wrangler)


def _build_report_database(request: CheckRequest, staged: StagingSnapshot | Staging) -> Database:
    if isinstance(staged, StagingSnapshot):
        return Database("scratch" if request.uses_scratch else "staging", staged.live.name, get_sqlite_version())
    return Database("embedded", request.wrangler.name if request.wrangler else None, get_sqlite_version())


def lint_only(request: CheckRequest, on_step: Callable[[str], None] = lambda _: None) -> Report:
    """Do as `check`, for the findings alone."""
    return replace(check(request, on_step), changes=())


def preview(request: CheckRequest, on_step: Callable[[str], None] = lambda _: None) -> Report:
    """Do as `check`, for the schema diff alone; that a file does not run at all is still said."""
    report = check(request, on_step)
    findings = tuple(finding for finding in report.findings if finding.rule in _REPLAY_RULES)
    conclusion = report.conclusion
    if report.migrations:
        conclusion = conclude(findings, request.fail_on, rejected=report.is_rejected)
    return replace(
        report,
        findings=findings,
        rows=(),
        unseeded=(),
        unrestored=(),
        conclusion=conclusion,
    )


COMMANDS: Mapping[str, Callable[..., Report]] = {"check": check, "lint": lint_only, "preview": preview}


def run(command: str, options: Mapping[str, object]) -> int:
    """Run check, lint or preview with the flags that were given; return the exit code, of several sets the highest."""
    flags = dict(options)
    paths = flags.pop("paths")
    sets = group_by_directory(list(map(str, paths)) if isinstance(paths, list) and paths else [None])
    if len(sets) > 1 and flags.get("format") not in (None, "text"):
        raise ConfigError(f"{len(sets)} migrations directories make {len(sets)} reports: check one, or use text.")
    return max(_run_one(command, {**flags, "migrations_dir": directory}, files) for directory, files in sets.items())


def _run_one(command: str, flags: Mapping[str, object], files: Collection[Path]) -> int:
    settings = read_settings(flags)
    if files and settings.base:
        raise ConfigError("--base says which files are new, and so do the files that are named: give one of the two.")
    request = read_request(settings, command)
    if files:
        named = frozenset(make_display_path(each, request.root) for each in files)
        request = replace(request, base=BaseDiff("the files named", named, (), frozenset()))
    with TerminalOutput(settings) as output:
        report = COMMANDS[command](request, output.on_step)
    output.publish(report)
    return choose_exit_code(report)


def group_by_directory(paths: Iterable[str | None]) -> dict[str | None, list[Path]]:
    """Return the migrations directories that are meant, each with the files of it that are named."""
    sets: dict[str | None, list[Path]] = {}
    for name in paths:
        if name is None or not name.lower().endswith(".sql") or Path(name).is_dir():
            sets.setdefault(name, [])
            continue
        path = Path(name)
        if not path.is_file():
            raise ConfigError(f"{path} is not there. Name a migrations directory, or files of one.")
        in_folder = path.name == "migration.sql" or path.absolute().parent.name == REVERSE_DIRECTORY
        folder = path.absolute().parent.parent if in_folder else path.absolute().parent
        sets.setdefault(os.path.relpath(folder), []).append(path)
    return sets


@contextmanager
def _timed(timings: dict[str, float], step: str) -> Iterator[None]:
    start = perf_counter()
    yield
    timings[step] = round((perf_counter() - start) * 1000, 1)
