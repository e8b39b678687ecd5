"""Flags and the action's inputs, parsed: one name for each, PULSE_CI_<NAME> in the environment."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENV_PREFIX = "PULSE_CI_"
_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?) ?%?")
_SEPARATORS = re.compile(r"[\s,]+")
_UNSET: Any = None  # what is not given has the default that Settings says


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


def _check_shard(value: str) -> str:
    found = _SHARD.fullmatch(value)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise ValueError("write the part and the number of parts, for example 3/10")
    return value


def _parse_percentage(value: object) -> object:
    found = _PERCENTAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or float(found[1]) > 100:
        raise ValueError("write a share of the databases, for example 5%")
    return float(found[1])


Globs = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_lines)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_words)]
Boolean = Annotated[bool, BeforeValidator(_parse_boolean)]


class Inputs(BaseSettings):
    """What was given: flags win over the environment, an empty variable is one that is not set."""

    model_config = SettingsConfigDict(
        env_prefix=_ENV_PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        validate_default=False,
    )

    command: Literal["check", "lint", "preview", "drift", "status", "apply"] = _UNSET
    migrations_dir: Path = _UNSET
    wrangler_config: Path = _UNSET
    database: str = _UNSET
    environment: str = Field(_UNSET, validation_alias=AliasChoices("PULSE_CI_ENVIRONMENT", "CLOUDFLARE_ENV"))
    preview: Literal["embedded", "staging", "scratch"] = _UNSET
    account_id: str = Field(_UNSET, validation_alias=AliasChoices("PULSE_CI_ACCOUNT_ID", "CLOUDFLARE_ACCOUNT_ID"))
    api_token: SecretStr = Field(_UNSET, validation_alias=AliasChoices("PULSE_CI_API_TOKEN", "CLOUDFLARE_API_TOKEN"))
    api_url: str = Field(_UNSET, validation_alias="CLOUDFLARE_API_BASE_URL")
    github_token: SecretStr = _UNSET
    base: str = _UNSET
    baseline: int = Field(_UNSET, ge=0)
    skip: Words = _UNSET
    worker: Globs = _UNSET
    databases: Globs = _UNSET
    against: str = _UNSET
    shard: Annotated[str, AfterValidator(_check_shard)] = _UNSET
    merge: Globs = _UNSET
    resume: Path = _UNSET
    canary: Globs = _UNSET
    stop_at: Annotated[float, BeforeValidator(_parse_percentage)] = _UNSET
    fail_on: Literal["error", "warning", "never"] = _UNSET
    comment: Literal["always", "changes", "off"] = _UNSET
    label: str = _UNSET
    suggest: Boolean = _UNSET
    sarif_file: Path = _UNSET
    report_file: Path = _UNSET
    format: Literal["text", "json", "markdown", "sarif"] = _UNSET
    output: Path = _UNSET
    max_rows_written: int = Field(_UNSET, ge=0)
    sandbox_factor: float = Field(_UNSET, ge=0.1, le=100)


def parse_inputs(flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the flags and the environment give, by the name of the setting.

    Raises:
        ConfigError: a value is not one of those that are taken; it names the flag or input and what to write.

    """
    try:
        parsed = Inputs(**flags)
    except ValidationError as error:
        raise ConfigError(
            "; ".join(_format_problem(problem) for problem in error.errors(include_input=False))
        ) from None
    return {name: getattr(parsed, name) for name in parsed.model_fields_set}


def _format_problem(problem: Any) -> str:
    name = str(problem["loc"][0]).removeprefix(_ENV_PREFIX).lower().replace("_", "-")
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"
