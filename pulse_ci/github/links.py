"""Where a report's places are on GitHub, and what the server makes of a diagram."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci import __version__
from pulse_ci.report.markdown import Links

if TYPE_CHECKING:
    from pulse_ci.github.context import RunnerContext
    from pulse_ci.github.pull_request import PullRequest

_PUBLIC = "https://github.com"
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")
_MERMAID_SINCE = (3, 7)  # https://docs.github.com/en/enterprise-server@3.7/admin/release-notes


def build_links(
    context: RunnerContext, pull_request: PullRequest | None, *, label: str | None, server_version: str | None
) -> Links:
    """Return the links to the head commit, which the pull request has, and not to the merge that is checked out."""
    sha = pull_request.head_sha if pull_request else context.sha
    repository = pull_request.base_repo if pull_request else context.repository
    return Links(
        blob_url=f"{context.server_url}/{repository}/blob/{sha}" if repository and sha else None,
        run_url=context.run_url,
        summary_url=context.run_url,
        commit=sha,
        label=label,
        version=__version__,
        rules_url=_find_rules_url(context),
        renders_mermaid=supports_mermaid(server_version),
    )


def _find_rules_url(context: RunnerContext) -> str | None:
    # A server of one's own may take the action from github.com: where its files are is then not known.
    if context.server_url != _PUBLIC or not (context.action_repository and context.action_ref):
        return None
    return f"{_PUBLIC}/{context.action_repository}/blob/{context.action_ref}/docs/rules"


def supports_mermaid(server_version: str | None) -> bool:
    """Whether a GitHub Enterprise Server of that version draws Mermaid; github.com, which tells none, does."""
    found = _VERSION.search(server_version or "")
    return found is None or (int(found[1]), int(found[2])) >= _MERMAID_SINCE
