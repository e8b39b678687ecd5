"""Pull requests as public reports describe them: what real workerd does with each, and what pulse-ci says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.engine import RequestMode
from tests.cases import broken_objects, changed_values, harmless, lost_rows, rejected
from tests.cases.case import Case, Verdict
from tests.cases.known import FAILS_TODAY
from tests.cases.product import judge
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from tests.workerd.outcome import Answer
    from tests.workerd.rig import Rig

CASES = {
    case.name: case
    for module in (lost_rows, changed_values, broken_objects, rejected, harmless)
    for case in module.CASES
}
RECORDS = "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TEXT);"
STATUS = {Verdict.SAFE: 0, Verdict.NOT_PROVEN: 0, Verdict.UNSAFE: 1}


def _recorded(sql: str, name: str) -> Call:
    return Call(f"{sql}\nINSERT INTO d1_migrations (name) VALUES ('{name}');", RequestMode.QUERY)


def _requests(case: Case) -> tuple[Call, ...]:
    return (
        Call(RECORDS),
        _recorded(case.merged, "0001_base.sql"),
        Call(f"{case.rows}\nSELECT 1;"),
        _recorded(case.change, "0002_change.sql"),
        *(Call(sql) for sql, _ in case.then),
    )


@pytest.fixture(scope="module")
def answers(rig: Rig) -> dict[str, tuple[Answer, ...]]:
    rig.send([_requests(case) for case in CASES.values()])
    return {name: outcome.answers for name, outcome in zip(CASES, rig.receive(), strict=True)}


@pytest.mark.parametrize("name", CASES)
def test_real_d1_does_what_the_case_says(name: str, answers: dict[str, tuple[Answer, ...]]) -> None:
    case, (records, merged, rows, change, *then) = CASES[name], answers[name]

    assert [records.error, merged.error, rows.error] == [None] * 3
    assert (case.rejected or "") in (change.error or "")
    assert (change.error is None) == (case.rejected is None)
    for (sql, wanted), answer in zip(case.then, then, strict=True):
        if isinstance(wanted, str):
            assert (answer.error or "").startswith(wanted), sql
        else:
            assert (answer.error, answer.rows) == (None, wanted), sql


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=pytest.mark.xfail(strict=True, reason=FAILS_TODAY[name]) if name in FAILS_TODAY else ()
        )
        for name in CASES
    ],
)
def test_pulse_ci_says_so(name: str) -> None:
    says, judged = CASES[name].says, judge(CASES[name].files)

    found = judged.rules()
    assert {rule for rule, wanted in says.rules.items() if found.get(rule) not in wanted.split(" or ")} == set()
    assert not set(says.silent) & judged.rules("error", "warning").keys()
    assert judged.conclusion in says.conclusions
    assert judged.status == STATUS[Verdict(judged.conclusion)]
    told = "\n".join(f"{each['message']} {each['remedy']}" for each in judged.findings)
    assert all(phrase in told for phrase in says.phrases)
    assert not any(phrase in told for phrase in says.unsaid)


def test_every_known_failure_is_a_case() -> None:
    assert FAILS_TODAY.keys() <= CASES.keys()
