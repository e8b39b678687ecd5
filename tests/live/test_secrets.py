"""No output of a command on live databases holds a secret, wherever the secret was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.status import read_status
from pulse_ci.report.redaction import redact_report
from pulse_ci.settings import read_settings
from tests.commands.files import put
from tests.live.fleet import Fleet
from tests.live.pulse import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

    Run = Callable[..., Outcome]

GIVEN = "f" * 31 + "0"


@pytest.mark.parametrize("words", [("status",), ("status", "--format", "json"), ("drift",), ("apply", "--dry-run")])
def test_an_account_that_is_given_as_a_flag_is_in_no_output(
    account: Cloudflare, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID")
    account.create("staging", recorded(20) + f'CREATE TABLE "told_{account.account}" (x);')

    outcome = run(*words, "--database", "staging", "--account-id", account.account)

    assert account.account not in outcome.out + outcome.err
    assert "***" in outcome.out + outcome.err


def test_neither_is_it_in_an_error(account: Cloudflare, run: Run) -> None:
    outcome = run("status", "--database", GIVEN, "--account-id", GIVEN)

    assert outcome.status == 2
    assert GIVEN not in outcome.err


def test_a_token_that_is_given_as_a_flag_is_in_no_report(run: Run, repository: Path) -> None:
    put(repository, n001_token=f"CREATE TABLE t_{GIVEN} (x);")

    outcome = run("check", "--preview", "embedded", "--api-token", GIVEN)

    assert GIVEN not in outcome.out


def test_a_fleet_is_redacted_like_one_database(tokened: Path) -> None:
    fleet = Fleet({"tenant-1": recorded(4), f"tenant-{GIVEN}": recorded(4) + f"CREATE TABLE t_{GIVEN} (x);"})
    report = read_status(read_settings({"databases": ("tenant-*",)}), None, lambda _: fleet.client())

    assert GIVEN not in redact_report(report, (GIVEN,)).to_json()
