"""The first line of our comment: hidden in HTML, and all that a later run needs to know about it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

_PREFIX = "<!-- pulse-migrate-action "
_LINE = re.compile(re.escape(_PREFIX) + r"(\{.{0,2000}\}) -->")
_RUN_PATH = re.compile(r"/actions/runs/\d+(?:/attempts/\d+)?")


@dataclass(frozen=True, slots=True)
class Marker:
    """Who wrote a comment: `id` tells the comments of a matrix apart, `run` and `attempt` order the runs."""

    id: str
    run: int
    attempt: int
    sha: str
    version: str
    digest: str = ""

    def is_newer_than(self, other: Marker) -> bool:
        """Return whether a later run, or a later attempt of the same run, wrote this one."""
        return (self.run, self.attempt) > (other.run, other.attempt)

    def render_line(self, digest: str) -> str:
        """Return the hidden line; nothing in it can end the HTML comment."""
        fields = {
            "id": self.id,
            "run": self.run,
            "attempt": self.attempt,
            "sha": self.sha,
            "v": self.version,
            "digest": digest,
        }
        text = json.dumps(fields, separators=(",", ":")).replace("--", "-\\u002d")
        return f"{_PREFIX}{text} -->"


def compute_digest(body: str) -> str:
    """Return a fingerprint of what a comment says; which run says it, as its links tell, does not count."""
    text = _RUN_PATH.sub("/actions/runs/", body.replace("\r\n", "\n").strip())
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def split_marker(text: str) -> tuple[Marker, str] | None:
    """Return the marker and the body of a comment, or None where it does not begin with a marker.

    Anybody can write a comment that looks like ours, so nothing in it is relied on; what is no number is 0.
    """
    first, _, body = text.partition("\n")
    match = _LINE.fullmatch(first.rstrip("\r"))
    if match is None:
        return None
    try:
        fields = json.loads(match[1])
    except (ValueError, RecursionError):
        return None
    return _parse_marker(fields), body


def _parse_marker(fields: dict[str, object]) -> Marker:
    def text(key: str) -> str:
        return value if isinstance(value := fields.get(key), str) else ""

    def number(key: str) -> int:
        return value if isinstance(value := fields.get(key), int) and not isinstance(value, bool) else 0

    return Marker(text("id"), number("run"), number("attempt"), text("sha"), text("v"), text("digest"))
