"""Flags and the action's inputs to Settings: one name for each, PULSE_CI_<NAME> in the environment."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pulse_ci.errors import ConfigError
from pulse_ci.sandbox import Sandbox, use_sandbox
from pulse_ci.wrangler import find_config, find_directory

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENV_PREFIX = "PULSE_CI_"
_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


def _lines(value: object) -> object:
    return tuple(line.strip() for line in value.splitlines() if line.strip()) if isinstance(value, str) else value


def _boolean(value: object) -> object:
    if isinstance(value, bool) or value in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return str(value).lower() == "true"
    raise ValueError("write true or false")


def _shard(value: str) -> str:
    found = _SHARD.fullmatch(value)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ValueError("write the part and the number of parts, for example 3/10")
    return value


Globs = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_lines)]
Boolean = Annotated[bool, BeforeValidator(_boolean)]


class Settings(BaseSettings):
    """What the user asked for: flags win over the environment, an empty variable is one that is not set."""

    model_config = SettingsConfigDict(
        env_prefix=_ENV_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", populate_by_name=True
    )

    command: Literal["check", "lint", "preview", "drift", "status", "apply"] | None = None
    migrations_dir: Path = Path("migrations")
    wrangler_config: Path | None = None
    database: str | None = None
    environment: str | None = Field(None, validation_alias=AliasChoices("PULSE_CI_ENVIRONMENT", "CLOUDFLARE_ENV"))
    preview: Literal["embedded", "staging", "scratch"] | None = None
    account_id: str | None = Field(None, validation_alias=AliasChoices("PULSE_CI_ACCOUNT_ID", "CLOUDFLARE_ACCOUNT_ID"))
    api_token: SecretStr | None = Field(
        None, validation_alias=AliasChoices("PULSE_CI_API_TOKEN", "CLOUDFLARE_API_TOKEN")
    )
    api_url: str | None = Field(None, validation_alias="CLOUDFLARE_API_BASE_URL")
    github_token: SecretStr | None = None
    base: str | None = None
    baseline: int = Field(0, ge=0)
    worker: Globs = ()
    databases: Globs = ()
    against: str | None = None
    shard: Annotated[str, AfterValidator(_shard)] | None = None
    fail_on: Literal["error", "warning", "never"] = "error"
    comment: Literal["always", "changes", "off"] = "always"
    label: str | None = None
    suggest: Boolean = False
    sarif_file: Path | None = None
    report_file: Path | None = None
    format: Literal["text", "json", "markdown", "sarif"] = "text"
    output: Path | None = None
    max_rows_written: int | None = Field(None, ge=0)
    sandbox_factor: float = Field(1, ge=0.1, le=100)


def read_settings(flags: Mapping[str, Any]) -> Settings:
    """Join flags (None is one that was not given) with the environment; from then on the sandbox has their limits.

    Where no migrations directory is given, it is the one of wrangler's configuration in the current directory.

    Raises:
        ConfigError: a value is not one of those that are taken; it names the flag or input and what to write.

    """
    try:
        settings = Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise ConfigError("; ".join(_explain(problem) for problem in error.errors(include_input=False))) from None
    use_sandbox(Sandbox().times(settings.sandbox_factor))
    directory = None if "migrations_dir" in settings.model_fields_set else _configured_directory(settings)
    return settings.model_copy(update={"migrations_dir": directory}) if directory else settings


def _configured_directory(settings: Settings) -> Path | None:
    """Return wrangler's migrations_dir; whoever needs more of the file than this says what is wrong with it."""
    config = settings.wrangler_config or find_config(Path(), Path())
    with suppress(ConfigError):
        if config and (found := find_directory(config, environment=settings.environment, database=settings.database)):
            return Path(os.path.relpath(found))
    return None


def _explain(problem: Any) -> str:
    name = str(problem["loc"][0]).removeprefix(_ENV_PREFIX).lower().replace("_", "-")
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"
