"""Flags and the environment to settings: flags win, empty is not set, and what is wrong is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pulse_ci.errors import ConfigError
from pulse_ci.inputs import parse_values
from pulse_ci.settings import Settings, list_variables, read_settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PULSE_CI_", "CLOUDFLARE_"))]:
        monkeypatch.delenv(name)


def test_nothing_said_is_the_documented_default() -> None:
    settings = read_settings({})

    assert settings.migrations_dir == Path("migrations")
    assert (settings.fail_on, settings.comment, settings.format, settings.baseline) == ("error", "always", "text", 0)
    assert settings.suggest is False
    assert (settings.preview, settings.command, settings.base, settings.api_token) == (None, None, None, None)


@pytest.mark.parametrize("words", [{}, {"migrations_dir": "db"}])
def test_where_nothing_needs_parsing_the_settings_are_those_that_a_parser_makes(words: dict[str, str]) -> None:
    parsed = parse_values(words)

    assert read_settings(words) == Settings(**parsed, given=frozenset(parsed))


@pytest.mark.parametrize("name", sorted(list_variables().keys() - {"account_id", "api_token"}))
def test_an_empty_variable_is_one_that_is_not_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    unset = read_settings({})
    monkeypatch.setenv(f"PULSE_CI_{name.upper()}", "")

    assert read_settings({}) == unset


@pytest.mark.parametrize(
    ("variable", "value", "name", "expected"),
    [
        ("PULSE_CI_MIGRATIONS_DIR", "db/migrations", "migrations_dir", Path("db/migrations")),
        ("PULSE_CI_BASELINE", "21", "baseline", 21),
        ("PULSE_CI_FAIL_ON", "warning", "fail_on", "warning"),
        ("PULSE_CI_SUGGEST", "true", "suggest", True),
        ("PULSE_CI_SUGGEST", "False", "suggest", False),
        ("PULSE_CI_SHARD", "3/10", "shard", "3/10"),
        ("PULSE_CI_WORKER", "src/**/*.ts\n\n  lib/*.js \n", "worker", ("src/**/*.ts", "lib/*.js")),
        ("PULSE_CI_DATABASES", "[1, 2]", "databases", ("[1, 2]",)),
        ("CLOUDFLARE_ACCOUNT_ID", "abc", "account_id", "abc"),
        ("PULSE_CI_ACCOUNT_ID", "abc", "account_id", "abc"),
        ("CLOUDFLARE_ENV", "staging", "environment", "staging"),
        ("PULSE_CI_ENVIRONMENT", "staging", "environment", "staging"),
        ("CLOUDFLARE_API_BASE_URL", "http://localhost/v4", "api_url", "http://localhost/v4"),
        ("pulse_ci_fail_on", "never", "fail_on", "never"),
    ],
)
def test_a_variable_sets_its_setting(
    variable: str, value: str, name: str, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    assert getattr(read_settings({}), name) == expected


def test_an_empty_input_leaves_room_for_cloudflares_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_CI_API_TOKEN", "")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "abc")

    token = read_settings({}).api_token

    assert token is not None
    assert token.get_secret_value() == "abc"


def test_a_flag_wins_over_the_environment_and_one_not_given_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_CI_FAIL_ON", "warning")
    monkeypatch.setenv("PULSE_CI_BASELINE", "3")

    settings = read_settings({"fail_on": "never", "baseline": None})

    assert (settings.fail_on, settings.baseline) == ("never", 3)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PULSE_CI_BASELINE", "-1", "baseline: Input should be greater than or equal to 0"),
        ("PULSE_CI_FAIL_ON", "fatal", "fail-on: Input should be 'error', 'warning' or 'never'"),
        ("PULSE_CI_SUGGEST", "yes", "suggest: write true or false"),
        ("PULSE_CI_SHARD", "0/3", "shard: write the part and the number of parts, for example 3/10"),
        ("PULSE_CI_SHARD", "4/3", "shard: write the part and the number of parts, for example 3/10"),
        ("PULSE_CI_COMMENT", "sometimes", "comment: Input should be 'always', 'changes' or 'off'"),
    ],
)
def test_a_wrong_value_is_named_by_its_flag_or_input(
    variable: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as raised:
        read_settings({})

    assert str(raised.value) == message


def test_two_wrong_values_are_both_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_CI_SUGGEST", "yes")

    with pytest.raises(ConfigError, match=r"^baseline: .*; suggest: write true or false$"):
        read_settings({"baseline": -1})


def test_a_secret_shows_in_no_repr_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_CI_API_TOKEN", "hunter2")
    monkeypatch.setenv("PULSE_CI_GITHUB_TOKEN", "hunter2")

    assert "hunter2" not in repr(read_settings({})) + str(read_settings({}))
    with pytest.raises(ConfigError) as raised:
        read_settings({"baseline": "hunter2"})
    assert "hunter2" not in str(raised.value)


def test_without_a_directory_wranglers_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "db").mkdir()
    (tmp_path / "wrangler.toml").write_text('[[d1_databases]]\nbinding = "DB"\nmigrations_dir = "./db"\n')

    assert read_settings({}).migrations_dir == Path("db")
    assert read_settings({"migrations_dir": Path("migrations")}).migrations_dir == Path("migrations")


@pytest.mark.parametrize(
    "config",
    [
        '[[d1_databases]]\nmigrations_dir = "not-there"\n',
        "[[d1_databases",
    ],
)
def test_where_wranglers_configuration_does_not_say_which_it_is_migrations(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "db").mkdir()
    (tmp_path / "wrangler.toml").write_text(config)

    assert read_settings({}).migrations_dir == Path("migrations")
