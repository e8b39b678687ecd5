"""Settings to a CheckRequest: which directory, compared with what, judged how."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.analysis.migration_records import DEFAULT_MIGRATIONS_TABLE
from pulse_ci.analysis.worker_results import DeployOrder
from pulse_ci.commands.database_target import (
    NotConfigured,
    find_database,
    find_wrangler_config,
)
from pulse_ci.config_file import list_rules_off
from pulse_ci.errors import ConfigError, D1Refused
from pulse_ci.migrations.discover import discover, require_migrations
from pulse_ci.migrations.source import decode_source, find_repository_root, make_display_path, read_sources
from pulse_ci.report.models import FailOn
from pulse_ci.rules.conventions import AUTO, Choice, choose_conventions, require_convention_names
from pulse_ci.wrangler import WranglerDatabase, find_config, find_pattern, find_wrangler_database

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulse_ci.commands.database_target import LiveDatabase
    from pulse_ci.config_file import RuleSetting
    from pulse_ci.d1.account import Account
    from pulse_ci.d1.client import D1Client
    from pulse_ci.migrations.base_diff import BaseDiff
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.source import SourceFiles
    from pulse_ci.settings import Settings


def connect(account: Account) -> D1Client:
    """Return a client of an account."""
    from pulse_ci.d1.client import D1Client

    return D1Client(account)


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is to be checked; `directory` and `root` are absolute, `shown` is the directory as reports spell it.

    `sources` are the files where they do not come from the directory. `live` is the staging database that the preview
    stands on; `insists` says that it was asked for by name, so that a check without it is none, and `staging_missed`
    that it was meant and cannot be. With `scratch`, what is pending there also runs on real D1. The rules in
    `skipped` are not asked. `worker_globs` name the Worker's source, `deploy_order` says when it is deployed, and
    `base_sources` has those of its files that the checkout has otherwise, where GitHub was asked for them: the base's,
    or the change's where the checkout is the base.
    """

    command: str
    directory: Path
    root: Path
    display_dir: str
    today: date
    base: BaseDiff | None = None
    sources: SourceFiles | None = None
    pattern: str | None = None
    baseline: int = 0
    skipped: tuple[str, ...] = ()
    conventions: tuple[str, ...] = (AUTO,)
    base_schema: bytes | None = None
    rules: tuple[RuleSetting, ...] = ()
    fail_on: FailOn = FailOn.ERROR
    max_rows_written: int | None = None
    environment: str | None = None
    worker_globs: tuple[str, ...] = ()
    deploy_order: DeployOrder = DeployOrder.UNKNOWN
    base_sources: Mapping[str, bytes | None] | None = None
    wrangler: WranglerDatabase | None = None
    staging_database: LiveDatabase | None = None
    staging_required: bool = False
    uses_scratch: bool = False
    staging_skip_reason: str = "not asked for"
    staging_unavailable: bool = False
    connect: Callable[[Account], D1Client] = connect

    @property
    def migrations_table(self) -> str:
        """The table that has the applied migrations, as wrangler's configuration names it."""
        return self.wrangler.migrations_table if self.wrangler else DEFAULT_MIGRATIONS_TABLE

    def choose_conventions(self, migrations: MigrationSet) -> Choice:
        """Return the conventions that do not apply to the files under review."""
        reviewed = migrations.select_under_review(self.base, self.baseline)
        has_journal = (self.directory / "meta/_journal.json").is_file()
        return choose_conventions(self.conventions, migrations, reviewed, has_journal=has_journal)

    def discover(self) -> MigrationSet:
        """Read the migrations directory, or the files that were given instead.

        Raises:
            ConfigError: the directory cannot be read, or holds SQL files none of which is a migration.

        """
        sources = read_sources(self.directory, self.root, self.pattern) if self.sources is None else self.sources
        migrations = discover(self.display_dir, sources)
        require_migrations(migrations)
        if self.sources is None and not migrations.migrations and not any(self.directory.iterdir()):
            raise ConfigError(
                f"{self.directory} is empty: nothing was read. Name the directory of your migrations, or begin with "
                '`pulse-ci new "what it does"`.'
            )
        return migrations


def build_request(directory: Path, command: str = "check") -> CheckRequest:
    """Return the request to check all of `directory` with nothing but the files."""
    root = find_repository_root(_find_search_start(directory))
    today = datetime.now(UTC).date()
    pattern = find_pattern(find_config(directory.absolute().parent, root), directory)
    return CheckRequest(command, directory, root, make_display_path(directory, root), today, pattern=pattern)


