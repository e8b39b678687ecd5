"""Settings to a CheckRequest: which directory, compared with what, judged how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.migrations.source import display_path, repository_root
from pulse_ci.report.value import FailOn
from pulse_ci.wrangler import WranglerDatabase, find_config, read_database

if TYPE_CHECKING:
    from pulse_ci.migrations.base import Base
    from pulse_ci.migrations.source import SourceFile
    from pulse_ci.settings import Settings


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is to be checked; `directory` and `root` are absolute, `shown` is the directory as reports spell it.

    `sources` are the files where they do not come from the directory.
    """

    command: str
    directory: Path
    root: Path
    shown: str
    today: date
    base: Base | None = None
    sources: tuple[SourceFile, ...] | None = None
    baseline: int = 0
    fail_on: FailOn = FailOn.ERROR
    wrangler: WranglerDatabase | None = None
    staging_skipped: str = "not asked for"


def request_for(directory: Path, command: str = "check") -> CheckRequest:
    """Return the request to check all of `directory` with nothing but the files."""
    root = repository_root(_start(directory))
    today = datetime.now(UTC).date()
    return CheckRequest(command, directory, root, display_path(directory, root), today)


def read_request(settings: Settings, command: str, base: Base | None = None) -> CheckRequest:
    """Return what the settings ask for; `base` is what GitHub said of the change, if it was asked.

    Raises:
        ConfigError: the base is not known to git, or wrangler's configuration cannot be read.

    """
    plain = request_for(settings.migrations_dir, command)
    if base is None and settings.base:
        from pulse_ci.migrations.git import read_base

        base = read_base(settings.base, plain.shown, plain.root)
    return CheckRequest(
        command=command,
        directory=plain.directory,
        root=plain.root,
        shown=plain.shown,
        today=plain.today,
        base=base,
        baseline=settings.baseline,
        fail_on=FailOn(settings.fail_on),
        wrangler=_wrangler(settings, plain),
        staging_skipped=_why_embedded(settings),
    )


def _start(directory: Path) -> Path:
    here = Path.cwd()
    # The folder above is asked, not the directory itself: it may be a link that leads elsewhere.
    absolute = directory if directory.is_absolute() else here / directory
    return here if absolute.is_relative_to(here) else absolute.parent


def _wrangler(settings: Settings, request: CheckRequest) -> WranglerDatabase | None:
    config = settings.wrangler_config or find_config(request.directory.absolute().parent, request.root)
    if config is None:
        if settings.database or settings.environment:
            raise ConfigError(
                "--database and --environment need a wrangler configuration: name it with --wrangler-config."
            )
        return None
    return read_database(
        config, environment=settings.environment, database=settings.database, directory=request.directory
    )


def _why_embedded(settings: Settings) -> str:
    if settings.preview in ("staging", "scratch"):
        raise ConfigError(
            f"preview: {settings.preview} is not part of this version, which previews on the embedded engine. "
            "Leave it out, or write embedded."
        )
    return "embedded was asked for" if settings.preview else "this version previews on the embedded engine"
