"""A live database's names and Cloudflare's texts are shown by drift and status, and are no more than text there."""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from pulse_ci.apply.migrations_table import RecordRepair
from pulse_ci.apply.rollout import ApplyOutcome, ApplyStatus
from pulse_ci.d1.migration_status import DatabaseMigrations, FileStatus, MigrationStatus, RecordedMigrations
from pulse_ci.drift.adopt_migration import AdoptMigration
from pulse_ci.drift.value import DatabaseDrift, Drift, DriftDifference, FixPlan
from pulse_ci.github.runner import escape_commands
from pulse_ci.report.apply import ApplyReport, progress
from pulse_ci.report.databases import Scope
from pulse_ci.report.drift import DriftReport
from pulse_ci.report.drift import markdown as drift_markdown
from pulse_ci.report.live import render
from pulse_ci.report.status import DatabaseStatus, FileDetails, StatusReport
from pulse_ci.report.status import markdown as status_markdown
from pulse_ci.schema.diff import diff
from tests.github.runner_model import read_commands
from tests.report.github_html import rendered
from tests.report.hostile import hostile_text
from tests.report.hostile_schemas import hostile_schemas
from tests.report.test_hostile_markdown import assert_ours

if TYPE_CHECKING:
    from collections.abc import Callable


def drift_of(number: int, text: Callable[[], str]) -> DriftReport:
    schemas = hostile_schemas(number, text)
    problem = f"There is {text()}." if number % 3 == 0 else None
    way = FixPlan((text(), text()), (text(),), (text(),), (text(),), problem)
    differences = tuple(DriftDifference(change) for change in diff(schemas.before, schemas.after))
    name, note = text(), text()
    failed = DatabaseDrift(text(), "b", None, f"There is {text()}.")
    adoption = AdoptMigration("022_adopt.sql", text(), text())
    drift = Drift(differences, way, way)
    drifted = DatabaseDrift(name, "a", drift, None, 2, (note,), adoption if number % 5 else None)
    scope = Scope(compared_with="the migrations")
    return DriftReport((drifted, failed)[: 1 + number % 2], scope, expired=(text(),))


def status_of(number: int, text: Callable[[], str]) -> StatusReport:
    schemas = hostile_schemas(number, text)
    files = tuple(FileStatus(text(), None, standing, text(), text()) for standing in MigrationStatus)
    state = DatabaseMigrations(files, RecordedMigrations(text(), (text(),)), schemas.before, schemas.after)
    details = FileDetails(state, (RecordRepair(text(), text()),), {})
    return StatusReport((DatabaseStatus(text(), ""),), details=details)


def fleets_of(text: Callable[[], str]) -> tuple[StatusReport, ApplyReport]:
    scope = Scope((text(),), text(), 2, "0" * 64, stopped=f"ended by {text()}", missing=(text(),))
    told = DatabaseStatus(text(), "a", (text(), text()), (text(),)), DatabaseStatus(text(), "b", error=text())
    fates = tuple(ApplyOutcome(text(), fate, fate, text(), (text(),), (text(),), text()) for fate in ApplyStatus)
    return StatusReport(told, scope), ApplyReport(fates, scope)


def hostile_and_harmless(number: int) -> tuple[Callable[[], str], Callable[[], str]]:
    return partial(hostile_text, Random(number)), lambda: "w"


def assert_like(text: str, harmless: str, number: int) -> None:
    page, twin = rendered(text), rendered(harmless)
    assert_ours(page, text)
    assert Counter(page.tags) - Counter(code=10**6) == Counter(twin.tags) - Counter(code=10**6), number
    assert page.rows == twin.rows, number


def test_hostile_databases_have_the_elements_of_harmless_ones() -> None:
    for number in range(40):
        drift, harmless = (drift_of(number, text) for text in hostile_and_harmless(number))

        assert_like(drift_markdown.render(drift, 10**6), drift_markdown.render(harmless, 10**6), number)


def test_hostile_records_have_the_elements_of_harmless_ones() -> None:
    for number in range(40):
        status, harmless = (status_of(number, text) for text in hostile_and_harmless(number))

        assert_like(status_markdown.render(status, 10**6), status_markdown.render(harmless, 10**6), number)


def test_hostile_fleets_have_the_elements_of_harmless_ones() -> None:
    for number in range(40):
        for hostile, harmless in zip(*map(fleets_of, hostile_and_harmless(number)), strict=True):
            assert_like(render(hostile, "markdown"), render(harmless, "markdown"), number)


def test_no_line_in_the_log_is_a_command() -> None:
    for number in range(30):
        hostile, _ = hostile_and_harmless(number)
        drift, status = drift_of(number, hostile), status_of(number, hostile)
        fleets = fleets_of(hostile)
        shown = [render(each, form) for each in (drift, status, *fleets) for form in ("text", "json")]
        outcomes = fleets[1].databases
        shown += [progress.format_fleet_plan(outcomes, (hostile(),)), progress.format_canary(outcomes[0])]

        assert [read_commands(escape_commands(text)) for text in shown] == [[]] * 10
        assert not any("\x1b" in text for text in shown)
