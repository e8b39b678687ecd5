"""D1's message for a refused statement to the one rule that explains it; what no other rule claims is replay-fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.model import RejectedBy
from pulse_ci.sql.operations import AddColumn, Create, DropColumn, Insert, Update
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.sql.split import Statement

REPLAY_FAILS_NAME = "replay-fails"
REBUILD_FAILS_NAME = "rebuild-fails-with-rows"
NOT_RUN_REMEDIES = {
    RejectedBy.SANDBOX: (
        "Do less in one file. If it is meant to do this, set PULSE_CI_SANDBOX_FACTOR=4, which multiplies each limit."
    ),
    RejectedBy.ENGINE: "Write it otherwise, so that it can be tried here before it runs on D1.",
}
"""What to do where it is not D1 that has refused a statement."""


@dataclass(frozen=True, slots=True)
class _ErrorPattern:
    """A rule's claim to refusals: by D1's message, by what the statement does, and by how it begins."""

    rule: str
    message: str
    operations: tuple[type, ...] = ()
    start_pattern: str = ""

    def matches(self, statement: Statement | None, statement_start: str) -> bool:
        """Return whether the statement is of the kind that the claim is for."""
        if self.operations and not (statement and isinstance(statement.operation, self.operations)):
            return False
        return re.match(self.start_pattern, statement_start) is not None


_START_TOKENS = 9  # tokens
_MAX_TOKEN = 100
# What other databases have, or SQLite newly has, and D1 has not.
_UNSUPPORTED_ALTER = (
    r"ALTER TABLE .* (ALTER|MODIFY|CHANGE|SET|(ADD|DROP) (CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|CHECK|INDEX|KEY))( |$)"
)
# What D1 refuses on every database, whatever rows there are.
_NOT_ALLOWED_PATTERNS = (
    _ErrorPattern("reserved-name", "access to _cf_|object name reserved for internal use"),
    _ErrorPattern("reserved-name", "not authorized: SQLITE_AUTH|may not be ", start_pattern=r".*\b(_CF_|SQLITE_)"),
    _ErrorPattern(
        "temporary-object", "not authorized", start_pattern=r"CREATE (TEMP|TEMPORARY) |(CREATE|DROP|ALTER) .*\bTEMP \."
    ),
    _ErrorPattern("attach-database", "not authorized", start_pattern="ATTACH|DETACH"),
    _ErrorPattern("vacuum", "VACUUM|not authorized", start_pattern="VACUUM"),
    _ErrorPattern("pragma-not-allowed", "not authorized", start_pattern="PRAGMA"),
    _ErrorPattern("module-not-allowed", "not authorized|no such module", start_pattern="CREATE VIRTUAL"),
    _ErrorPattern("alter-not-supported", "use function: sqlite_(fail|drop_constraint)", start_pattern="ALTER TABLE"),
    _ErrorPattern("alter-not-supported", "syntax error", start_pattern=_UNSUPPORTED_ALTER),
    _ErrorPattern("function-not-allowed", "not authorized to use function|no such function"),
    _ErrorPattern("compound-select-limit", "too many terms in compound SELECT"),
    _ErrorPattern("statement-too-long", "statement too long"),
    _ErrorPattern("too-many-columns", "too many columns|too many terms in|too many (result|index) columns"),
    _ErrorPattern("pattern-too-long", "LIKE or GLOB pattern too complex"),
    _ErrorPattern("expression-too-deep", "Expression tree is too large|Recursion limit|parser stack overflow"),
)
# The messages are SQLite's and workerd's own; the first claim that fits has it.
_PATTERNS = (
    *_NOT_ALLOWED_PATTERNS,
    _ErrorPattern("not-null-without-default", "Cannot add a NOT NULL column with default value NULL"),
    _ErrorPattern("not-null-without-default", "NOT NULL constraint failed", (AddColumn,)),
    _ErrorPattern("non-constant-default", "Cannot add a column with non-constant default"),
    _ErrorPattern("unique-or-primary-column", "Cannot add a (UNIQUE|PRIMARY KEY) column"),
    _ErrorPattern("references-with-default", "Cannot add a REFERENCES column with non-NULL default value"),
    _ErrorPattern("stored-column", "cannot add a STORED column"),
    _ErrorPattern("drop-column-in-use", "after drop column|cannot drop (PRIMARY KEY|UNIQUE) column", (DropColumn,)),
    _ErrorPattern("check-on-existing", "CHECK constraint failed", (AddColumn, Insert)),
    _ErrorPattern("nullable-to-not-null", "NOT NULL constraint failed", (Insert,)),
    _ErrorPattern("unique-on-existing", "UNIQUE constraint failed", (Create,)),
)


def find_rule_name(rejection: Rejection) -> str:
    """Return the name of the rule that a refusal belongs to."""
    if rejection.is_transaction:
        return "explicit-transaction"
    if rejection.rejected_by in NOT_RUN_REMEDIES:
        return REPLAY_FAILS_NAME
    return _match_pattern(rejection.searchable, rejection.statement, _PATTERNS) or REPLAY_FAILS_NAME


def _match_pattern(message: str, statement: Statement | None, patterns: tuple[_ErrorPattern, ...]) -> str | None:
    sql = statement.sql if statement else ""
    statement_start = " ".join(token.text[:_MAX_TOKEN].upper() for token in islice(tokenize_code(sql), _START_TOKENS))
    matching = (
        pattern.rule
        for pattern in patterns
        if re.search(pattern.message, message) and pattern.matches(statement, statement_start)
    )
    return next(matching, None)


def find_rejections(rule: str, analysis: MigrationAnalysis) -> Iterator[tuple[Rejection, bool]]:
    """Yield the refusals that belong to a rule, and whether each shows on rows alone."""
    rejected = set()
    for rejection in analysis.replayed.run.rejections:
        rejected.add(rejection.statement)
        if find_rule_name(rejection) == rule:
            yield rejection, False
    for rejection in analysis.seeded_run.run.rejections:
        is_new = not rejection.is_transaction and rejection.statement not in rejected
        if is_new and find_rule_name_on_rows(rejection, analysis) == rule:
            yield rejection, True


def find_rule_name_on_rows(rejection: Rejection, analysis: MigrationAnalysis) -> str:
    """Do as `find_rule_name` for a refusal that only shows on rows."""
    if rejection.rejected_by in NOT_RUN_REMEDIES:
        return REPLAY_FAILS_NAME
    copies = {copy for rebuild in analysis.rebuilds for copy in rebuild.copies}
    is_copy = rejection.statement in copies
    is_in_rebuild = analysis.find_rebuild(rejection.statement) or (rejection.statement is None and analysis.rebuilds)
    if "FOREIGN KEY constraint failed" in rejection.message and (is_in_rebuild or is_copy):
        return REBUILD_FAILS_NAME
    if rejection.statement and isinstance(rejection.statement.operation, Insert | Update) and not is_copy:
        return _match_pattern(rejection.searchable, rejection.statement, _NOT_ALLOWED_PATTERNS) or REPLAY_FAILS_NAME
    return find_rule_name(rejection)


NOT_ALLOWED_RULES = frozenset(claim.rule for claim in _NOT_ALLOWED_PATTERNS)
# Without these, a file that D1 refuses could have no finding.
REQUIRED_RULES = frozenset(claim.rule for claim in _PATTERNS) | {
    REPLAY_FAILS_NAME,
    REBUILD_FAILS_NAME,
    "explicit-transaction",
    "d1-differs",
}


def is_not_allowed(message: str) -> bool:
    """Return whether D1's message is for what it refuses on every database, whatever the statement."""
    return "not authorized" in message or _match_pattern(message, None, _NOT_ALLOWED_PATTERNS) is not None