def read_request(settings: Settings, command: str, base: BaseDiff | None = None) -> CheckRequest:
    """Return what the settings ask for; `base` is what GitHub said of the change, if it was asked.

    Raises:
        ConfigError: the base is not known to git, or wrangler's configuration cannot be read.

    """
    plain = build_request(settings.migrations_dir, command)
    if base is None and settings.base:
        from pulse_ci.migrations.git import read_base_diff

        base = read_base_diff(settings.base, plain.display_dir, plain.root)
    wrangler = _find_wrangler_database(settings, plain)
    request = replace(
        plain,
        pattern=find_pattern(find_wrangler_config(settings, plain), plain.directory),
        base=base,
        baseline=settings.baseline,
        skipped=read_skipped_rules(settings),
        conventions=read_conventions(settings),
        base_schema=read_base_schema(settings, plain.root),
        rules=require_rule_settings(settings.rules),
        fail_on=FailOn(settings.fail_on),
        max_rows_written=settings.max_rows_written,
        environment=settings.environment,
        worker_globs=settings.worker,
        deploy_order=DeployOrder(settings.deploy_order),
        wrangler=wrangler,
    )
    return _add_staging(request, settings)


def read_skipped_rules(settings: Settings) -> tuple[str, ...]:
    """Return the names of the rules that are not to be asked; raises ConfigError."""
    off = list_rules_off(settings.rules)
    if not settings.skip and not off:
        return ()
    from pulse_ci.rules.registry import resolve_rule_names

    return resolve_rule_names((*settings.skip, *off))


def read_conventions(settings: Settings) -> tuple[str, ...]:
    """Return the conventions that are set; raises ConfigError where a name is not one."""
    require_convention_names(settings.conventions)
    return settings.conventions


def require_rule_settings(rules: tuple[RuleSetting, ...]) -> tuple[RuleSetting, ...]:
    """Return the severities that a file sets; raises ConfigError where a rule is not one, or may not be changed."""
    if rules:
        from pulse_ci.rules.registry import resolve_rule_names

        resolve_rule_names(each.rule for each in rules)
    return rules


def read_base_schema(settings: Settings, root: Path) -> bytes | None:
    """Return the content of a database on which the base schema has run.

    Raises:
        ConfigError: the file cannot be read, or D1 rejects it.

    """
    path = settings.base_schema
    if path is None:
        return None
    if not Path(os.path.realpath(path)).is_relative_to(root):
        raise ConfigError(f"base-schema: {path} lies outside the repository {root}.")
    from pulse_ci.engine.connection import EmbeddedD1

    try:
        source = decode_source(str(path), path.read_bytes())
    except OSError as error:
        raise ConfigError(f"base-schema: {path} cannot be read: {error.strerror}.") from error
    if source.problem:
        raise ConfigError(f"base-schema: {path} {source.problem}.")
    with EmbeddedD1() as database:
        try:
            database.run(source.text)
        except D1Refused as rejected:
            raise ConfigError(f"base-schema: D1 rejects {path}: {rejected}. Correct the file.") from None
        return database.take_snapshot()


def _find_search_start(directory: Path) -> Path:
    here = Path.cwd()
    # The folder above is asked, not the directory itself: it may be a link that leads elsewhere.
    absolute = directory if directory.is_absolute() else here / directory
    return here if absolute.is_relative_to(here) else absolute.parent


def _find_wrangler_database(settings: Settings, request: CheckRequest) -> WranglerDatabase | None:
    config = find_wrangler_config(settings, request)
    if config is None:
        if settings.environment or (settings.database and not settings.api_token):
            raise ConfigError(
                "--database and --environment need a wrangler configuration: name it with --wrangler-config."
            )
        return None
    return find_wrangler_database(
        config, environment=settings.environment, database=settings.database, directory=request.directory
    )


def _add_staging(request: CheckRequest, settings: Settings) -> CheckRequest:
    """Add the staging database: asked for by name, or because there is a token to it."""
    if request.command == "lint" or settings.preview == "embedded":
        why = "lint asks no network" if request.command == "lint" else "embedded was asked for"
        return replace(request, staging_skip_reason=why)
    try:
        live = find_database(settings, find_wrangler_config(settings, request), request.wrangler)
    except NotConfigured as error:
        if settings.preview:
            raise ConfigError(f"preview: {settings.preview}: {error}.") from None
        return replace(request, staging_skip_reason=str(error), staging_unavailable=settings.api_token is not None)
    return replace(
        request,
        staging_database=live,
        staging_required=settings.preview is not None,
        uses_scratch=settings.preview == "scratch",
    )
