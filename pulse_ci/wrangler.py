"""wrangler's configuration to the D1 database that it names."""

from __future__ import annotations

import json
import os
import posixpath
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pulse_ci.errors import ConfigError

# The order in which wrangler looks: workers-utils/src/config/config-helpers.ts, findWranglerConfig.
CONFIG_NAMES = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")


@dataclass(frozen=True, slots=True)
class WranglerDatabase:
    """One entry of `d1_databases`; paths are relative to the configuration file's folder.

    `id` is None where wrangler would make the database, or find it by its name, when it deploys. `line` is where the
    entry stands, as far as a search for its id, name or binding finds it.
    """

    config: Path
    binding: str | None
    name: str | None
    id: str | None
    migrations_dir: str
    migrations_table: str
    migrations_pattern: str | None
    preview_id: str | None = None
    account_id: str | None = None
    line: int = field(default=1, compare=False)

    @property
    def directory(self) -> Path:
        """The migrations directory."""
        return self.config.parent / self.migrations_dir


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a configuration says of the Worker: `main`, the file that it begins with, and its databases."""

    main: str | None
    databases: tuple[WranglerDatabase, ...]

    def list_other_bindings(self, database: WranglerDatabase) -> tuple[str, ...]:
        """Return the bindings that are another database than `database`."""
        return tuple(
            each.binding
            for each in self.databases
            if each.binding and each.binding != database.binding and (each.id is None or each.id != database.id)
        )


def find_config(start: Path, root: Path) -> Path | None:
    """Return wrangler's configuration file in `start` or a folder above it, no higher than `root`."""
    for folder in (start, *start.parents):
        for name in CONFIG_NAMES:
            if (folder / name).is_file():
                return folder / name
        if folder == root:
            break
    return None


def find_wrangler_database(
    config: Path,
    *,
    environment: str | None = None,
    database: str | None = None,
    directory: Path | None = None,
) -> WranglerDatabase | None:
    """Return the database that is asked for by name, binding or id, or else the one that uses `directory`.

    None is returned where the file names no database, or none that fits and none was asked for by name.

    Raises:
        ConfigError: the file cannot be read, has not the environment, or not the database asked for.

    """
    found = _read_databases(config, environment)
    if database is not None:
        return _select_by_name(found, database, config, environment)
    if directory is not None:
        folder, wanted = _resolve(config.parent), _resolve(directory)
        found = [each for each in found if _resolve(folder / each.migrations_dir) == wanted]
    return found[0] if found else None


def list_fitting_databases(
    config: Path, *, environment: str | None, database: str | None, directory: Path
) -> tuple[tuple[str | None, WranglerDatabase], ...]:
    """Return the different databases that may be meant, each with its environment: None is the top of the file.

    They have the name, binding or id `database`, or else use `directory`; without an environment, in any.

    Raises:
        ConfigError: the file cannot be read, or has not the environment.

    """
    content = _parse_config(config, _read_text(config))
    sections = content.get("env")
    names = (None, *(sections if isinstance(sections, dict) else ())) if environment is None else (environment,)
    folder, wanted = _resolve(config.parent), _resolve(directory)
    fitting: dict[str | None, tuple[str | None, WranglerDatabase]] = {}
    for name in names:
        for each in _read_databases(config, name):
            uses_directory = _resolve(folder / each.migrations_dir) == wanted
            if database in (each.name, each.binding, each.id) if database else uses_directory:
                fitting.setdefault(each.id or each.name, (name, each))
    return tuple(fitting.values())


def find_pattern(config: Path | None, directory: Path) -> str | None:
    """Return the `migrations_pattern` of the databases that use `directory`, relative to it; None where none has one.

    All environments count; whoever needs more of the file than this says what is wrong with it.

    Raises:
        ConfigError: wrangler would reject the pattern.

    """
    try:
        databases = list_databases(config) if config else []
    except ConfigError:
        return None
    wanted = _resolve(directory)
    uses = [each for each in databases if each.migrations_pattern is not None and _resolve(each.directory) == wanted]
    return _make_relative_pattern(uses[0]) if uses else None


def _make_relative_pattern(database: WranglerDatabase) -> str:
    pattern, folder = _normalize(database.migrations_pattern or ""), database.migrations_dir
    prefix = "" if folder == "." else f"{folder}/"
    if not pattern.startswith(prefix):
        raise ConfigError(
            f'{database.config}: `migrations_pattern` "{pattern}" does not begin with `migrations_dir` "{folder}/", '
            f'so wrangler rejects it. Set it to "{folder}/*.sql", or change `migrations_dir`.'
        )
    return pattern.removeprefix(prefix)


