"""An event that starts a workflow, and what the runner says of it in its variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.container.engine import REPOSITORY
from tests.container.workspace import NEW_FILE
from tests.standin import events
from tests.standin.state import ChangedFile, Pull

if TYPE_CHECKING:
    from tests.standin.server import StandIn


@dataclass(frozen=True)
class Event:
    """A webhook's name and payload."""

    name: str
    payload: dict[str, Any]

    @property
    def repository(self) -> str:
        return str(self.payload["repository"]["full_name"])

    @property
    def actor(self) -> str:
        return str(self.payload["sender"]["login"])

    @property
    def ref(self) -> str:
        """The ref that the runner checks out: a pull request's merge commit, else the branch."""
        match self.name:
            case "pull_request":
                return f"refs/pull/{self.payload['number']}/merge"
            case "merge_group":
                return str(self.payload["merge_group"]["head_ref"])
            case "push" | "workflow_dispatch":
                return str(self.payload["ref"])
            case _:
                return f"refs/heads/{self.payload['repository']['default_branch']}"

    @property
    def sha(self) -> str:
        match self.name:
            case "pull_request":
                return str(self.payload["pull_request"]["merge_commit_sha"] or "0" * 40)
            case "merge_group":
                return str(self.payload["merge_group"]["head_sha"])
            case _:
                return str(self.payload.get("after", "0" * 40))

    @property
    def base_ref(self) -> str:
        return str(self.payload["pull_request"]["base"]["ref"]) if self._is_pull_request else ""

    @property
    def head_ref(self) -> str:
        return str(self.payload["pull_request"]["head"]["ref"]) if self._is_pull_request else ""

    @property
    def _is_pull_request(self) -> bool:
        return self.name in ("pull_request", "pull_request_target")


def pulse_files() -> dict[str, str]:
    """Return PULSE's migrations and their reverses by path, as a branch has them."""
    paths = sorted((REPOSITORY / "migrations").rglob("*.sql"))
    return {str(path.relative_to(REPOSITORY)): path.read_text() for path in paths}


def open_pull_request(
    standin: StandIn, payload: dict[str, Any] | None = None, *, migration: str = "", name: str = "pull_request"
) -> Event:
    """Tell the stand-in of a pull request that adds a migration to PULSE's, and return its event.

    With `migration`, its text, GitHub hands out the head commit's files too.
    """
    event = payload or events.pull_request()
    pull = event["pull_request"]
    head, base = pull["head"], pull["base"]
    opened = Pull(
        number=pull["number"],
        author=pull["user"]["login"],
        head_repo=head["repo"]["full_name"] if head["repo"] else None,
        head_ref=head["ref"],
        head_sha=head["sha"],
        base_ref=base["ref"],
        base_sha=base["sha"],
        files=[ChangedFile(NEW_FILE)],
    )
    standin.state.pulls.append(opened)
    standin.state.tree[base["ref"]] = pulse_files()
    if migration:
        standin.state.tree[head["sha"]] = pulse_files() | {NEW_FILE: migration}
    return Event(name, event)
