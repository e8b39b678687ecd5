"""What might mend a file, before anybody has seen that it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.fixes.patch import line_edits, patch
from pulse_ci.model import Fix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.migrations.discover import MigrationSet


@dataclass(frozen=True, slots=True)
class Proposal:
    """New texts of some files, by path, for findings of a rule; `does` says what they do.

    `restores` has the folded names of the objects that are to be again what they were before the file.
    """

    rule: str
    texts: Mapping[str, str]
    does: str
    restores: frozenset[str] = field(default_factory=frozenset)

    def as_fix(self, path: str, migrations: MigrationSet) -> Fix:
        """Return it as a value for a finding at `path`."""
        old = {each.path: each.text for each in (*migrations.migrations, *migrations.reverse_files)}
        edits = (edit for name, text in self.texts.items() for edit in line_edits(name, old.get(name), text))
        patches = (patch(name, old.get(name), text) for name, text in self.texts.items())
        return Fix(self.rule, path, tuple(edits), "".join(patches), self.does)


@dataclass(frozen=True, slots=True)
class Declined:
    """Why a finding of a rule is left to its author."""

    rule: str
    reason: str
