"""Read the file of allowed differences: which drift may stay, why, and until when."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pulse_ci.config_file import CONFIG_FILE, parse_toml
from pulse_ci.errors import ConfigError
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pulse_ci.model import Change

ALLOWLIST_FILE = ".pulse-ci-drift.toml"
_NEVER = "never"
_KEYS = ("kind", "name", "table", "action", "database", "reason", "until")
_EXAMPLE = """\
[[allow]]
kind = "index"
name = "idx_hotfix"
reason = "made by hand in the outage; becomes a migration in the next release"
until = 2026-12-31"""


@dataclass(frozen=True, slots=True)
class AllowedDifference:
    """An entry: which differences may stay, why, and until which day (None: forever); names may hold `*`."""

    kind: ObjectKind
    name: str
    reason: str
    until: date | None
    table: str = "*"
    action: ChangeAction | None = None
    database: str = "*"

    def covers(self, change: Change, database: str) -> bool:
        """Return whether the entry names this difference of that database, whatever the day."""
        return (
            self.kind is change.kind
            and self.action in (None, change.action)
            and fnmatchcase(database, self.database)
            and fnmatchcase(fold(change.name), fold(self.name))
            and fnmatchcase(fold(change.table), fold(self.table))
        )

    def is_valid(self, today: date) -> bool:
        """Return whether the entry still counts; it does on its last day."""
        return self.until is None or today <= self.until

    @property
    def subject(self) -> str:
        """What is allowed, in words."""
        where = f" of `{self.table}`" if self.table != "*" else ""
        return f"{self.kind} `{self.name}`{where}"


def read_allowed_differences(root: Path) -> tuple[AllowedDifference, ...]:
    """Return the entries of `allow-drift` in pulse-ci.toml, and of the file of allowed differences.

    Raises:
        ConfigError: a file cannot be read, or an entry lacks its name, its reason or its end.

    """
    path = root / CONFIG_FILE
    try:
        content = parse_toml(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    entries = content.get("allow-drift", [])
    if not isinstance(entries, list):
        raise ConfigError(
            f"{path}: allow-drift is not a list of entries [[allow-drift]]. One looks like this:\n{_EXAMPLE}"
        )
    own = (_parse_entry(f"{path}, allow-drift {number}", entry) for number, entry in enumerate(entries, 1))
    return (*own, *read_allowlist(root / ALLOWLIST_FILE))


def read_allowlist(path: Path) -> tuple[AllowedDifference, ...]:
    """Read the file of allowed differences; without a file there are none.

    Raises:
        ConfigError: the file cannot be read, or an entry lacks its name, its reason or its end.

    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # TOML's and UTF-8's errors are both ValueErrors
        raise ConfigError(f"{path} is not valid TOML: {error}. An entry looks like this:\n{_EXAMPLE}") from error
    entries = content.pop("allow", [])
    if content or not isinstance(entries, list):
        raise ConfigError(f"{path} may hold entries [[allow]] alone. One looks like this:\n{_EXAMPLE}")
    return tuple(_parse_entry(f"{path}, entry {number}", entry) for number, entry in enumerate(entries, 1))


def _parse_entry(where: str, entry: object) -> AllowedDifference:
    if not isinstance(entry, dict):
        raise ConfigError(f"{where} is not a table. An entry looks like this:\n{_EXAMPLE}")
    for key in entry:
        if key not in _KEYS:
            raise ConfigError(f"{where} has {key!r}, which is none of {', '.join(_KEYS)}.")
    action = _read_text(where, entry, "action", "") or None
    return AllowedDifference(
        kind=ObjectKind(_read_choice(where, "kind", entry.get("kind"), list(ObjectKind))),
        name=_read_text(where, entry, "name"),
        reason=_read_text(where, entry, "reason"),
        until=_read_until(where, entry.get("until")),
        table=_read_text(where, entry, "table", "*"),
        action=ChangeAction(_read_choice(where, "action", action, list(ChangeAction))) if action else None,
        database=_read_text(where, entry, "database", "*"),
    )


def _read_text(where: str, entry: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str) or not (value.strip() or default == ""):
        raise ConfigError(f"{where} needs {key!r}, a text. An entry looks like this:\n{_EXAMPLE}")
    return " ".join(value.split())


def _read_choice(where: str, key: str, value: object, allowed: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ConfigError(f"{where} needs {key!r} to be one of {', '.join(allowed)}.")
    return value


def _read_until(where: str, value: object) -> date | None:
    if value == _NEVER:
        return None
    # A datetime is a date to Python, and does not compare with one.
    if type(value) is not date:
        raise ConfigError(f"{where} needs 'until', a day as in `until = 2026-12-31`, or `until = \"never\"`.")
    return value
