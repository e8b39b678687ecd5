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


def _judged(event: Event) -> Event:
    found = problems("pull_request", event)
    if found:
        raise AssertionError(f"GitHub would not send this event: {'; '.join(found)}")
    return event
