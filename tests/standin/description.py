"""GitHub's OpenAPI description, cut down to the operations in use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zlib import crc32

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tests/node/node_modules/@octokit/openapi"
CACHE = ROOT / "build/standin"

_REPO = "/repos/{owner}/{repo}"
OPERATIONS = {
    "/user": ("get",),
    "/meta": ("get",),
    "/rate_limit": ("get",),
    f"{_REPO}/commits/{{commit_sha}}/pulls": ("get",),
    f"{_REPO}/contents/{{path}}": ("get",),
    f"{_REPO}/git/blobs/{{file_sha}}": ("get",),
    f"{_REPO}/git/trees/{{tree_sha}}": ("get",),
    f"{_REPO}/issues": ("get", "post"),
    f"{_REPO}/issues/{{issue_number}}": ("get", "patch"),
    f"{_REPO}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{_REPO}/issues/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{_REPO}/labels": ("get", "post"),
    f"{_REPO}/pulls": ("get",),
    f"{_REPO}/pulls/{{pull_number}}": ("get",),
    f"{_REPO}/pulls/{{pull_number}}/comments": ("get",),
    f"{_REPO}/pulls/{{pull_number}}/files": ("get",),
    f"{_REPO}/pulls/{{pull_number}}/reviews": ("post",),
    f"{_REPO}/pulls/comments/{{comment_id}}": ("patch",),
}

Json = dict[str, Any]


def load() -> Json:
    """Return the description of OPERATIONS and all that they refer to; the cut is kept under build/."""
    version = json.loads((PACKAGE / "package.json").read_bytes())["version"]
    kept = CACHE / f"openapi-{version}-{crc32(Path(__file__).read_bytes()):08x}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{id(kept)}")
        part.write_text(json.dumps(_cut(json.loads((PACKAGE / "generated/api.github.com.json").read_bytes()))))
        part.replace(kept)
    description: Json = json.loads(kept.read_bytes())
    return description


def _cut(full: Json) -> Json:
    _amend(full)
    paths = {path: {method: full["paths"][path][method] for method in OPERATIONS[path]} for path in OPERATIONS}
    cut: Json = {"paths": _as_meant(paths), "components": {}}
    pending = _references(paths)
    while pending:
        kind, name = pending.pop()
        part = cut["components"].setdefault(kind, {})
        if name not in part:
            part[name] = _as_meant(full["components"][kind][name])
            pending |= _references(part[name])
    return cut


def _amend(full: Json) -> None:
    # The description lets a pull request's head.repo be null in no answer. It is, once the fork was deleted: the
    # schemas of the webhooks, which carry the same object, say so.
    for name in ("pull-request", "pull-request-simple"):
        head = full["components"]["schemas"][name]["properties"]["head"]["properties"]
        head["repo"] = {"anyOf": [head["repo"], {"enum": [None]}]}


def _references(part: Json) -> set[tuple[str, str]]:
    found = re.findall(r'"#/components/([a-zA-Z]+)/([^"]+)"', json.dumps(part))
    return {(kind, name) for kind, name in found}


def _as_meant(part: Any) -> Any:
    # A discriminator names the alternative by a property, which a directory's listing, an array, cannot have.
    # And GitHub leaves null out of the enumerations that it declares nullable, which OpenAPI 3.0.3 does not.
    if isinstance(part, list):
        return [_as_meant(value) for value in part]
    if not isinstance(part, dict):
        return part
    meant = {key: _as_meant(value) for key, value in part.items() if key != "discriminator"}
    if meant.get("nullable") is True and isinstance(meant.get("enum"), list):
        meant["enum"] = [*meant["enum"], None]
    return meant
