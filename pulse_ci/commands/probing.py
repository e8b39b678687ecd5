"""A check's open questions to staging, and the findings as its answers leave them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Error
from pulse_ci.rules.answers import settle

if TYPE_CHECKING:
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.commands.staging import Staged
    from pulse_ci.model import Finding
    from pulse_ci.rules.rule import Review


def probe_staging(
    request: CheckRequest, staged: Staged, review: Review, findings: tuple[Finding, ...]
) -> tuple[Staged, tuple[Finding, ...]]:
    """Ask staging, in one request, what settles the findings that depend on rows.

    Raises:
        D1Error: staging cannot be asked, and was asked for by name.

    """
    from pulse_ci.d1.probes import ask

    probes = [each.probe for each in findings if each.probe and not each.ignored]
    if not probes:
        return staged, findings
    with request.connect(staged.live.account) as client:
        try:
            answers = ask(client, staged.live.database, staged.start.content, probes, staged.start.rows)
        except D1Error as error:
            if request.insists:
                raise
            answers, unanswered = {}, str(error)
        else:
            unanswered = ""
        spent = client.spent
    staging = replace(
        staged.staging,
        requests=staged.staging.requests + spent.requests,
        rows_read=staged.staging.rows_read + spent.rows_read,
        unanswered=unanswered,
    )
    return replace(staged, staging=staging), settle(findings, answers, review, staged.live.name)
