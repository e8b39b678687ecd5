"""An Example to the findings on it, as a check of a repository with those files makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pulse_ci.analysis.analyze import analyze
from pulse_ci.analysis.row_effects import observe_migration_effects
from pulse_ci.analysis.rule import ScratchResult
from pulse_ci.analysis.worker_results import DeployOrder
from pulse_ci.layout import FLAT, Layout
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import SourceFile, SourceFiles
from pulse_ci.rules.lint import lint
from pulse_ci.worker.check_worker import WorkerSource, add_worker
from pulse_ci.worker.source_files import SourceTree, matters
from pulse_ci.wrangler import WranglerDatabase, find_wrangler_database

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.analysis.rule import Example, Review
    from pulse_ci.model import Finding

MARKS = (" -- expect", " // expect")
CONFIG = "wrangler.toml"
TODAY = date(2025, 6, 1)


def expected_lines(example: Example) -> list[tuple[str, int]]:
    """Return path and line of every marked line."""
    return sorted(
        (path, number)
        for path, text in example.files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if line.endswith(MARKS)
    )


def review_of(example: Example) -> Review:
    """Return what the rules see of an example."""
    files = {path: text.replace(MARKS[0], "").replace(MARKS[1], "") for path, text in example.files.items()}
    config = files.pop(CONFIG, None)
    code = {path: files.pop(path).encode() for path in example.files if matters(path)}
    found = review(files, base=_base(example), layout=_layout(example))
    refusals = {max(files): example.d1_refuses} if example.d1_refuses else {}
    found = replace(found, config=CONFIG, database=_database(config)) if config else found
    found = _with_worker(found, code, example) if code else found
    found = _on_rows(found, example.rows) if example.rows else found
    return replace(found, scratch_result=ScratchResult(refusals)) if refusals else found


def _with_worker(found: Review, code: dict[str, bytes], example: Example) -> Review:
    order = DeployOrder.CODE_FIRST if example.code_first else DeployOrder.UNKNOWN
    return add_worker(found, WorkerSource(SourceTree(code), {}, deploy_order=order))


def _on_rows(found: Review, rows: Mapping[str, int]) -> Review:
    evidence = tuple(replace(each, effects=observe_migration_effects(each.replayed)) for each in found.analyses)
    return replace(found, rows=rows, analyses=evidence)


def _database(config: str) -> WranglerDatabase | None:
    with TemporaryDirectory() as folder:
        path = Path(folder, CONFIG)
        path.write_text(config, encoding="utf-8")
        return find_wrangler_database(path)


def review(
    files: Mapping[str, str],
    *,
    base: BaseDiff | None = None,
    baseline: int = 0,
    layout: Layout = FLAT,
) -> Review:
    """Return what the rules see of some files, by path."""
    migrations = discover(
        "migrations", SourceFiles(tuple(SourceFile(path, text) for path, text in sorted(files.items())), layout)
    )
    found, _ = analyze(migrations, today=TODAY, base=base, baseline=baseline)
    return found


def base_with(files: Iterable[str], new: Iterable[str], *, edits: tuple[FileEdit, ...] = ()) -> BaseDiff:
    """Return the base of a change that adds `new`, to a branch that has the other `files`."""
    added = frozenset(new)
    return BaseDiff("origin/main", added, edits, frozenset(files) - added)


def findings(files: Mapping[str, str], rule: str, *, base: BaseDiff | None = None, baseline: int = 0) -> list[Finding]:
    """Return one rule's findings on some files."""
    found = lint(review(files, base=base, baseline=baseline))
    return [finding for finding in found if finding.rule == rule]


def _base(example: Example) -> BaseDiff | None:
    if example.new is None and not example.edits and not example.tip:
        return None
    edits = tuple(FileEdit(path, "modified", None) for path in example.edits)
    base = base_with(example.files, example.new or (), edits=edits)
    return BaseDiff(base.label, base.added, base.edits, base.files_at_tip | example.tip)


def _layout(example: Example) -> Layout:
    return FLAT if example.pattern is None else Layout(example.pattern.removeprefix("migrations/"), is_configured=True)
