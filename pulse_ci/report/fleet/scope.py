"""What a report on a fleet is about, by which its parts are known to belong together."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pulse_ci.errors import ConfigError
from pulse_ci.report.fleet.group import join_names
from pulse_ci.report.phrases import join_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class FleetScope:
    """Which databases, compared with what; `digest` tells the files, and what else decides, from others.

    `shard` is the part that one job took, None for the whole. `missing` are the parts that a merged report lacks.
    `stopped` is why not every database was asked.
    """

    globs: tuple[str, ...]
    compared_with: str
    files: int
    digest: str
    shard: str | None = None
    missing: tuple[str, ...] = ()
    stopped: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the report is on every database of the fleet."""
        return self.shard is None and not self.missing and not self.stopped

    @property
    def missing_note(self) -> str:
        """What of the fleet the report is not on, as a clause for the verdict; nothing where it is whole."""
        if not self.missing:
            return ""
        return f"{'part' if len(self.missing) == 1 else 'parts'} {join_names(self.missing)} missing"

    def require_same_scope(self, other: FleetScope, where: str) -> None:
        """Raise ConfigError where a report, read from `where`, is on something else than this one."""
        for what, own, others in (
            ("the databases", " ".join(self.globs), " ".join(other.globs)),
            ("what they are compared with,", self.compared_with, other.compared_with),
        ):
            if own != others:
                raise ConfigError(f"{where} is on other databases or files: {what} were {others}, and are {own}.")
        if self.digest != other.digest:
            raise ConfigError(f"{where} is on other files: they have changed since. Begin anew, without it.")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON's own types."""
        return {
            "databases": list(self.globs),
            "compared_with": self.compared_with,
            "files": self.files,
            "digest": self.digest,
            "shard": self.shard,
            "missing": list(self.missing),
            "stopped": self.stopped,
        }


def parse_scope(values: dict[str, Any]) -> FleetScope:
    """Return what a report's JSON says that it is about."""
    return FleetScope(
        globs=tuple(values["databases"]),
        compared_with=values["compared_with"],
        files=values["files"],
        digest=values["digest"],
        shard=values["shard"],
        missing=tuple(values["missing"]),
        stopped=values["stopped"],
    )


def compute_digest(*parts: Iterable[str]) -> str:
    """Return what tells these texts from others."""
    found = hashlib.sha256()
    for part in parts:
        for text in part:
            content = text.encode(errors="surrogatepass")
            found.update(len(content).to_bytes(8, "big") + content)
        found.update(b"\xff" * 8)
    return found.hexdigest()


def merge_scopes(scopes: Sequence[tuple[str, FleetScope]]) -> FleetScope:
    """Return what the parts are about together; each comes with the name of its file.

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


def _find_missing_shards(scopes: Sequence[tuple[str, FleetScope]]) -> tuple[str, ...]:
    counts = Counter(each.shard.partition("/")[2] if each.shard else "" for _, each in scopes)
    if len(counts) > 1 or "" in counts:
        given_parts = join_words([f"{where} ({each.shard or 'the whole'})" for where, each in scopes])
        raise ConfigError(f"These are not the parts of one division: {given_parts}. Merge those of one run.")
    (parts,) = counts
    present = {each.shard for _, each in scopes}
    if len(present) < len(scopes):
        given_parts = join_words([f"{where} ({each.shard})" for where, each in scopes])
        raise ConfigError(f"A part is given twice: {given_parts}. Merge those of one run.")
    names = (f"{number}/{parts}" for number in range(1, int(parts) + 1))
    return tuple(name for name in names if name not in present)
