"""Each way in which Cloudflare can fail ends in a report, or in one sentence with the next step; no token is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.check import check
from pulse_ci.commands.output import render
from pulse_ci.commands.request import read_request
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import D1Error
from pulse_ci.http import ATTEMPTS
from pulse_ci.settings import read_settings
from tests.cloudflare.faults import KINDS
from tests.commands.files import put, table

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.report import Report
    from tests.cloudflare.server import Cloudflare

PASSING = sorted(KINDS - {"garbled", "redirect", "slow"})
LASTING = sorted(KINDS - {"slow"})
NEXT_STEPS = ("again in a few minutes", "Check that CLOUDFLARE_API_BASE_URL")


@pytest.fixture
def pending(repository: Path, cloud: Cloudflare, staging: str) -> str:
    """A staging database on which nothing has run yet."""
    put(repository, n001_sites=table("sites"))
    return staging


def patient_check(preview: str | None) -> Report:
    """A check whose client does not wait between two attempts."""
    request = read_request(read_settings({"preview": preview}), "check")
    return check(replace(request, connect=lambda account: D1Client(account, sleep=lambda _: None)))


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("preview", ["staging", "scratch"])
def test_a_fault_that_passes_is_not_seen(cloud: Cloudflare, pending: str, kind: str, preview: str) -> None:
    cloud.fail(kind, "POST", f"*/{pending}/raw", times=ATTEMPTS - 1)
    cloud.fail(kind, "GET")

    report = patient_check(preview)

    assert report.staging.status == "used"
    assert report.staging.requests == len(cloud.log)
    assert len(cloud.routes.databases) == 1


@pytest.mark.parametrize("kind", LASTING)
def test_a_fault_that_lasts_is_told_with_the_next_step(cloud: Cloudflare, pending: str, kind: str) -> None:
    cloud.fail(kind, times=2 * ATTEMPTS)

    report = patient_check(None)
    with pytest.raises(D1Error) as told:
        patient_check("staging")

    assert report.staging.status == "skipped"
    assert report.database.source == "embedded"
    shown = [str(told.value), *(render(report, format_) for format_ in ("text", "json", "markdown", "sarif"))]
    assert any(step in str(told.value) for step in NEXT_STEPS)
    assert any(step in " ".join(shown[1].split()) for step in NEXT_STEPS)
    assert not [text for text in shown if cloud.token in text or "<html" in text]


def test_staging_that_is_slow_is_waited_for(cloud: Cloudflare, pending: str) -> None:
    cloud.fail("slow", seconds=0.1)

    assert patient_check("staging").staging.status == "used"
