"""What the runner tells a step about its run.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.container.event import Event


def runner_variables(event: Event, run_id: int, api_url: str) -> dict[str, str]:
    """Return the variables that the runner sets for every step of a container action."""
    return {
        "GITHUB_ACTION": "__org_pulse-migrate-action",
        "GITHUB_ACTION_REF": "v1",
        "GITHUB_ACTION_REPOSITORY": "org/pulse-migrate-action",
        "GITHUB_ACTOR": event.actor,
        "GITHUB_API_URL": api_url,
        "GITHUB_BASE_REF": event.base_ref,
        "GITHUB_EVENT_NAME": event.name,
        "GITHUB_EVENT_PATH": "/github/workflow/event.json",
        "GITHUB_GRAPHQL_URL": f"{api_url}/graphql",
        "GITHUB_HEAD_REF": event.head_ref,
        "GITHUB_JOB": "check",
        "GITHUB_REF": event.ref,
        "GITHUB_REF_NAME": event.ref.split("/", 2)[2],
        "GITHUB_REF_PROTECTED": "false",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_REPOSITORY": event.repository,
        "GITHUB_REPOSITORY_OWNER": event.repository.split("/")[0],
        "GITHUB_RETENTION_DAYS": "90",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": str(run_id),
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": event.sha,
        "GITHUB_TRIGGERING_ACTOR": event.actor,
        "GITHUB_WORKFLOW": "migrations",
        "GITHUB_WORKFLOW_REF": f"{event.repository}/.github/workflows/migrations.yml@{event.ref}",
        "GITHUB_WORKFLOW_SHA": event.sha,
        "GITHUB_WORKSPACE": "/github/workspace",
        "RUNNER_ARCH": "X64",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_NAME": "GitHub Actions 1",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": "/github/runner_temp",
        "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
        "RUNNER_WORKSPACE": "/github",
    }
