"""A fleet's report is kept when a run is cut short, and the next run goes on where it ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulse_ci.commands.exit_codes import choose_exit_code
from pulse_ci.commands.live_run import RunHooks
from pulse_ci.errors import ConfigError
from pulse_ci.report.live import render
from tests.live.parts import asked, rendered, written
from tests.live.parts import fleet as fleet

if TYPE_CHECKING:
    from tests.live.fleet import Fleet
    from tests.live.parts import Run


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "it is not JSON"),
        ("[]", "holds no report"),
        ('{"fleet": {}}', "holds no report"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_report_is_refused(fleet: Fleet, run: Run, content: str | None, told: str) -> None:
    if content is not None:
        Path("r.json").write_text(content)

    outcome = run("drift", "--databases", "tenant-*", "--resume", "r.json")

    assert (outcome.status, outcome.out) == (2, "")
    assert told in outcome.err


@pytest.mark.parametrize("command", ["drift", "status"])
def test_an_interrupted_run_is_gone_on_with_and_asks_nothing_twice(command: str, fleet: Fleet) -> None:
    whole, watch = asked(command, fleet), RunHooks()
    fleet.asked.clear()
    fleet.on_request = lambda _: watch.stop_signal.interrupt() if len(fleet.asked) > 20 else None
    first = asked(command, fleet, watch)
    fleet.on_request = lambda _: None
    left = len(first.with_status("not asked"))
    name = written(first, "first.json")

    second = asked(command, fleet, resume=Path(name))

    assert 10 < left < 40
    assert first.scope
    assert first.scope.stopped == "interrupted"
    assert choose_exit_code(first) == 2
    assert "interrupted; --resume goes on from the report" in render(first, "text")
    again = [path for path in set(fleet.asked) if path and fleet.asked.count(path) > 1]
    assert [each for each in again if "tenant-033" not in each] == []
    assert rendered(second) == rendered(second, whole)


def test_a_report_of_files_that_have_changed_since_is_not_gone_on_with(fleet: Fleet) -> None:
    name = written(asked("status", fleet), "status.json")
    path = Path("migrations/004_cohorts.sql")
    path.write_text(f"{path.read_text()}-- changed\n")

    with pytest.raises(ConfigError, match="on other files"):
        asked("status", fleet, resume=Path(name))


def test_the_report_is_kept_as_it_grows(fleet: Fleet) -> None:
    kept: list[Any] = []

    asked("drift", fleet, RunHooks(save_report=kept.append))

    sizes = [len(report.databases) - len(report.with_status("not asked")) for report in kept]
    assert len(sizes) >= 2
    assert sizes == sorted(sizes)
    assert all(len(report.databases) == 45 for report in kept)
