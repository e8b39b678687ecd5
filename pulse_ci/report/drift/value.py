"""All that a run of `drift` found out; its JSON form is that of any report, with a list of the databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulse_ci.report.escape import json_text
from pulse_ci.report.value import Conclusion, Database, Report, Staging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.drift.adoption import Adoption
    from pulse_ci.drift.value import Compared, Difference


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The databases in their order; `adoptions` has, by a database's id, the migration that would adopt its drift.

    `compared_with` says in a few words what they should be. `remarks` are sentences about allowed differences that
    have expired or are of no use.
    """

    databases: tuple[Compared, ...]
    compared_with: str
    adoptions: Mapping[str, Adoption]
    remarks: tuple[str, ...] = ()
    requests: int = 0
    rows_read: int = 0

    def with_status(self, status: str) -> tuple[Compared, ...]:
        """Return the databases of that status: ok, drift or error."""
        return tuple(each for each in self.databases if each.status == status)

    @property
    def conclusion(self) -> Conclusion:
        """Failure unless every database is what it should be."""
        whole = len(self.with_status("ok")) == len(self.databases)
        if not whole:
            return Conclusion.FAILURE
        return Conclusion.NEUTRAL if self.remarks else Conclusion.SUCCESS

    @property
    def verdict(self) -> str:
        """The one sentence that says it all; names stand in backticks."""
        drifted, failed = self.with_status("drift"), self.with_status("error")
        if len(self.databases) == 1:
            (only,) = self.databases
            said = {"ok": "has no drift", "drift": "has drifted", "error": "could not be compared"}[only.status]
            return f"`{only.name}` {said}"
        total = len(self.databases)
        if not drifted and not failed:
            return f"None of {total} databases has drifted"
        verb = "has" if len(drifted) == 1 else "have"
        parts = [f"{len(drifted)} of {total} databases {verb} drifted"] if drifted else []
        parts += [f"{len(failed)} of {total} could not be compared"] if failed else []
        return ", ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        name = self.databases[0].name if len(self.databases) == 1 else None
        report = Report(
            command="drift",
            conclusion=self.conclusion,
            database=Database("live", name),
            staging=Staging("used", "", self.requests, self.rows_read),
        )
        differences = (
            _difference(each.name, difference)
            for each in self.databases
            for difference in (each.drift.differences if each.drift else ())
        )
        return {
            **report.to_dict(),
            "databases": [_database(each) for each in self.databases],
            "drift": list(differences),
        }

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return json_text(self.to_dict())


def _database(each: Compared) -> dict[str, Any]:
    return {
        "name": each.name,
        "id": each.id,
        "status": each.status,
        "pending": each.pending,
        "notes": list(each.notes),
        "error": each.error,
    }


def _difference(database: str, each: Difference) -> dict[str, Any]:
    change = each.change
    return {
        "kind": change.kind.value,
        "name": change.name,
        "table": change.table,
        "action": change.action.value,
        "expected": change.before,
        "actual": change.after,
        "database": database,
        "mend": list(each.mend),
        "allowed": each.allowed.reason if each.allowed else None,
    }
