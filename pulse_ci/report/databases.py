"""What reports on live databases share: the results of one database or a fleet, and what they cover."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pulse_ci.errors import ConfigError
from pulse_ci.model import Usage
from pulse_ci.report.escape import dump_json
from pulse_ci.report.models import read_usage
from pulse_ci.report.phrases import join_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pulse_ci.report.models import Report

_MAX_NAMES = 8
_MAX_FILES = 3


@dataclass(frozen=True, slots=True)
class Scope:
    """Which databases a report covers, compared with what; without `databases` it covers one.

    databases       names and globs of a fleet, as given
    digest          identifies the files, and whatever else decides
    shard           the part that one job took; None for the whole
    missing         the parts that a merged report lacks
    stopped         why some databases were skipped
    """

    databases: tuple[str, ...] = ()
    compared_with: str = ""
    files: int = 0
    digest: str = ""
    shard: str | None = None
    missing: tuple[str, ...] = ()
    stopped: str | None = None

    @property
    def is_fleet(self) -> bool:
        """Whether the report covers a fleet."""
        return bool(self.databases)

    @property
    def is_whole(self) -> bool:
        """Whether the report covers every database of the fleet."""
        return self.shard is None and not self.missing and not self.stopped

    def require_same_scope(self, other: Scope, where: str) -> None:
        """Raise ConfigError if a report, read from `where`, covers something else."""
        for what, ours, theirs in (
            ("the databases", " ".join(self.databases), " ".join(other.databases)),
            ("what they are compared with,", self.compared_with, other.compared_with),
        ):
            if ours != theirs:
                raise ConfigError(f"{where} is on other databases or files: {what} were {theirs}, and are {ours}.")
        if self.digest != other.digest:
            raise ConfigError(f"{where} is on other files: they have changed since. Start again without it.")


class DatabaseResult(Protocol):
    """What became of one database."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def id(self) -> str:
        """Its id; empty for a file."""

    @property
    def status(self) -> str:
        """How it ended, as JSON has it."""


_Result = TypeVar("_Result", bound=DatabaseResult)


@dataclass(frozen=True, slots=True)
class DatabasesReport(ABC, Generic[_Result]):
    """The results of one database, or of a fleet in the order of names, and what Cloudflare was asked."""

    databases: tuple[_Result, ...]
    scope: Scope = Scope()
    usage: Usage = field(default_factory=Usage)

    @property
    def only(self) -> _Result | None:
        """The database of a report that covers one; None for a fleet."""
        return None if self.scope.is_fleet else self.databases[0]

    def with_status(self, *statuses: str) -> tuple[_Result, ...]:
        """Return the databases that ended so."""
        return tuple(each for each in self.databases if each.status in statuses)

    def count_statuses(self, words: Mapping[Any, str]) -> list[str]:
        """Return "3 failed" for each status in `words` that occurs, then which parts are missing."""
        counts = Counter(each.status for each in self.databases)
        counted = [f"{counts[status]} {text}" for status, text in words.items() if counts[status]]
        if missing := self.scope.missing:
            counted.append(f"{'part' if len(missing) == 1 else 'parts'} {list_names(missing)} missing")
        return counted

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON's own types, in the fixed order of fields."""

    def to_json(self) -> str:
        """Return the JSON report, indented, with a line end."""
        return dump_json(self.to_dict())

    def serialize_fleet(self, report: Report, results: Iterable[dict[str, Any]], **more: object) -> dict[str, Any]:
        """Return the JSON of a report on a fleet: that of any report, the databases, and the scope."""
        return {**report.to_dict(), "databases": list(results), "fleet": {**asdict(self.scope), **more}}


def parse_fleet_fields(values: Mapping[str, Any], kind: type[_Result], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return `databases`, `scope` and `spent` from a report's JSON; `results` has the fields of `kind`.

    Raises:
        ValueError: a field is missing or has a value that it cannot have.

    """
    from pydantic import TypeAdapter

    return {
        "databases": TypeAdapter(tuple[kind, ...]).validate_python(results),  # type: ignore[valid-type]
        "scope": TypeAdapter(Scope).validate_python(values["fleet"]),
        "usage": read_usage(values),
    }


def compute_digest(*parts: Iterable[str]) -> str:
    """Return a hash that tells these texts from others."""
    found = hashlib.sha256()
    for part in parts:
        for text in part:
            content = text.encode(errors="surrogatepass")
            found.update(len(content).to_bytes(8, "big") + content)
        found.update(b"\xff" * 8)
    return found.hexdigest()


def merge_scopes(scopes: Sequence[tuple[str, Scope]]) -> Scope:
    """Return what the parts cover together; each comes with the name of its file.

    Raises:
        ConfigError: they are not parts of one fleet.

    """
    (_, first), *others = scopes
    for where, each in others:
        first.require_same_scope(each, where)
    if not others and first.shard is None:
        return first
    stopped = "; ".join(f"{each.shard or where}: {each.stopped}" for where, each in scopes if each.stopped)
    return replace(first, shard=None, missing=_find_missing_shards(scopes), stopped=stopped or None)


def _find_missing_shards(scopes: Sequence[tuple[str, Scope]]) -> tuple[str, ...]:
    counts = Counter(each.shard.partition("/")[2] if each.shard else "" for _, each in scopes)
    listed = join_words([f"{where} ({each.shard or 'the whole'})" for where, each in scopes])
    if len(counts) > 1 or "" in counts:
        raise ConfigError(f"These are not the parts of one division: {listed}. Merge those of one run.")
    (parts,) = counts
    taken = {each.shard for _, each in scopes}
    if len(taken) < len(scopes):
        raise ConfigError(f"A part is given twice: {listed}. Merge those of one run.")
    names = (f"{number}/{parts}" for number in range(1, int(parts) + 1))
    return tuple(name for name in names if name not in taken)


def list_names(names: Sequence[str]) -> str:
    """Return "a, b, c and 12 more"."""
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def list_files(files: Sequence[str]) -> str:
    """Return "a, b, c and 12 more" for names of migrations."""
    rest = len(files) - _MAX_FILES
    return join_words([*files[:_MAX_FILES], *([f"{rest} more"] if rest > 0 else [])])


def group_by_sentence(sentences: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return each sentence once with the databases it is about, given (name, sentence); largest group first."""
    groups: dict[str, list[str]] = {}
    for name, sentence in sentences:
        groups.setdefault(sentence, []).append(name)
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def group_by_pending(pending: Iterable[tuple[str, tuple[str, ...]]]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return the sets of pending files with the databases that lack them, given (name, files); largest first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, files in pending:
        groups.setdefault(files, []).append(name)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
