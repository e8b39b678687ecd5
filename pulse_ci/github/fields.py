"""JSON from GitHub, read field by field: what is missing or of another type is told by its name."""

from __future__ import annotations

from pulse_ci.errors import GitHubError


class JsonObject:
    """A JSON object that is read by type; `name` says where it is: "The event.pull_request"."""

    def __init__(self, value: object, name: str) -> None:
        """Take an object apart; raises GitHubError where `value` is none."""
        if not isinstance(value, dict):
            raise _make_malformed_error(name, "an object", value)
        self._values: dict[str, object] = value
        self._name = name

    def get_text(self, key: str) -> str:
        """Return a string."""
        value = self._values.get(key)
        if not isinstance(value, str):
            raise _make_malformed_error(f"{self._name}.{key}", "a string", value)
        return value

    def find_text(self, key: str) -> str | None:
        """Return a string, or None where there is none."""
        value = self._values.get(key)
        return value if isinstance(value, str) else None

    def get_number(self, key: str) -> int:
        """Return an integer."""
        value = self._values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _make_malformed_error(f"{self._name}.{key}", "a whole number", value)
        return value

    def find_number(self, key: str) -> int | None:
        """Return an integer, or None where there is none."""
        value = self._values.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def get_object(self, key: str) -> JsonObject:
        """Return an object."""
        return JsonObject(self._values.get(key), f"{self._name}.{key}")

    def find_object(self, key: str) -> JsonObject | None:
        """Return an object, or None where GitHub says null."""
        return None if self._values.get(key) is None else self.get_object(key)


def _make_malformed_error(name: str, wanted: str, value: object) -> GitHubError:
    got = "nothing" if value is None else type(value).__name__
    return GitHubError(
        f"{name} should be {wanted}, but is {got}. "
        "Check that GITHUB_API_URL and GITHUB_EVENT_PATH are what the runner set, then report this."
    )
