"""What the user can set, with its default: flags, the action's inputs and the environment share one name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Interval

from pulse_ci.config_file import ConfigFile, RuleSetting, read_config_file
from pulse_ci.discovery import find_directory
from pulse_ci.sandbox import Sandbox, set_sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

_OWN_PREFIX = "PULSE_CI_"
# Settings that wrangler's own variables set too; of the others, the variable is PULSE_CI_<NAME>.
_VARIABLES = {
    "environment": ("PULSE_CI_ENVIRONMENT", "CLOUDFLARE_ENV"),
    "account_id": ("PULSE_CI_ACCOUNT_ID", "CLOUDFLARE_ACCOUNT_ID"),
    "api_token": ("PULSE_CI_API_TOKEN", "CLOUDFLARE_API_TOKEN"),
    "api_url": ("CLOUDFLARE_API_BASE_URL",),
}
_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?) ?%?")
_SEPARATORS = re.compile(r"[\s,]+")


def _split_lines(value: object) -> object:
    return tuple(line.strip() for line in value.splitlines() if line.strip()) if isinstance(value, str) else value


def _split_words(value: object) -> object:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list):
        return value
    return tuple(word for text in texts for word in _SEPARATORS.split(text) if word)


def _parse_boolean(value: object) -> object:
    if isinstance(value, bool) or value in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return str(value).lower() == "true"
    raise ValueError("write true or false")


def _check_shard(value: object) -> object:
    found = _SHARD.fullmatch(value) if isinstance(value, str) else None
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ValueError("write the part and the number of parts, for example 3/10")
    return value


def _parse_percentage(value: object) -> object:
    found = _PERCENTAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or float(found[1]) > 100:
        raise ValueError("write a share of the databases, for example 5%")
    return float(found[1])


# A callable in Annotated reads the text of a flag or variable before its type does.
Globs = Annotated[tuple[str, ...], _split_lines]
Words = Annotated[tuple[str, ...], _split_words]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for, with the defaults; `given` names what is none of them."""

    command: Literal["check", "lint", "preview", "drift", "status", "apply"] | None = None
    migrations_dir: Path = Path("migrations")
    wrangler_config: Path | None = None
    database: str | None = None
    environment: str | None = None
    preview: Literal["embedded", "staging", "scratch"] | None = None
    account_id: str | None = None
    api_token: SecretStr | None = None
    api_url: str | None = None
    github_token: SecretStr | None = None
    base: str | None = None
    baseline: Annotated[int, Ge(0)] = 0
    base_schema: Path | None = None
    skip: Words = ()
    allow: Words = ()
    conventions: Words = ("auto",)
    worker: Globs = ()
    deploy_order: Literal["code-first", "migrations-first", "unknown"] = "unknown"
    databases: Globs = ()
    against: str | None = None
    shard: Annotated[str | None, _check_shard] = None
    merge: Globs = ()
    resume: Path | None = None
    canary: Globs = ()
    stop_at: Annotated[float | None, _parse_percentage] = None
    fail_on: Literal["error", "warning", "never"] = "error"
    comment: Literal["always", "changes", "off"] = "always"
    label: str | None = None
    suggest: Annotated[bool, _parse_boolean] = False
    sarif_file: Path | None = None
    report_file: Path | None = None
    format: Literal["text", "json", "markdown", "sarif"] = "text"
    output: Path | None = None
    max_rows_written: Annotated[int, Ge(0)] | None = None
    sandbox_factor: Annotated[float, Interval(ge=0.1, le=100)] = 1
    rules: tuple[RuleSetting, ...] = ()
    given: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """The tokens and the account id that were given, which no output may show."""
        tokens = (each.get_secret_value() if each else None for each in (self.api_token, self.github_token))
        return (*tokens, self.account_id)


def read_settings(flags: Mapping[str, Any], config: ConfigFile | None = None) -> Settings:
    """Join flags (None is one that was not given), the environment and pulse-ci.toml, each stronger than the next.

    From then on the sandbox has their limits. `config` stands in for the file of the checkout.

    Where no migrations directory is given, it is the one of wrangler's configuration, or the only one that there is.

    Raises:
        ConfigError: a value is not one of those that are taken; it names the flag or input and what to write.

    """
    file = read_config_file(Path.cwd(), list_variables()) if config is None else config
    given = _parse_given({name: value for name, value in flags.items() if value is not None}, file.values)
    settings = Settings(**given, rules=file.rules, given=frozenset(given))
    set_sandbox(Sandbox().scale(settings.sandbox_factor))
    if "migrations_dir" in settings.given or settings.merge:
        return settings
    found = find_directory(settings.wrangler_config, environment=settings.environment, database=settings.database)
    return replace(settings, migrations_dir=found) if found else settings


def _parse_given(flags: Mapping[str, Any], file: Mapping[str, Any]) -> dict[str, Any]:
    values = {**file, **_read_environment(os.environ), **flags}
    if values.keys() <= {"migrations_dir"}:
        # What parses takes longer to load than a new migration takes to check.
        return {name: Path(value) for name, value in values.items()}
    from pulse_ci.inputs import parse_values

    return parse_values(values)


def _read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the variables that set something, by the setting's name; an empty one is not set."""
    present = {name.upper(): value for name, value in environ.items() if value}
    found = {
        name: [present[each] for each in variables if each in present] for name, variables in list_variables().items()
    }
    return {name: values[0] for name, values in found.items() if values}


def list_variables() -> dict[str, tuple[str, ...]]:
    """Return the variables of each setting, the strongest first."""
    names = [each.name for each in fields(Settings) if each.name not in ("given", "rules")]
    return {name: _VARIABLES.get(name, (f"{_OWN_PREFIX}{name.upper()}",)) for name in names}
