"""What the user asked for, as a value; `inputs` parses what is given of it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pulse_ci.errors import ConfigError
from pulse_ci.sandbox import Sandbox, set_sandbox
from pulse_ci.wrangler import find_config, find_migrations_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

_VARIABLE_PREFIXES = ("PULSE_CI_", "CLOUDFLARE_")


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
    baseline: int = 0
    skip: tuple[str, ...] = ()
    worker: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    against: str | None = None
    shard: str | None = None
    merge: tuple[str, ...] = ()
    resume: Path | None = None
    canary: tuple[str, ...] = ()
    stop_at: float | None = None
    fail_on: Literal["error", "warning", "never"] = "error"
    comment: Literal["always", "changes", "off"] = "always"
    label: str | None = None
    suggest: bool = False
    sarif_file: Path | None = None
    report_file: Path | None = None
    format: Literal["text", "json", "markdown", "sarif"] = "text"
    output: Path | None = None
    max_rows_written: int | None = None
    sandbox_factor: float = 1
    given: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """The tokens and the account id that were given, which no output may show."""
        tokens = (each.get_secret_value() if each else None for each in (self.api_token, self.github_token))
        return (*tokens, self.account_id)


def read_settings(flags: Mapping[str, Any]) -> Settings:
    """Join flags (None is one that was not given) with the environment; from then on the sandbox has their limits.

    Where no migrations directory is given, it is the one of wrangler's configuration in the current directory.

    Raises:
        ConfigError: a value is not one of those that are taken; it names the flag or input and what to write.

    """
    given = _parse_given({name: value for name, value in flags.items() if value is not None})
    settings = Settings(**given, given=frozenset(given))
    set_sandbox(Sandbox().scale(settings.sandbox_factor))
    directory = None if "migrations_dir" in settings.given else _find_configured_directory(settings)
    return replace(settings, migrations_dir=directory) if directory else settings


def _parse_given(flags: Mapping[str, Any]) -> dict[str, Any]:
    if flags.keys() <= {"migrations_dir"} and not any(map(_is_own_variable, os.environ)):
        # What parses takes longer to load than a new migration takes to check.
        return {name: Path(value) for name, value in flags.items()}
    from pulse_ci.inputs import parse_inputs

    return parse_inputs(flags)


def _is_own_variable(variable: str) -> bool:
    return variable.upper().startswith(_VARIABLE_PREFIXES)


def _find_configured_directory(settings: Settings) -> Path | None:
    """Return wrangler's migrations_dir; whoever needs more of the file than this says what is wrong with it."""
    config = settings.wrangler_config or find_config(Path(), Path())
    with suppress(ConfigError):
        if config and (
            found := find_migrations_dir(config, environment=settings.environment, database=settings.database)
        ):
            return Path(os.path.relpath(found))
    return None
