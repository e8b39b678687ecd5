"""Which directory is taken where none is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulse_ci.discovery import find_directory
from pulse_ci.errors import ConfigError


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("SELECT 1;\n")


def configure(folder: Path, *directories: str, environment: str = "") -> None:
    databases = [{"binding": f"DB{n}", "migrations_dir": each} for n, each in enumerate(directories)]
    content: dict[str, object] = {"d1_databases": databases}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wrangler.jsonc").write_text(json.dumps({"env": {environment: content}} if environment else content))


def found(database: str | None = None) -> Path | None:
    return find_directory(None, environment=None, database=database)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def test_wranglers_directory_wins_over_the_default(tmp_path: Path) -> None:
    put(tmp_path, "db/1_a.sql", "migrations/1_old.sql")
    configure(tmp_path, "db")

    assert found() == Path("db")


def test_a_directory_of_an_environment_alone_is_found(tmp_path: Path) -> None:
    put(tmp_path, "db/1_a.sql")
    configure(tmp_path, "db", environment="production")

    assert found() == Path("db")


def test_two_directories_are_listed(tmp_path: Path) -> None:
    put(tmp_path, "core/1_a.sql", "logs/1_b.sql", "migrations/1_old.sql")
    configure(tmp_path, "core", "logs")

    with pytest.raises(ConfigError, match=r"names 2 migrations directories: core \(DB0\), logs \(DB1\)\."):
        found()
    assert found("DB1") == Path("logs")


def test_two_databases_with_one_directory_are_no_choice(tmp_path: Path) -> None:
    put(tmp_path, "db/1_a.sql")
    configure(tmp_path, "db", "./db/")

    assert found() == Path("db")


@pytest.mark.parametrize(("here", "expected"), [("apps/api", "db"), ("apps/api/db", "."), ("apps/api/src", "../db")])
def test_it_is_found_from_a_package_and_from_within(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str, expected: str
) -> None:
    put(tmp_path, "apps/api/db/1_a.sql", "apps/api/src/x.ts")
    configure(tmp_path / "apps/api", "db")
    monkeypatch.chdir(tmp_path / here)

    assert found() == Path(expected)


def test_a_package_is_found_from_the_root(tmp_path: Path) -> None:
    put(tmp_path, "apps/api/db/1_a.sql", "node_modules/x/migrations/1_a.sql")
    configure(tmp_path / "apps/api", "db")

    assert found() == Path("apps/api/db")


def test_several_packages_are_listed(tmp_path: Path) -> None:
    for package in ("a", "b"):
        put(tmp_path, f"apps/{package}/db/1_a.sql")
        configure(tmp_path / "apps" / package, "db")

    with pytest.raises(ConfigError, match=r"apps/a/db \(DB0\), apps/b/db \(DB0\)"):
        found()


def test_without_a_configuration_the_only_directory_of_a_usual_name_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "packages/db/drizzle/0000_a.sql", "packages/db/sql/1_b.sql")
    assert found() == Path("packages/db/drizzle")

    put(tmp_path, "prisma/migrations/20260101_a/migration.sql")
    with pytest.raises(ConfigError, match=r"packages/db/drizzle, prisma/migrations|prisma/migrations, packages"):
        found()


def test_inside_a_directory_of_migrations_it_is_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "sql/0001_a.sql")
    monkeypatch.chdir(tmp_path / "sql")

    assert found() == Path()


def test_a_configuration_that_is_a_program_is_named(tmp_path: Path) -> None:
    put(tmp_path, "cloudflare.config.ts")

    with pytest.raises(ConfigError, match=r"cloudflare\.config\.ts cannot be read"):
        found()


def test_nothing_at_all_is_the_default() -> None:
    assert found() is None
