"""Tokens and ids of accounts are in nothing that is shown, whatever brought them there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.commands.output import render
from pulse_ci.drift.adopt_migration import AdoptMigration
from pulse_ci.drift.value import DatabaseDrift, Drift, FixPlan
from pulse_ci.model import Finding, Severity
from pulse_ci.report.databases import Scope
from pulse_ci.report.drift import DriftReport
from pulse_ci.report.models import MigrationResult, Staging
from pulse_ci.report.redaction import find_secrets, redact, redact_report
from tests.report.reports import small_report

TOKEN = "v1.0-abcdef0123456789"
ACCOUNT = "0123456789abcdef0123456789abcdef"
ENVIRONMENT = {"CLOUDFLARE_API_TOKEN": f"{TOKEN}\n", "PULSE_CI_ACCOUNT_ID": ACCOUNT, "GITHUB_TOKEN": "", "HOME": "x"}


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif"])
def test_a_secret_in_any_text_of_a_report_is_in_no_form_of_it(form: str) -> None:
    said = f"GET /accounts/{ACCOUNT} with {TOKEN}"
    path = f"migrations/{ACCOUNT}.sql"
    report = replace(
        small_report(),
        findings=(Finding("missing-drop", Severity.ERROR, path, 1, 1, said, said),),
        migrations=(MigrationResult(1, said, path, True, None, (), "failed", said, None, None),),
        staging=Staging("used", said, missed=True),
    )

    shown = render(redact_report(report, find_secrets(ENVIRONMENT)), form)

    assert "***" in shown.replace("\\*", "*")
    # Markdown tears a long number apart by characters that are not seen.
    for secret in (TOKEN, ACCOUNT):
        assert secret not in shown.replace("\u200b", "")


def test_a_drift_holds_no_secret_either() -> None:
    adoption = AdoptMigration("022_adopt.sql", TOKEN, TOKEN)
    drifted = DatabaseDrift("db", "1", Drift(repair=FixPlan((TOKEN,))), None, 0, (TOKEN,), adoption)
    failed = DatabaseDrift("db", "2", None, f"no answer from /accounts/{ACCOUNT}")
    report = DriftReport((drifted, failed), Scope(compared_with=TOKEN), expired=(TOKEN,))

    shown = repr(redact_report(report, find_secrets(ENVIRONMENT)))

    assert shown.count("***") == 7
    assert TOKEN not in shown
    assert ACCOUNT not in shown


def test_what_is_no_secret_stays() -> None:
    assert find_secrets(ENVIRONMENT) == (ACCOUNT, TOKEN)
    assert redact_report(small_report(), find_secrets(ENVIRONMENT)) == small_report()


def test_a_value_too_short_for_a_token_blanks_nothing() -> None:
    assert find_secrets({"CLOUDFLARE_API_TOKEN": "e", "GITHUB_TOKEN": "       "}) == ()


def test_what_looks_like_a_token_of_github_is_hidden_whosesoever_it_is() -> None:
    seed = f"INSERT INTO keys VALUES ('ghp_{'a1' * 18}'), ('github_pat_{'b' * 30}'), ('ghx_short')"

    assert redact(seed, ()) == "INSERT INTO keys VALUES ('***'), ('***'), ('ghx_short')"
