"""A check's open questions to staging, and its answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.row_effects import add_matched_rows, build_review_probes
from pulse_ci.errors import D1Error, D1Refused
from pulse_ci.model import Probe, ProbeCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.rule import Review
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.commands.staging import StagingSnapshot
    from pulse_ci.model import Finding


def probe_staging(
    request: CheckRequest, staged: StagingSnapshot, review: Review, findings: tuple[Finding, ...]
) -> tuple[StagingSnapshot, Review, Mapping[Probe, ProbeCounts]]:
    """Ask staging, in one request, what settles the findings that depend on rows, and what statements will cost.

    The review has the latter.

    Raises:
        D1Error: staging cannot be asked, and was asked for by name.

    """
    from pulse_ci.d1.probes import run_probes

    of_findings = [each.probe for each in findings if each.probe and not each.ignored]
    of_costs = build_review_probes(review, staged.snapshot.schema)
    if not of_findings and not of_costs:
        return staged, review, {}
    with request.connect(staged.live.account) as client:
        answers, unanswered = dict[Probe, ProbeCounts](), ""
        try:
            probes = (*of_findings, *of_costs.values())
            answers = run_probes(client, staged.live.database, staged.start.content, probes, staged.start.rows)
        except D1Refused:
            # D1's own text can hold a row's value, and no probe is worth the check.
            unanswered = "D1 rejected a query"
        except D1Error as error:
            if request.staging_required:
                raise
            unanswered = str(error)
        spent = client.usage
    staging = replace(staged.staging.add_usage(spent), probe_failure=unanswered)
    return replace(staged, staging=staging), add_matched_rows(review, of_costs, answers), answers
