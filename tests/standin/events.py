"""Event payloads: GitHub's own examples, and the variants that these lack, judged by GitHub's schemas."""

from __future__ import annotations

import copy
import functools
import json
from typing import TYPE_CHECKING, Any

from jsonschema import Draft7Validator

from tests.standin.description import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_MODULES = ROOT / "tests/node/node_modules/@octokit"

Event = dict[str, Any]


@functools.cache
def _examples() -> list[Event]:
    examples: list[Event] = json.loads((_MODULES / "webhooks-examples/api.github.com/index.json").read_bytes())
    return examples


@functools.cache
def _definitions() -> Event:
    definitions: Event = json.loads((_MODULES / "webhooks-schemas/schema.json").read_bytes())["definitions"]
    return definitions


def problems(name: str, event: Event) -> list[str]:
    """Return what GitHub's schema of the event `name` finds wrong with a payload."""
    kind = f"{name}${event['action']}" if "action" in event else f"{name}$event"
    schema = {"$ref": f"#/definitions/{kind}", "definitions": _definitions()}
    return [f"{error.json_path}: {error.message[:200]}" for error in Draft7Validator(schema).iter_errors(event)]


def examples(name: str) -> list[Event]:
    """Return GitHub's examples of the event `name`, without the few that are older than its schemas."""
    return copy.deepcopy(_valid(name))


@functools.cache
def _valid(name: str) -> list[Event]:
    found: list[Event] = next(entry["examples"] for entry in _examples() if entry["name"] == name)
    return [event for event in found if not problems(name, event)]


def pull_request(action: str = "opened") -> Event:
    """Return a pull request of Codertocat/Hello-World, number 2, from a branch of the same repository."""
    return next(event for event in examples("pull_request") if event["action"] == action)


def push(before: str, after: str, ref: str = "refs/heads/changes") -> Event:
    """Return a push to a branch of Codertocat/Hello-World; of zeros, `before` makes it new and `after` no more."""
    event = examples("push")[0]
    event |= {"ref": ref, "before": before, "after": after, "created": not int(before, 16)}
    event |= {"deleted": not int(after, 16), "head_commit": event["head_commit"] if int(after, 16) else None}
    return _judged(event, "push")


def merge_group(base: str, head: str, base_ref: str = "refs/heads/main") -> Event:
    """Return a merge group of Codertocat/Hello-World that asks for its checks."""
    event = _here(examples("merge_group")[0])
    ref = f"refs/heads/gh-readonly-queue/{base_ref.removeprefix('refs/heads/')}/pr-2-{head}"
    event["merge_group"] |= {"base_sha": base, "head_sha": head, "base_ref": base_ref, "head_ref": ref}
    return _judged(event, "merge_group")


def workflow_run(pull: Event, conclusion: str = "success") -> Event:
    """Return the end of a workflow run that a pull request started; of a fork's, it names no pull request."""
    event = _here(next(event for event in examples("workflow_run") if event["action"] == "completed"))
    head, run = pull["pull_request"]["head"], event["workflow_run"]
    repository = head["repo"] and {key: head["repo"][key] for key in run["head_repository"] if key in head["repo"]}
    run |= {"event": "pull_request", "conclusion": conclusion, "pull_requests": []}
    run |= {"head_sha": head["sha"], "head_branch": head["ref"], "head_repository": repository}
    return _judged(event, "workflow_run")


def workflow_dispatch(ref: str = "refs/heads/main") -> Event:
    """Return a workflow that somebody started by hand in Codertocat/Hello-World."""
    return _judged(_here(examples("workflow_dispatch")[0]) | {"ref": ref}, "workflow_dispatch")


def schedule() -> Event:
    """Return what the runner hands to a scheduled workflow: no webhook, so that GitHub has no schema of it."""
    return {key: pull_request()[key] for key in ("repository", "sender")} | {"schedule": "23 4 * * *"}


def _here(event: Event) -> Event:
    return event | {"repository": pull_request()["repository"]}


def from_fork(owner: str = "mallory") -> Event:
    """Return a pull request from somebody's fork."""
    event = pull_request("synchronize")
    head = event["pull_request"]["head"]
    head["label"] = f"{owner}:changes"
    head["repo"] = {**head["repo"], "full_name": f"{owner}/Hello-World", "fork": True}
    return _judged(event)


def from_deleted_fork() -> Event:
    """Return a pull request whose fork is no more."""
    event = from_fork()
    event["pull_request"]["head"]["repo"] = None
    return _judged(event)


def from_dependabot() -> Event:
    """Return a pull request by Dependabot, from a branch of the repository itself."""
    event = pull_request("opened")
    bot = {**event["sender"], "login": "dependabot[bot]", "id": 49699333, "type": "Bot"}
    event["sender"] = event["pull_request"]["user"] = bot
    event["pull_request"]["head"]["ref"] = "dependabot/npm_and_yarn/wrangler-4.0.0"
    return _judged(event)


def write(event: Event, directory: Path) -> Path:
    """Write a payload as the runner does, and return its path."""
    path = directory / "event.json"
    path.write_text(json.dumps(event))
    return path


def _judged(event: Event, name: str = "pull_request") -> Event:
    found = problems(name, event)
    if found:
        raise AssertionError(f"GitHub would not send this event: {'; '.join(found)}")
    return event
