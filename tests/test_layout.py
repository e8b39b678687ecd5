"""Which files are migrations, in which order, by which names: wrangler's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.errors import ConfigError
from pulse_ci.layout import FOLDER_PATTERN, Layout, choose_layout, find_digits, list_sql_files, make_sort_key
from pulse_ci.migrations.discover import discover, require_migrations
from pulse_ci.migrations.source import read_sources
from pulse_ci.wrangler import find_pattern

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("pattern", "name", "runs"),
    [
        ("*.sql", "001_a.sql", True),
        ("*.sql", "001_a.SQL", False),
        ("*.sql", "reverse/001_a.sql", False),
        ("*.sql", ".001_a.sql", False),
        ("**/*.sql", "001_a.sql", True),
        ("**/*.sql", "a/b/001_a.sql", True),
        ("**/*.sql", "a/.b/001_a.sql", False),
        ("*/migration.sql", "001_a/migration.sql", True),
        ("*/migration.sql", ".git/migration.sql", False),
        ("*/migration.sql", "001_a.sql", False),
        ("*/migration.sql", "a/b/migration.sql", False),
        ("0*.sql", "100_a.sql", False),
        ("{001,002}_*.sql", "002_a.sql", True),
        ("!(*_old).sql", "001_old.sql", True),
        ("0!(*_old).sql", "001_old.sql", False),
        ("!*_old.sql", "001_new.sql", True),
        ("[0-9]*.sql", "x.sql", False),
    ],
)
def test_a_pattern_matches_what_wrangler_matches(pattern: str, name: str, runs: bool) -> None:
    assert Layout(pattern).matches(name) is runs


def test_files_sort_as_wrangler_sorts_them() -> None:
    ordered = [
        "-3_a.sql",
        "0001_b/migration.sql",
        "0002-a.sql",
        "2_b.sql",
        "9_x.sql",
        "10_x.sql",
        "20260116020812_init/migration.sql",
        "A.sql",
        "_1.sql",
        "\U0001f600.sql",
        "\ufb00.sql",
    ]
    shuffled = [*ordered[5:], *ordered[:5]]

    assert sorted(shuffled, key=make_sort_key) == ordered


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("0033-add-x.sql", "0033"),
        ("20260116020812_init/migration.sql", "20260116020812"),
        ("v1/002_x.sql", "002"),
        ("2024-03-05-add.sql", None),
        ("0001.sql", "0001"),
        ("019b_x.sql", None),
        ("init.sql", None),
    ],
)
def test_the_number_is_read_from_the_name(name: str, digits: str | None) -> None:
    assert find_digits(name) == digits


def test_folders_are_the_layout_only_without_flat_files() -> None:
    assert choose_layout(["1_a/migration.sql"], None) == Layout(FOLDER_PATTERN)
    assert choose_layout(["1_a.sql", "1_a/migration.sql"], None) == Layout()
    assert choose_layout(["1_a.sql"], "*/x.sql").pattern == "*/x.sql"


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("SELECT 1;\n")


def test_hidden_folders_and_links_are_not_entered(tmp_path: Path) -> None:
    put(tmp_path, "m/1.sql", "m/.hidden/2.sql", "m/node_modules/3.sql", "m/a/b/4.SQL", "elsewhere/5.sql")
    (tmp_path / "m/link").symlink_to(tmp_path / "elsewhere")

    assert list_sql_files(tmp_path / "m") == ("1.sql", "a/b/4.SQL")


def test_folders_are_read_by_their_recorded_names(tmp_path: Path) -> None:
    put(tmp_path, "m/10_b/migration.sql", "m/9_a/migration.sql", "m/reverse/9_a.sql", "m/9_a/notes.sql")

    found = discover("m", read_sources(tmp_path / "m", tmp_path))

    assert [(each.name, each.path, each.number) for each in found.migrations] == [
        ("9_a/migration.sql", "m/9_a/migration.sql", 9),
        ("10_b/migration.sql", "m/10_b/migration.sql", 10),
    ]
    assert [each.path for each in found.reverse_files] == ["m/reverse/9_a.sql"]
    assert found.unmatched == ("m/9_a/notes.sql",)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["a/b/1.sql", "a/b/2.sql"],
            r'no file in m matches `\*\.sql`, and 2 SQL files lie .*pattern": "m/\*\*/\*\.sql"',
        ),
        (["1_a.SQL"], r'and 1 SQL file lies below it \(m/1_a\.SQL\).*"m/\*\.SQL"'),
        (["reverse/1_a.sql"], "Name the directory that holds your migrations"),
    ],
)
def test_sql_files_of_which_none_is_a_migration_are_an_error(tmp_path: Path, names: list[str], message: str) -> None:
    put(tmp_path / "m", *names)

    with pytest.raises(ConfigError, match=message):
        require_migrations(discover("m", read_sources(tmp_path / "m", tmp_path)))


def test_the_pattern_is_relative_to_the_directory_of_any_environment(tmp_path: Path) -> None:
    put(tmp_path, "db/1/migration.sql")
    config = tmp_path / "wrangler.toml"
    config.write_text(
        '[[env.production.d1_databases]]\nmigrations_dir = "./db/"\nmigrations_pattern = "./db/*/migration.sql"\n'
    )

    assert find_pattern(config, tmp_path / "db") == "*/migration.sql"
    assert find_pattern(config, tmp_path / "other") is None


def test_a_pattern_that_wrangler_rejects_is_an_error(tmp_path: Path) -> None:
    config = tmp_path / "wrangler.toml"
    config.write_text('[[d1_databases]]\nmigrations_dir = "db"\nmigrations_pattern = "drizzle/*.sql"\n')

    with pytest.raises(ConfigError, match=r'Set it to "db/\*\.sql"'):
        find_pattern(config, tmp_path / "db")
