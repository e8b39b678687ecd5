"""D1's message for a refused statement to the one rule that explains it; what no other rule claims is replay-fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.model import RejectedBy
from pulse_ci.sql.operations import AddColumn, Create, Delete, DropColumn, Insert, Update, parse_operation
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import Evidence
    from pulse_ci.analysis.statement_run import Refusal

REPLAY_FAILS = "replay-fails"
REBUILD_FAILS = "rebuild-fails-with-rows"
UNTRIED = {
    RejectedBy.SANDBOX: (
        "Do less in one file. If it is meant to do this, set PULSE_CI_SANDBOX_FACTOR=4, which multiplies each limit."
    ),
    RejectedBy.ENGINE: "Write it otherwise, so that it can be tried here before it runs on D1.",
}
"""What to do where it is not D1 that has refused a statement."""
CLASH = ""  # no rule's: the proofs on rows could not be finished


@dataclass(frozen=True, slots=True)
class _Claim:
    """A rule's claim to refusals: by D1's message, by what the statement does, and by how it begins."""

    rule: str
    message: str
    does: tuple[type, ...] = ()
    begins: str = ""

    def fits(self, sql: str, beginning: str) -> bool:
        """Return whether the statement is of the kind that the claim is for."""
        return (not self.does or isinstance(parse_operation(sql), self.does)) and bool(re.match(self.begins, beginning))


_BEGINNING = 9  # tokens
# What other databases have, or SQLite newly has, and D1 has not.
_FOREIGN_ALTER = (
    r"ALTER TABLE .* (ALTER|MODIFY|CHANGE|SET|(ADD|DROP) (CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|CHECK|INDEX|KEY))( |$)"
)
# What D1 refuses on every database, whatever rows there are.
_NOT_ALLOWED = (
    _Claim("reserved-name", "access to _cf_|object name reserved for internal use"),
    _Claim("reserved-name", "not authorized: SQLITE_AUTH|may not be ", begins=r".*\b(_CF_|SQLITE_)"),
    _Claim("temporary-object", "not authorized", begins=r"CREATE (TEMP|TEMPORARY) |(CREATE|DROP|ALTER) .*\bTEMP \."),
    _Claim("attach-database", "not authorized", begins="ATTACH|DETACH"),
    _Claim("vacuum", "VACUUM|not authorized", begins="VACUUM"),
    _Claim("pragma-not-allowed", "not authorized", begins="PRAGMA"),
    _Claim("module-not-allowed", "not authorized|no such module", begins="CREATE VIRTUAL"),
    _Claim("alter-not-supported", "use function: sqlite_(fail|drop_constraint)", begins="ALTER TABLE"),
    _Claim("alter-not-supported", "syntax error", begins=_FOREIGN_ALTER),
    _Claim("function-not-allowed", "not authorized to use function|no such function"),
    _Claim("compound-select-limit", "too many terms in compound SELECT"),
    _Claim("statement-too-long", "statement too long"),
    _Claim("too-many-columns", "too many columns|too many terms in|too many (result|index) columns"),
    _Claim("pattern-too-long", "LIKE or GLOB pattern too complex"),
    _Claim("expression-too-deep", "Expression tree is too large|Recursion limit|parser stack overflow"),
)
DEFAULT_MIGRATIONS_TABLE = "d1_migrations"  # unless wrangler's configuration names another
# The messages are SQLite's and workerd's own; the first claim that fits has it.
_CLAIMS = (
    *_NOT_ALLOWED,
    _Claim("migrations-table", rf"(?i)no such table: (main\.)?{DEFAULT_MIGRATIONS_TABLE}:", (Insert, Update, Delete)),
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
    if refusal.by in UNTRIED:
        return REPLAY_FAILS
    sql = refusal.statement.sql if refusal.statement else ""
    return _claimed(refusal.message, sql, _CLAIMS) or REPLAY_FAILS


def _claimed(message: str, sql: str, claims: tuple[_Claim, ...]) -> str | None:
    beginning = " ".join(token.text.upper() for token in islice(tokenize_code(sql), _BEGINNING))
    fitting = (claim.rule for claim in claims if re.search(claim.message, message) and claim.fits(sql, beginning))
    return next(fitting, None)


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
    if refusal.by in UNTRIED:
        return REPLAY_FAILS
    at_rebuild = evidence.rebuild_at(refusal.statement) or (refusal.statement is None and evidence.rebuilds)
    if "FOREIGN KEY constraint failed" in refusal.message and at_rebuild:
        return REBUILD_FAILS
    copies = {copy for rebuild in evidence.rebuilds for copy in rebuild.copies}
    does = parse_operation(refusal.statement.sql) if refusal.statement else None
    if isinstance(does, Insert | Update) and refusal.statement not in copies:
        return _claimed(refusal.message, refusal.statement.sql if refusal.statement else "", _NOT_ALLOWED) or CLASH
    return rule_for(refusal)


def clashes(evidence: Evidence) -> Iterator[Refusal]:
    """Yield the refusals on rows that say nothing but that the proofs on rows could not be finished."""
    if evidence.runs:
        for refusal in evidence.on_rows.run.refusals:
            if not refusal.is_transaction and rule_for_rows(refusal, evidence) == CLASH:
                yield refusal


NOT_ALLOWED = frozenset(claim.rule for claim in _NOT_ALLOWED)
# Without these, a file that D1 refuses could have no finding.
EXPLAINING = frozenset(claim.rule for claim in _CLAIMS) | {
    REPLAY_FAILS,
    REBUILD_FAILS,
    "explicit-transaction",
    "d1-differs",
}


def is_not_allowed(message: str) -> bool:
    """Return whether D1's message is for what it refuses on every database, whatever the statement."""
    return "not authorized" in message or _claimed(message, "", _NOT_ALLOWED) is not None
