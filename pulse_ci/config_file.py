"""pulse-ci.toml, or [tool.pulse-ci] of pyproject.toml: settings by name, severities by rule and by path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CONFIG_FILE = "pulse-ci.toml"
OFF = "off"
SEVERITIES = ("error", "warning", "notice", OFF)
_PYPROJECT = "pyproject.toml"
_PATHS = frozenset({"migrations_dir", "wrangler_config", "base_schema"})
_ALIASES = {"schema": "base_schema"}
# What only a flag, an input or a variable may set: secrets, where they are sent, and files that are written.
NOT_IN_FILES = frozenset(
    {
        "command",
        "api_token",
        "github_token",
        "api_url",
        "output",
        "report_file",
        "sarif_file",
        "resume",
        "merge",
        "base",
    }
)


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """The severity of a rule, or `off`, in the files whose path matches one of `paths`."""

    rule: str
    severity: str
    paths: tuple[str, ...] = ("*",)

    def applies_to(self, rule: str, path: str) -> bool:
        """Return whether the setting is about this rule in this file."""
        return rule == self.rule and any(fnmatchcase(path, pattern) for pattern in self.paths)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a file sets: values by the name of the setting, not parsed yet, and severities, the later the stronger."""

    values: Mapping[str, Any]
    rules: tuple[RuleSetting, ...] = ()


NO_CONFIG = ConfigFile({})


def list_rules_off(rules: Collection[RuleSetting]) -> tuple[str, ...]:
    """Return the rules that are off in every file."""
    somewhere = {each.rule for each in rules if each.severity != OFF}
    return tuple(each.rule for each in rules if each.paths == ("*",) and each.rule not in somewhere)


def read_config_file(start: Path, known: Collection[str]) -> ConfigFile:
    """Return the nearest file at or above `start`, no higher than the repository; `known` are the settings' names.

    Raises:
        ConfigError: the file cannot be read, or has a key that is not known.

    """
    for folder in (start, *start.parents):
        for name in (CONFIG_FILE, _PYPROJECT):
            if (path := folder / name).is_file() and (table := _read_table(path)) is not None:
                return parse_config(table, str(_shorten(path)), folder, known)
        if (folder / ".git").exists():
            break
    return NO_CONFIG


def _shorten(path: Path) -> Path:
    return Path(os.path.relpath(path))


def _read_table(path: Path) -> dict[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{_shorten(path)} cannot be read: {error}.") from error
    if path.name == CONFIG_FILE:
        return parse_toml(text, str(_shorten(path)))
    if "tool.pulse-ci" not in text:
        return None
    tool = parse_toml(text, str(_shorten(path))).get("tool")
    table = tool.get("pulse-ci") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the content of a TOML file; raises ConfigError."""
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}.") from error


def parse_config(table: Mapping[str, Any], name: str, folder: Path, known: Collection[str]) -> ConfigFile:
    """Return what a table sets; paths in it are relative to `folder`.

    Raises:
        ConfigError: a key is not known, or may not stand in a file.

    """
    allowed = sorted({*known, *_ALIASES} - NOT_IN_FILES)
    spelled = [each.replace("_", "-") for each in allowed] + ["rules", "overrides", "allow-drift"]
    values = dict[str, Any]()
    rules = [*_parse_rules(table.get("rules", {}), f"{name}: rules", ("*",))]
    for number, override in enumerate(_require_list(table.get("overrides", []), f"{name}: overrides"), 1):
        rules += _parse_override(override, f"{name}: overrides, entry {number}")
    for key, value in table.items():
        setting = key.replace("-", "_")
        if key in ("rules", "overrides", "allow-drift"):
            continue
        if setting not in allowed:
            raise _make_unknown_key_error(name, key, spelled)
        setting = _ALIASES.get(setting, setting)
        is_path = setting in _PATHS and isinstance(value, str)
        values[setting] = os.path.relpath(folder / value) if is_path else value
    return ConfigFile(values, tuple(rules))


def _parse_override(value: object, where: str) -> list[RuleSetting]:
    if not isinstance(value, dict) or value.keys() != {"paths", "rules"}:
        raise ConfigError(
            f'{where} needs `paths = ["old/**"]` and `rules = {{ drop-table = "off" }}`, and nothing else.'
        )
    paths = _require_list(value["paths"], f"{where}: paths")
    if not paths or not all(isinstance(path, str) for path in paths):
        raise ConfigError(f"{where}: paths is not a list of globs.")
    return _parse_rules(value["rules"], f"{where}: rules", tuple(paths))


def _parse_rules(value: object, where: str, paths: tuple[str, ...]) -> list[RuleSetting]:
    if not isinstance(value, dict):
        raise ConfigError(f'{where} is not a table. Write, for example, `missing-reason = "off"`.')
    for rule, severity in value.items():
        if severity not in SEVERITIES:
            raise ConfigError(f"{where}: {rule} is {severity!r}. Write one of {', '.join(SEVERITIES)}.")
    return [RuleSetting(rule, severity, paths) for rule, severity in value.items()]


def _require_list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ConfigError(f"{where} is not a list.")
    return value


def _make_unknown_key_error(name: str, key: str, spelled: Collection[str]) -> ConfigError:
    if key.replace("-", "_") in NOT_IN_FILES:
        return ConfigError(f"{name}: {key!r} cannot be set in a file. Give it as a flag, an input or a variable.")
    close = get_close_matches(key.replace("_", "-"), spelled, n=1)
    suggestion = f" Did you mean {close[0]!r}?" if close else ""
    return ConfigError(f"{name}: {key!r} is not a setting.{suggestion} docs/configuration.md lists all.")
