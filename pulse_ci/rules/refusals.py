"""D1's message for a refused statement to the one rule that explains it; what no other rule claims is replay-fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.migrations.operations import AddColumn, Create, DropColumn, Insert, Update, operation
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.engine.replay import Refusal
    from pulse_ci.rules.rule import Evidence

REPLAY_FAILS = "replay-fails"
CLASH = ""  # no rule's: the proofs on rows could not be finished


@dataclass(frozen=True, slots=True)
class _Claim:
    """A rule's claim to refusals: by D1's message, by what the statement does, and by its first word."""

    rule: str
    message: str
    does: tuple[type, ...] = ()
    words: tuple[str, ...] = ()

    def fits(self, sql: str, word: str) -> bool:
        """Return whether the statement is of the kind that the claim is for."""
        return (not self.does or isinstance(operation(sql), self.does)) and (not self.words or word in self.words)


# The messages are SQLite's and workerd's own; the first claim that fits has it.
_CLAIMS = (
    _Claim("not-null-without-default", "Cannot add a NOT NULL column with default value NULL"),
    _Claim("not-null-without-default", "NOT NULL constraint failed", (AddColumn,)),
    _Claim("non-constant-default", "Cannot add a column with non-constant default"),
    _Claim("unique-or-primary-column", "Cannot add a (UNIQUE|PRIMARY KEY) column"),
    _Claim("references-with-default", "Cannot add a REFERENCES column with non-NULL default value"),
    _Claim("stored-column", "cannot add a STORED column"),
    _Claim("drop-column-in-use", "after drop column|cannot drop (PRIMARY KEY|UNIQUE) column", (DropColumn,)),
    _Claim("check-on-existing", "CHECK constraint failed", (AddColumn, Insert)),
    _Claim("nullable-to-not-null", "NOT NULL constraint failed", (Insert,)),
    _Claim("unique-on-existing", "UNIQUE constraint failed", (Create,)),
)


def rule_for(refusal: Refusal) -> str:
    """Return the name of the rule that a refusal belongs to."""
    if refusal.is_transaction:
        return "explicit-transaction"
    sql = refusal.statement.sql if refusal.statement else ""
    first = next(tokenize_code(sql), None)
    word = first.keyword if first else ""
    for claim in _CLAIMS:
        if re.search(claim.message, refusal.message) and claim.fits(sql, word):
            return claim.rule
    return REPLAY_FAILS


def refusals_for(rule: str, evidence: Evidence) -> Iterator[tuple[Refusal, bool]]:
    """Yield the refusals that belong to a rule, and whether each shows on rows alone."""
    for refusal in evidence.replayed.run.refusals:
        if rule_for(refusal) == rule:
            yield refusal, False
    if evidence.runs:
        for refusal in evidence.on_rows.run.refusals:
            if not refusal.is_transaction and rule_for_rows(refusal, evidence) == rule:
                yield refusal, True


def rule_for_rows(refusal: Refusal, evidence: Evidence) -> str:
    """Do as `rule_for` for a refusal that only shows on rows.

    A statement that brings rows of its own may clash with the seeded ones, which says nothing about real rows.
    """
    at_rebuild = evidence.rebuild_at(refusal.statement) or (refusal.statement is None and evidence.rebuilds)
    if "FOREIGN KEY constraint failed" in refusal.message and at_rebuild:
        return "rebuild-fails-with-rows"
    copies = {copy for rebuild in evidence.rebuilds for copy in rebuild.copies}
    does = operation(refusal.statement.sql) if refusal.statement else None
    if isinstance(does, Insert | Update) and refusal.statement not in copies:
        return CLASH
    return rule_for(refusal)


def clashes(evidence: Evidence) -> Iterator[Refusal]:
    """Yield the refusals on rows that say nothing but that the proofs on rows could not be finished."""
    if evidence.runs:
        for refusal in evidence.on_rows.run.refusals:
            if not refusal.is_transaction and rule_for_rows(refusal, evidence) == CLASH:
                yield refusal
