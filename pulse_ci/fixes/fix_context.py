"""A migration under review with its findings, and the candidates for a fix."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.analysis.analyze import reanalyze
from pulse_ci.fixes.text_edits import find_line_edits, make_patch
from pulse_ci.model import Fix
from pulse_ci.rules.lint import lint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.rule import MigrationAnalysis, Review
    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.model import Finding, Severity


@dataclass(frozen=True, slots=True)
class FixCandidate:
    """New texts of some files, by path, for findings of a rule; `summary` says what they do.

    `restored_names` are the folded names of objects that become again what they were before the file.
    """

    rule: str
    texts: Mapping[str, str]
    summary: str
    restored_names: frozenset[str] = field(default_factory=frozenset)

    def to_fix(self, path: str, migrations: MigrationSet) -> Fix:
        """Return the fix for a finding at `path`."""
        old = {each.path: each.text for each in (*migrations.migrations, *migrations.reverse_files)}
        edits = (edit for name, text in self.texts.items() for edit in find_line_edits(name, old.get(name), text))
        patches = (make_patch(name, old.get(name), text) for name, text in self.texts.items())
        return Fix(self.rule, path, tuple(edits), "".join(patches), self.summary)


@dataclass(frozen=True, slots=True)
class SkippedFix:
    """The reason why a finding of a rule is left to its author."""

    rule: str
    reason: str


# Comparing the lines of larger files is slow, and nobody writes them by hand.
MAX_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class FixContext:
    """A migration and its analysis; `review` has nothing else under review."""

    review: Review
    analysis: MigrationAnalysis

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that are not ignored."""
        return tuple(finding for finding in lint(self.review) if not finding.ignored)

    @property
    def path(self) -> str:
        """The migration's path."""
        return self.analysis.migration.path

    @property
    def text(self) -> str:
        """The migration's text."""
        return self.analysis.migration.text

    def find_findings(self, *rules: str) -> tuple[Finding, ...]:
        """Return the findings of some rules."""
        return tuple(finding for finding in self.findings if finding.rule in rules)

    def count_findings(self) -> Counter[tuple[str, str, Severity]]:
        """Count the findings by rule, path and severity: their lines and words may change with the text."""
        return Counter((finding.rule, finding.path, finding.severity) for finding in self.findings)

    def with_texts(self, texts: Mapping[str, str]) -> FixContext:
        """Return the same migration with other texts of it and its reverse, analyzed again."""
        migrations = self.review.migrations.replace_texts(texts)
        analysis, base = reanalyze(self.analysis, migrations), self.review.base
        if base:
            base = replace(base, added=base.added | texts.keys())
        return FixContext(replace(self.review, migrations=migrations, analyses=(analysis,), base=base), analysis)


def build_context(review: Review, analysis: MigrationAnalysis) -> FixContext:
    """Return one migration of a review as a context of its own."""
    return FixContext(replace(review, analyses=(analysis,)), analysis)


def explain_not_fixable(context: FixContext) -> str | None:
    """Return why a file is not fixed whatever is found in it, None where it may be fixed."""
    migration, base = context.analysis.migration, context.review.base
    if migration.problem:
        return migration.problem
    if context.analysis.replayed.was_stopped:
        return "exceeds the limits of the sandbox, so no fix could be tried"
    if migration.number is None or not migration.name.isprintable():
        return "is not named like a migration: rename it first"
    if base and any(migration.path in (edit.path, edit.previous_path) for edit in base.edits):
        return f"is at {base.label} already: fix what is merged with a new migration"
    if len(migration.text) > MAX_CHARACTERS:
        return f"has more than {MAX_CHARACTERS:,} characters"
    return None
