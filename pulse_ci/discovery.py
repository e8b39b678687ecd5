"""The migrations directory where none is named: wrangler's, or the only one that there is; never a guess."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.layout import FLAT, find_digits, list_sql_files
from pulse_ci.wrangler import CONFIG_NAMES, find_config, find_wrangler_database, list_databases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.wrangler import WranglerDatabase

DEFAULT_DIRECTORY = Path("migrations")
_USUAL_NAMES = frozenset({"migrations", "drizzle"})
_CODE_CONFIGS = ("cloudflare.config.ts", "wrangler.config.ts")
_MAX_DEPTH = 4
_MAX_FOLDERS = 5_000
_SKIPPED_FOLDERS = frozenset({"node_modules", "dist", "build", "vendor", "tests", "test", "fixtures"})


def find_directory(config: Path | None, *, environment: str | None, database: str | None) -> Path | None:
    """Return the migrations directory, relative to the current one; None where nothing names another than the default.

    `config` is the configuration that was given; without one, wrangler's is searched upward, then downward.

    Raises:
        ConfigError: there are several, which are listed.

    """
    here = Path.cwd()
    found = config or find_config(here, _find_root(here))
    if found:
        named = list(_list_existing(_select_databases(found, environment, database)))
        return _choose(_prefer_near(named, here), found.name) if named else None
    has_default = DEFAULT_DIRECTORY.is_dir()
    if has_default and _holds_sql(DEFAULT_DIRECTORY):
        return None
    if not has_default and _holds_migrations(here):
        return Path()
    configs, usual = _scan(here)
    named = list(_list_existing(each for path in configs for each in _select_databases(path, environment, database)))
    if has_default:
        # It holds no SQL yet: that is worth a word only where another directory does.
        default = Path(os.path.realpath(DEFAULT_DIRECTORY))
        others = [each for each in named or usual if each[0] != default]
        return _choose([(default, ""), *others], "This repository") if others else None
    if named or usual:
        return _choose(named or usual, "The wrangler configurations below" if named else "The current directory")
    if code_config := next((name for name in _CODE_CONFIGS if (here / name).is_file()), None):
        raise ConfigError(f"{code_config} cannot be read, since it is a program: name the migrations directory.")
    return None


def _find_root(start: Path) -> Path:
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)


def _select_databases(config: Path, environment: str | None, database: str | None) -> list[WranglerDatabase]:
    # Whoever needs more of the file than this says what is wrong with it.
    with suppress(ConfigError):
        if environment or database:
            found = find_wrangler_database(config, environment=environment, database=database)
            return [found] if found else []
        return list_databases(config)
    return []


def _list_existing(databases: Iterable[WranglerDatabase]) -> Iterator[tuple[Path, str]]:
    """Yield each directory once, with the binding that uses it first."""
    seen = set[str]()
    for each in databases:
        path = os.path.realpath(each.directory)
        if path not in seen and each.directory.is_dir():
            seen.add(path)
            yield Path(path), each.binding or each.name or ""


def _prefer_near(named: list[tuple[Path, str]], here: Path) -> list[tuple[Path, str]]:
    """Return those in or around the current directory, where a configuration above it names others too."""
    real = Path(os.path.realpath(here))
    near = [each for each in named if each[0].is_relative_to(real) or real.is_relative_to(each[0])]
    return near or named


def _choose(found: list[tuple[Path, str]], where: str) -> Path:
    here = os.path.realpath(Path.cwd())
    paths = [(os.path.relpath(path, here), binding) for path, binding in found]
    if len(paths) == 1:
        return Path(paths[0][0])
    listed = ", ".join(f"{path} ({binding})" if binding else path for path, binding in paths[:10])
    raise ConfigError(
        f"{where} names {len(paths)} migrations directories: {listed}. Check each on its own: name one as DIR "
        "(`migrations-dir`), or a database with --database."
    )


def _holds_sql(folder: Path) -> bool:
    with suppress(OSError):
        return bool(list_sql_files(folder))
    return True


def _holds_migrations(folder: Path) -> bool:
    with suppress(OSError):
        numbered = [entry for entry in os.scandir(folder) if find_digits(entry.name)]
        flat = any(FLAT.matches(entry.name) and entry.is_file() for entry in numbered)
        return flat or any(Path(entry.path, "migration.sql").is_file() for entry in numbered)
    return False


def _scan(start: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Return wrangler's configurations below `start`, and the directories of the usual names that hold migrations."""
    configs, usual, folders = list[Path](), list[tuple[Path, str]](), [(start, 0)]
    for count, (folder, depth) in enumerate(folders):
        if count >= _MAX_FOLDERS:
            break
        configs += [path for name in CONFIG_NAMES if (path := folder / name).is_file()][:1]
        if folder != start and folder.name in _USUAL_NAMES and _holds_migrations(folder):
            usual.append((Path(os.path.realpath(folder)), ""))
        elif depth < _MAX_DEPTH:
            folders += [(each, depth + 1) for each in _list_folders(folder)]
    return configs, usual


def _list_folders(folder: Path) -> list[Path]:
    with suppress(OSError):
        found = [each for each in os.scandir(folder) if each.is_dir(follow_symlinks=False)]
        return sorted(Path(each.path) for each in found if each.name[0] != "." and each.name not in _SKIPPED_FOLDERS)
    return []
