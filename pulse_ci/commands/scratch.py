"""preview: scratch: the pending files on real D1, beside what the embedded engine made of them."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from pulse_ci.analysis.rule import ScratchResult
from pulse_ci.commands.signals import intercept_signals
from pulse_ci.errors import PulseError
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.commands.staging import StagingSnapshot
    from pulse_ci.schema.schema import Schema


class Interrupted(PulseError):
    """The run was ended from outside."""


def run_on_scratch(
    request: CheckRequest, staged: StagingSnapshot, embedded: Schema
) -> tuple[StagingSnapshot, ScratchResult]:
    """Run what is pending on a D1 database made for it; `embedded` is the schema that the engine ends with.

    Raises:
        D1Error: the database could not be made, read or deleted.
        Interrupted: the run was interrupted; the database is deleted.

    """
    from pulse_ci.d1.scratch import delete_stale_scratch, run_files_on_scratch

    with intercept_signals(_interrupt, ignore_more=True), request.connect(staged.live.account) as client:
        delete_stale_scratch(client)
        scratch_run = run_files_on_scratch(client, _make_name(), staged.snapshot, staged.start.pending)
        spent = client.usage
    return replace(staged, staging=staged.staging.add_usage(spent)), ScratchResult(
        scratch_run.rejections, diff(embedded, scratch_run.schema)
    )


def _make_name() -> str:
    from pulse_ci.d1.scratch import SCRATCH_PREFIX

    run = os.environ.get("GITHUB_RUN_ID", "")
    return f"{SCRATCH_PREFIX}{f'{run}-' if run.isascii() and run.isdecimal() else ''}{secrets.token_hex(4)}"


def _interrupt() -> NoReturn:
    raise Interrupted("The run was interrupted. Its scratch database is deleted.")