def _normalize(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/"))


def list_databases(config: Path) -> list[WranglerDatabase]:
    """Return the databases of the file, those of its environments after its own.

    Raises:
        ConfigError: the file cannot be read.

    """
    content = _parse_config(config, _read_text(config))
    environments = content.get("env")
    names = list(environments) if isinstance(environments, dict) else []
    return [each for name in (None, *names) for each in _read_databases(config, name)]


def find_account_id(config: Path, environment: str | None = None) -> str | None:
    """Return the account that the configuration names, which an environment has of its own or inherits.

    Raises:
        ConfigError: the file cannot be read, or has not the environment.

    """
    content = _parse_config(config, _read_text(config))
    return _get_account_id(content, _get_environment_section(content, config, environment))


def read_worker_config(config: Path, environment: str | None = None) -> WorkerConfig:
    """Return what the configuration says of the Worker itself.

    Raises:
        ConfigError: the file cannot be read, or has not the environment.

    """
    content = _parse_config(config, _read_text(config))
    section = _get_environment_section(content, config, environment)
    main = section.get("main") or content.get("main")
    return WorkerConfig(main if isinstance(main, str) else None, tuple(_read_databases(config, environment)))


def _get_account_id(content: dict[str, Any], section: dict[str, Any]) -> str | None:
    account = section.get("account_id") or content.get("account_id")
    return account if isinstance(account, str) else None


def _read_databases(config: Path, environment: str | None) -> list[WranglerDatabase]:
    text = _read_text(config)
    content = _parse_config(config, text)
    section = _get_environment_section(content, config, environment)
    entries = section.get("d1_databases") or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{config}: d1_databases is not a list of tables.")
    account = _get_account_id(content, section)
    found = [_parse_database(config, entry, account) for entry in entries]
    return [replace(each, line=_find_line(each, text)) for each in found]


def _find_line(database: WranglerDatabase, text: str) -> int:
    for value in (database.id, database.name, database.binding):
        position = text.find(f'"{value}"') if value else -1
        if position >= 0:
            return text.count("\n", 0, position) + 1
    return 1


def _select_by_name(
    found: list[WranglerDatabase], name: str, config: Path, environment: str | None
) -> WranglerDatabase:
    for database in found:
        if name in (database.name, database.binding, database.id):
            return database
    known = ", ".join(str(database.name or database.binding) for database in found) or "none"
    where = f" in environment {environment}" if environment else ""
    raise ConfigError(f"{config} has no D1 database {name!r}{where} (it has: {known}). Correct --database.")


def _get_environment_section(content: dict[str, Any], config: Path, environment: str | None) -> dict[str, Any]:
    if environment is None:
        return content
    # d1_databases is not inherited: an environment that does not repeat it has none.
    environments = content.get("env")
    section = environments.get(environment) if isinstance(environments, dict) else None
    if not isinstance(section, dict):
        raise ConfigError(f"{config} has no environment {environment!r}. Correct --environment.")
    return section


def _parse_database(config: Path, entry: dict[str, Any], account: str | None) -> WranglerDatabase:
    def text(key: str) -> str | None:
        value = entry.get(key)
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{config}: {key} of a D1 database is not a string.")
        if value is not None and "\0" in value:
            raise ConfigError(f"{config}: {key} of a D1 database holds a NUL character.")
        if value is not None and any("\ud800" <= character <= "\udfff" for character in value):
            raise ConfigError(f"{config}: {key} of a D1 database holds half a character (a surrogate).")
        return value

    return WranglerDatabase(
        config=config,
        binding=text("binding"),
        name=text("database_name"),
        id=text("database_id"),
        migrations_dir=_normalize(text("migrations_dir") or "migrations"),
        migrations_table=text("migrations_table") or "d1_migrations",
        migrations_pattern=text("migrations_pattern"),
        preview_id=text("preview_database_id"),
        account_id=account,
    )


def _resolve(path: Path) -> Path:
    # Path.resolve() raises on a link to itself, but only in some versions of Python.
    return Path(os.path.realpath(path))


def _parse_toml(text: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text)


def _read_text(config: Path) -> str:
    try:
        return config.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{config} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{config} is not valid: {error}") from error


def _parse_config(config: Path, text: str) -> dict[str, Any]:
    try:
        content = _parse_toml(text) if config.suffix == ".toml" else _parse_json(text)
    except (ValueError, RecursionError) as error:  # TOML's and JSON's errors are all ValueErrors
        raise ConfigError(f"{config} is not valid: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{config} does not hold an object at its top.")
    return content


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        import json5  # slow to import, and needed only where there are comments or trailing commas

        return json5.loads(text)
