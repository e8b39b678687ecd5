"""The action where nothing is under review: it tells which migration has run on the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.action.files import PULSE_BASE
from tests.cloudflare.wrangler import configure
from tests.live.pulse import FILES, recorded

if TYPE_CHECKING:
    from tests.action.job import Job
    from tests.cloudflare.server import Cloudflare


def test_on_a_push_the_summary_tells_what_has_run_and_nothing_is_written(job: Job, cloud: Cloudflare) -> None:
    job.check_out(PULSE_BASE)
    configure(job.workspace, cloud.create("staging", recorded(19) + "CREATE TABLE by_hand (id INTEGER);"))
    inputs = {"api_token": cloud.token, "account_id": cloud.account, "report_file": "status.json"}

    outcome = job.run("push", None, variables={"CLOUDFLARE_API_BASE_URL": cloud.url}, **inputs)

    assert outcome.status == 0
    assert f"| ⏳ | `{FILES[19]}` | pending |" in outcome.summary
    told = {name: outcome.outputs[name] for name in ("pending", "drift", "conclusion")}
    assert told == {"pending": "2", "drift": "true", "conclusion": "neutral"}
    assert json.loads((job.workspace / "status.json").read_text())["command"] == "status"
    assert not cloud.writes
    assert cloud.token not in outcome.summary + outcome.stderr
    assert outcome.stdout.count(cloud.token) == 1  # where it is masked
