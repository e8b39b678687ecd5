"""Every rule there is, in the order of the docs."""

from __future__ import annotations

from pulse_ci.rules import (
    contents,
    edits,
    headers,
    names,
    numbers,
    pending,
    refused,
    repeatable,
    reverse_header,
    reversible,
    wrangler_pattern,
)
from pulse_ci.rules.ignores import IGNORE_WITHOUT_REASON, UNUSED_IGNORE

RULES = (
    names.MIGRATION_NAME,
    numbers.MIGRATION_NUMBER_GAP,
    numbers.MIGRATION_NUMBER_DUPLICATE,
    numbers.MIGRATION_NUMBER_ORDER,
    headers.MISSING_HEADER,
    headers.HEADER_DATE,
    headers.MISSING_REASON,
    reverse_header.REVERSE_HEADER,
    edits.EDITED_MIGRATION,
    wrangler_pattern.MIGRATIONS_PATTERN,
    contents.EMPTY_MIGRATION,
    contents.UNTERMINATED_FILE,
    reversible.MISSING_DROP,
    reversible.REVERSE_INCOMPLETE,
    reversible.REVERSE_FAILS,
    repeatable.NOT_IDEMPOTENT,
    pending.DEPENDS_ON_PENDING,
    refused.REPLAY_FAILS,
    refused.EXPLICIT_TRANSACTION,
    IGNORE_WITHOUT_REASON,
    UNUSED_IGNORE,  # last: the rules before it use ignores
)
