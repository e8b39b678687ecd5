"""pulse-ci.toml: what it sets, what wins over it, and what it may not hold."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.commands.github_request import read_base_config
from pulse_ci.drift.allowlist import read_allowed_differences
from pulse_ci.errors import ConfigError
from pulse_ci.github.pull_request import PullRequest
from pulse_ci.settings import list_variables, read_settings
from tests.cases.product import judge
from tests.github.mocked import github_that

if TYPE_CHECKING:
    from pulse_ci.settings import Settings


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("PULSE_CI_", "CLOUDFLARE_"))]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def settings_of(text: str, name: str = "pulse-ci.toml") -> Settings:
    Path(name).write_text(text)
    return read_settings({})


# Each setting that a file may have, with a value and what it becomes.
VALUES: dict[str, tuple[str, object]] = {
    "migrations_dir": ('"db"', Path("db")),
    "wrangler_config": ('"w.toml"', Path("w.toml")),
    "database": ('"app"', "app"),
    "environment": ('"staging"', "staging"),
    "preview": ('"embedded"', "embedded"),
    "account_id": ('"abc"', "abc"),
    "baseline": ("21", 21),
    "base_schema": ('"s.sql"', Path("s.sql")),
    "skip": ('["missing-reason"]', ("missing-reason",)),
    "allow": ('["drift"]', ("drift",)),
    "conventions": ('"none"', ("none",)),
    "worker": ('["src/**"]', ("src/**",)),
    "deploy_order": ('"code-first"', "code-first"),
    "databases": ('["t-*"]', ("t-*",)),
    "against": ('"app"', "app"),
    "shard": ('"1/2"', "1/2"),
    "canary": ('["a"]', ("a",)),
    "stop_at": ('"5%"', 5.0),
    "fail_on": ('"never"', "never"),
    "comment": ('"off"', "off"),
    "label": ('"x"', "x"),
    "suggest": ("true", True),
    "format": ('"json"', "json"),
    "max_rows_written": ("7", 7),
    "sandbox_factor": ("2", 2.0),
}
NOT_IN_FILES = {"command", "base", "api_token", "github_token", "api_url", "output", "report_file", "sarif_file"} | {
    "resume",
    "merge",
}


def test_every_setting_is_a_key_or_rejected() -> None:
    assert VALUES.keys() | NOT_IN_FILES == list_variables().keys()


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("file", ["pulse-ci.toml", "pyproject.toml"])
def test_a_key_sets_its_setting(name: str, file: str) -> None:
    value, expected = VALUES[name]
    table = "[tool.pulse-ci]\n" if file == "pyproject.toml" else ""

    settings = settings_of(f"{table}{name.replace('_', '-')} = {value}\n", file)

    assert getattr(settings, name) == expected


@pytest.mark.parametrize("name", sorted(NOT_IN_FILES))
def test_what_is_a_secret_or_an_output_is_not_read_from_a_file(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be set in a file"):
        settings_of(f'{name.replace("_", "-")} = "x"\n')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("basline = 3", "'basline' is not a setting. Did you mean 'baseline'?"),
        ('fail-on = "fatal"', "fail-on: Input should be 'error', 'warning' or 'never'"),
        ("[rules]\ndrop-table = 'fatal'", "rules: drop-table is 'fatal'. Write one of error, warning, notice, off."),
        ("[[overrides]]\npaths = ['a']", "overrides, entry 1 needs"),
        ("= nonsense", "pulse-ci.toml is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        settings_of(text)

    assert message in str(raised.value)


def test_flags_and_variables_win(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pulse-ci.toml").write_text("baseline = 1\nfail-on = 'never'\n")
    monkeypatch.setenv("PULSE_CI_FAIL_ON", "warning")

    settings = read_settings({"baseline": 3})

    assert (settings.baseline, settings.fail_on) == (3, "warning")


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pulse-ci.toml").write_text('migrations-dir = "db"\nschema = "db/schema.sql"\n')
    (tmp_path / "apps").mkdir()
    monkeypatch.chdir(tmp_path / "apps")

    settings = read_settings({})

    assert (settings.migrations_dir, settings.base_schema) == (Path("../db"), Path("../db/schema.sql"))


FILES = {
    "migrations/0001_a.sql": "CREATE TABLE a (id TEXT PRIMARY KEY, x TEXT);",
    "migrations/0002_b.sql": "DROP TABLE a;",
    ".git/HEAD": "",
}
CHECK = ("check", "--conventions", "none", "--baseline", "1", "--format", "json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"drop-table": "error"}),
        ("[rules]\ndrop-table = 'notice'", {"drop-table": "notice"}),
        ("[rules]\ndrop-table = 'off'", {}),
        ("[[overrides]]\npaths = ['migrations/0002*']\nrules = { drop-table = 'off' }", {}),
        ("[[overrides]]\npaths = ['other/*']\nrules = { drop-table = 'off' }", {"drop-table": "error"}),
    ],
)
def test_a_rule_has_the_severity_that_the_file_sets(text: str, expected: dict[str, str]) -> None:
    assert judge({**FILES, "pulse-ci.toml": text}, *CHECK).rules() == expected


@pytest.mark.parametrize("rule", ["replay-fails", "no-such-rule"])
def test_a_rule_that_may_not_change_is_an_error(rule: str) -> None:
    judged = judge({**FILES, "pulse-ci.toml": f"[rules]\n{rule} = 'off'"}, *CHECK)

    assert judged.status == 2
    assert rule in judged.said


def test_allowed_drift_is_read(tmp_path: Path) -> None:
    Path("pulse-ci.toml").write_text('[[allow-drift]]\nkind = "index"\nname = "i"\nreason = "r"\nuntil = "never"\n')

    (entry,) = read_allowed_differences(tmp_path)

    assert (entry.name, entry.reason) == ("i", "r")
    assert read_settings({}).rules == ()


def test_on_a_fork_the_base_branchs_file_is_read() -> None:
    Path("pulse-ci.toml").write_text("[rules]\ndrop-table = 'off'\n")
    text = base64.b64encode(b"baseline = 4\n").decode()
    pull_request = PullRequest(1, "stranger", "stranger/fork", "a" * 40, "o/r", "main")

    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.url.path, request.url.params["ref"]) == ("/repos/o/r/contents/pulse-ci.toml", "main")
        return httpx.Response(200, text=json.dumps({"content": text}))

    with github_that(answer) as github:
        settings = read_settings({}, read_base_config(github, pull_request))

    assert (settings.baseline, settings.rules) == (4, ())
