"""Allowed differences: who said so, why, until when; and what of them is left alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from pulse_ci.drift.allowlist import AllowedDifference, read_allowlist
from pulse_ci.drift.compare import compare
from pulse_ci.errors import ConfigError
from pulse_ci.model import ChangeAction, ObjectKind
from tests.repair.databases import schema

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.model import Change

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT)"
ENTRY = """
[[allow]]
kind = "index"
name = "hotfix_*"
database = "tenant-*"
reason = "made in the outage"
until = 2026-12-31
"""


def allowances(path: Path, text: str) -> tuple[AllowedDifference, ...]:
    file = path / ".pulse-ci-drift.toml"
    file.write_text(text, encoding="utf-8")
    return read_allowlist(file)


def test_no_file_allows_nothing(tmp_path: Path) -> None:
    assert read_allowlist(tmp_path / ".pulse-ci-drift.toml") == ()


def test_an_entry_says_what_where_why_and_until_when(tmp_path: Path) -> None:
    (found,) = allowances(tmp_path, ENTRY)

    assert found == AllowedDifference(
        ObjectKind.INDEX, "hotfix_*", "made in the outage", date(2026, 12, 31), database="tenant-*"
    )
    assert found.is_valid(date(2026, 12, 31))
    assert not found.is_valid(date(2027, 1, 1))


def test_an_entry_for_good_says_so(tmp_path: Path) -> None:
    (found,) = allowances(tmp_path, ENTRY.replace("2026-12-31", '"never"'))

    assert found.is_valid(date(2999, 1, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[allow]", "is not valid TOML"),
        ("allow = 1", "may hold entries"),
        ("allow = [1]", "entry 1 is not a table"),
        ("ignore = []", "may hold entries"),
        (ENTRY.replace("index", "indexes"), "'kind' to be one of table, column, index, trigger, view"),
        (ENTRY.replace("reason", "why"), "'why', which is none of"),
        (ENTRY.replace('"made in the outage"', '""'), "needs 'reason'"),
        (ENTRY.replace('"made in the outage"', "1"), "needs 'reason'"),
        (ENTRY.replace("until = 2026-12-31", ""), "needs 'until'"),
        (ENTRY.replace("2026-12-31", '"2026-12-31"'), "needs 'until'"),
        (ENTRY.replace("2026-12-31", "2026-12-31T00:00:00"), "needs 'until'"),
        (ENTRY + 'action = "changed"', "'action' to be one of added, removed, modified"),
        (ENTRY.replace('"hotfix_*"', "5"), "needs 'name'"),
    ],
)
def test_an_entry_that_cannot_be_understood_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as refused:
        allowances(tmp_path, text)

    assert ".pulse-ci-drift.toml" in str(refused.value)


def allowing(kind: ObjectKind, name: str, **rest: object) -> AllowedDifference:
    return AllowedDifference(kind, name, "it is so", None, **rest)  # type: ignore[arg-type]


def test_an_entry_covers_its_kind_name_table_action_and_database_alone() -> None:
    (change,) = (
        each.change for each in compare(schema(SITES), schema(SITES, "CREATE INDEX Hot ON sites (id)")).unallowed
    )

    covering = [
        allowing(ObjectKind.INDEX, "hot"),
        allowing(ObjectKind.INDEX, "h*", table="SITES", action=ChangeAction.ADDED, database="tenant-*"),
    ]
    others = [
        allowing(ObjectKind.VIEW, "hot"),
        allowing(ObjectKind.INDEX, "cold"),
        allowing(ObjectKind.INDEX, "hot", table="pages"),
        allowing(ObjectKind.INDEX, "hot", action=ChangeAction.REMOVED),
        allowing(ObjectKind.INDEX, "hot", database="staging"),
    ]
    assert [each.covers(change, "tenant-1") for each in covering] == [True, True]
    assert [each.covers(change, "tenant-1") for each in others] == [False] * 5


def test_what_is_allowed_is_told_and_left_alone() -> None:
    hotfix = allowing(ObjectKind.INDEX, "hotfix")

    def allow(change: Change) -> AllowedDifference | None:
        return hotfix if hotfix.covers(change, "staging") else None

    drift = compare(
        schema(SITES), schema(SITES, "CREATE INDEX hotfix ON sites (name)", "CREATE TABLE backup (id)"), allow
    )

    assert [(each.change.name, each.allowed) for each in drift.differences] == [("backup", None), ("hotfix", hotfix)]
    assert [each.change.name for each in drift.unallowed] == ["backup"]
    assert drift.repair.statements == ("DROP TABLE IF EXISTS backup;",)
    assert drift.adopt.statements == ("CREATE TABLE IF NOT EXISTS backup (id);",)
