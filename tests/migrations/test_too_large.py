from __future__ import annotations

from contextvars import copy_context

import pytest

from pulse_ci.errors import ConfigError
from pulse_ci.migrations.parse import Migration, parse_migration
from pulse_ci.migrations.source import SourceFile
from pulse_ci.sandbox import Sandbox, get_sandbox, set_sandbox
from pulse_ci.settings import read_settings


def parse_within(sandbox: Sandbox, text: str) -> Migration:
    def parse_it() -> Migration:
        set_sandbox(sandbox)
        return parse_migration(SourceFile("migrations/001_a.sql", text))

    return copy_context().run(parse_it)


def test_the_statement_that_is_one_too_many_is_named_by_its_line() -> None:
    migration = parse_within(Sandbox(statements=2), "SELECT 1;\n-- ;;;\nSELECT 2;\n\nSELECT 3;\nSELECT 4;\n")

    assert migration.problem == "has more than 2 statements, which is all that the sandbox runs"
    assert migration.problem_line == 5
    assert "PULSE_CI_SANDBOX_FACTOR" in migration.problem_remedy
    assert migration.statements == ()


def test_a_statement_that_no_database_takes_is_not_read() -> None:
    migration = parse_within(Sandbox(statement_bytes=20), "SELECT 1;\n\nSELECT 'of more than 20';\n")

    assert migration.problem == "has a statement of more than 20 bytes, which is not read; D1 takes 100,000"
    assert migration.problem_line == 3


def test_semicolons_in_comments_and_strings_are_no_statements() -> None:
    migration = parse_within(Sandbox(statements=2), "-- ;;;\nSELECT ';;;';\nSELECT 2;\n")

    assert migration.problem is None
    assert len(migration.statements) == 2


@pytest.mark.parametrize(("text", "size"), [("SELECT 'é';", 12), ("SELECT 'ab';", 12)])
def test_a_file_is_measured_in_bytes(text: str, size: int) -> None:
    assert parse_within(Sandbox(request_bytes=size), text).problem is None
    assert parse_within(Sandbox(request_bytes=size - 1), text).problem == (
        f"has {size} bytes; the sandbox runs at most {size - 1}"
    )


def test_the_factor_multiplies_each_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_CI_SANDBOX_FACTOR", "2.5")

    def read() -> Sandbox:
        read_settings({})
        return get_sandbox()

    assert copy_context().run(read) == Sandbox(
        2.5, 50, 125_000_000, 419430400, 83886080, 250_000, 83886080, 20971520, 50_000, 625_000
    )


@pytest.mark.parametrize("factor", ["0", "-1", "0.09", "101", "nan", "much"])
def test_a_factor_that_makes_no_sense_is_refused(factor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_CI_SANDBOX_FACTOR", factor)

    with pytest.raises(ConfigError, match="sandbox-factor: "):
        read_settings({})
