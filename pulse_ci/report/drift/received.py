"""The JSON of a DriftReport, judged before by the schema, to the DriftReport."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pulse_ci.drift.adopt_migration import AdoptMigration
from pulse_ci.drift.allowlist import AllowedDifference
from pulse_ci.drift.value import DatabaseDrift, Drift, DriftDifference, FixPlan
from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.report.drift.value import DriftReport
from pulse_ci.report.fleet.scope import parse_scope
from pulse_ci.report.models import read_usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def parse_drift_report(values: Mapping[str, Any]) -> DriftReport:
    """Return the report that was written as this JSON; raises ValueError where a day is none."""
    differences: dict[str, list[DriftDifference]] = {}
    for each in values["drift"]:
        differences.setdefault(each["database"], []).append(_parse_difference(each))
    databases, fleet = values["databases"], values["fleet"]
    return DriftReport(
        databases=tuple(_parse_database(each, tuple(differences.get(each["name"], ()))) for each in databases),
        compared_with=fleet["compared_with"],
        adoptions={each["id"]: AdoptMigration(**each["adoption"]) for each in databases if each["adoption"]},
        expired=tuple(fleet["expired"]),
        unused=tuple(fleet["unused"]),
        usage=read_usage(values),
        scope=parse_scope(fleet),
    )


def _parse_database(values: Mapping[str, Any], differences: tuple[DriftDifference, ...]) -> DatabaseDrift:
    drift = (
        Drift(differences, _parse_fix_plan(values["mend"]), _parse_fix_plan(values["adopt"]))
        if values["mend"]
        else None
    )
    notes = tuple(values["notes"])
    return DatabaseDrift(values["name"], values["id"], drift, values["error"], values["pending"], notes)


def _parse_fix_plan(values: Mapping[str, Any]) -> FixPlan:
    statements, deletes = tuple(values["statements"]), tuple(values["deletes"])
    return FixPlan(statements, deletes, tuple(values["losses"]), tuple(values["conditions"]), values["problem"])


def _parse_difference(values: Mapping[str, Any]) -> DriftDifference:
    kind, action = ObjectKind(values["kind"]), ChangeAction(values["action"])
    change = Change(kind, values["name"], values["table"], action, values["expected"], values["actual"])
    until = date.fromisoformat(values["until"]) if values["until"] else None
    reason = values["allowed"]
    allowed = None if reason is None else AllowedDifference(kind, change.name, reason, until, change.table)
    return DriftDifference(change, tuple(values["mend"]), allowed)
