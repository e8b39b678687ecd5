"""What might mend a file, before anybody has seen that it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.fixes.patch import find_line_edits, make_patch
from pulse_ci.model import Fix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.migrations.discover import MigrationSet


@dataclass(frozen=True, slots=True)
class FixCandidate:
    """New texts of some files, by path, for findings of a rule; `does` says what they do.

    `restores` has the folded names of the objects that are to be again what they were before the file.
    """

    rule: str
    texts: Mapping[str, str]
    summary: str
    restored_names: frozenset[str] = field(default_factory=frozenset)

    def to_fix(self, path: str, migrations: MigrationSet) -> Fix:
        """Return it as a value for a finding at `path`."""
        old = {each.path: each.text for each in (*migrations.migrations, *migrations.reverse_files)}
        edits = (edit for name, text in self.texts.items() for edit in find_line_edits(name, old.get(name), text))
        patches = (make_patch(name, old.get(name), text) for name, text in self.texts.items())
        return Fix(self.rule, path, tuple(edits), "".join(patches), self.summary)


@dataclass(frozen=True, slots=True)
class SkippedFix:
    """Why a finding of a rule is left to its author."""

    rule: str
    reason: str
