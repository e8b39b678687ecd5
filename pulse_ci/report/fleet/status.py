"""All that `status` found out about a fleet: which databases lack which files, and which are not as they should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.model import Usage
from pulse_ci.report.escape import dump_json
from pulse_ci.report.fleet.group import group_by_sentence
from pulse_ci.report.fleet.scope import FleetScope, parse_scope
from pulse_ci.report.models import Conclusion, Database, Report, Staging, read_usage
from pulse_ci.report.phrases import pluralize

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """One database: the files that have not run there, in order, and sentences on what is not as it should be.

    `error` is why it could not be read; one that was not asked has neither.
    """

    name: str
    id: str
    pending: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None
    was_read: bool = True

    @property
    def status(self) -> str:
        """One of up to date, behind, error, not asked."""
        if not self.was_read:
            return "not asked"
        if self.error is not None:
            return "error"
        return "behind" if self.pending else "up to date"


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """The databases in their order."""

    databases: tuple[DatabaseStatus, ...]
    scope: FleetScope
    usage: Usage = field(default_factory=Usage)

    def with_status(self, status: str) -> tuple[DatabaseStatus, ...]:
        """Return the databases of that status."""
        return tuple(each for each in self.databases if each.status == status)

    @property
    def pending_groups(self) -> tuple[tuple[tuple[str, ...], tuple[DatabaseStatus, ...]], ...]:
        """The files that databases lack, each with the databases that lack just these; the most databases first."""
        groups: dict[tuple[str, ...], list[DatabaseStatus]] = {}
        for each in self.with_status("behind"):
            groups.setdefault(each.pending, []).append(each)
        return tuple((files, tuple(groups[files])) for files in sorted(groups, key=lambda it: (-len(groups[it]), it)))

    @property
    def messages(self) -> list[tuple[str, list[str]]]:
        """What is to be said of databases, in sentences, each with those that it is about."""
        notes = [(each.name, note) for each in self.databases for note in each.notes]
        errors = [(each.name, f"could not be read: {each.error}") for each in self.with_status("error")]
        return group_by_sentence([*notes, *errors])

    @property
    def is_complete(self) -> bool:
        """Whether every database was read."""
        return not (self.with_status("error") or self.with_status("not asked") or self.scope.missing)

    @property
    def conclusion(self) -> Conclusion:
        """Failure where a database was not read, neutral where one is not as it should be."""
        if not self.is_complete:
            return Conclusion.FAILURE
        return Conclusion.NEUTRAL if any(each.notes for each in self.databases) else Conclusion.SUCCESS

    @property
    def headline(self) -> str:
        """The one sentence that says it all."""
        total, current = len(self.databases), len(self.with_status("up to date"))
        verb = "has" if current == 1 else "have"
        parts = [f"{current} of {pluralize(total, 'database')} {verb} all {pluralize(self.scope.files, 'migration')}"]
        for status, words in (("behind", "behind"), ("error", "could not be read"), ("not asked", "not asked")):
            count = len(self.with_status(status))
            parts += [f"{count} {words}"] if count else []
        return ", ".join([*parts, *([self.scope.missing_note] if self.scope.missing_note else [])])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""
        staging = Staging("used", "").add_usage(self.usage)
        report = Report("status", self.conclusion, Database("live"), staging)
        databases = [_serialize_database(each) for each in self.databases]
        return {**report.to_dict(), "databases": databases, "fleet": self.scope.to_dict()}

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return dump_json(self.to_dict())


def _serialize_database(each: DatabaseStatus) -> dict[str, Any]:
    return {
        "name": each.name,
        "id": each.id,
        "status": each.status,
        "pending": len(each.pending),
        "lacks": list(each.pending),
        "notes": list(each.notes),
        "error": each.error,
    }


def parse_fleet_status(values: Mapping[str, Any]) -> FleetStatus:
    """Return the report that was written as this JSON, which the schema has judged before."""
    databases = (
        DatabaseStatus(
            name=each["name"],
            id=each["id"],
            pending=tuple(each["lacks"]),
            notes=tuple(each["notes"]),
            error=each["error"],
            was_read=each["status"] != "not asked",
        )
        for each in values["databases"]
    )
    return FleetStatus(tuple(databases), parse_scope(values["fleet"]), read_usage(values))
