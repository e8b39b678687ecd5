"""The words in which the tests of the sticky comment are written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pulse_ci.github.comment import CommentResult, upsert_comment
from pulse_ci.github.marker import Marker

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHubClient
    from tests.standin.server import StandIn

REPOSITORY = "Codertocat/Hello-World"
RUN_7 = Marker(id="", run=7, attempt=1, sha="ec26c3e", version="1.0.0")
RUN_8 = replace(RUN_7, run=8)


def upsert(github: GitHubClient, body: str, marker: Marker = RUN_7, **options: Any) -> CommentResult:
    return upsert_comment(github, REPOSITORY, 2, body, marker, **options)


def texts(standin: StandIn) -> list[str]:
    return [comment.body.partition("\n")[2] for comment in standin.state.comments]


def ours(marker: Marker, body: str = "Old.") -> str:
    return f"{marker.render_line('')}\n{body}"
