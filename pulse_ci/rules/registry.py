"""Every rule there is, in the order of the docs."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.rules import (
    contents,
    data_loss,
    differs,
    edits,
    headers,
    later,
    names,
    new_constraints,
    not_allowed,
    numbers,
    on_rows,
    pending,
    rebuild_rows,
    rebuilt,
    refused,
    repeatable,
    reverse_header,
    reversible,
    slow,
    triggers,
    wrangler_database,
    wrangler_pattern,
    writes,
)
from pulse_ci.rules.ignores import IGNORE_WITHOUT_REASON, UNUSED_IGNORE
from pulse_ci.rules.refusals import EXPLAINING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.rules.rule import Rule

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
    wrangler_database.WRANGLER_DATABASE,
    contents.EMPTY_MIGRATION,
    contents.UNTERMINATED_FILE,
    reversible.MISSING_DROP,
    reversible.REVERSE_INCOMPLETE,
    reversible.REVERSE_FAILS,
    repeatable.NOT_IDEMPOTENT,
    pending.DEPENDS_ON_PENDING,
    refused.REPLAY_FAILS,
    differs.D1_DIFFERS,
    data_loss.DROP_TABLE,
    data_loss.DROP_COLUMN,
    rebuild_rows.REBUILD_CASCADES,
    rebuild_rows.REBUILD_FAILS_WITH_ROWS,
    rebuild_rows.REBUILD_SELF_REFERENCE,
    rebuilt.REBUILD_RENAMES_REFERENCES,
    rebuilt.REBUILD_LOSES_OBJECTS,
    rebuilt.REBUILD_SELECT_STAR,
    data_loss.ROWS_LOST,
    writes.UNBOUNDED_WRITE,
    writes.CREATE_TABLE_AS,
    writes.FOREIGN_KEYS_PRAGMA,
    writes.DEFER_FOREIGN_KEYS_OFF,
    data_loss.FOREIGN_KEY_VIOLATION,
    on_rows.NOT_NULL_WITHOUT_DEFAULT,
    on_rows.NON_CONSTANT_DEFAULT,
    on_rows.UNIQUE_OR_PRIMARY_COLUMN,
    on_rows.REFERENCES_WITH_DEFAULT,
    on_rows.STORED_COLUMN,
    on_rows.CHECK_ON_EXISTING,
    new_constraints.UNIQUE_ON_EXISTING,
    on_rows.NULLABLE_TO_NOT_NULL,
    on_rows.DROP_COLUMN_IN_USE,
    new_constraints.FOREIGN_KEY_PARENT,
    slow.SLOW_STATEMENT,
    refused.EXPLICIT_TRANSACTION,
    not_allowed.TEMPORARY_OBJECT,
    not_allowed.ATTACH_DATABASE,
    not_allowed.VACUUM,
    not_allowed.PRAGMA_NOT_ALLOWED,
    not_allowed.FUNCTION_NOT_ALLOWED,
    not_allowed.MODULE_NOT_ALLOWED,
    not_allowed.RESERVED_NAME,
    not_allowed.ALTER_NOT_SUPPORTED,
    not_allowed.COMPOUND_SELECT_LIMIT,
    not_allowed.STATEMENT_TOO_LONG,
    not_allowed.TOO_MANY_COLUMNS,
    not_allowed.PATTERN_TOO_LONG,
    not_allowed.EXPRESSION_TOO_DEEP,
    triggers.TRIGGER_SPLIT,
    later.MIGRATIONS_TABLE,
    later.DEFERRED_USE,
    IGNORE_WITHOUT_REASON,
    UNUSED_IGNORE,  # last: the rules before it use ignores
)

CONVENTIONS = frozenset(rule.name for rule in RULES if rule.is_convention)
_ALL_CONVENTIONS = "conventions"


def find_rule(name: str, *also: str) -> Rule:
    """Return the rule of that name; raises ConfigError with the nearest name, which may be one of `also`."""
    rule = next((rule for rule in RULES if rule.name == name), None)
    if rule is None:
        close = get_close_matches(name, [*also, *(rule.name for rule in RULES)], n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise ConfigError(f"There is no rule {name!r}.{meant} `pulse-ci rules` lists all.")
    return rule


def named_rules(names: Iterable[str]) -> tuple[str, ...]:
    """Return the sorted names of rules that may be left out, `conventions` as all that are one.

    Raises:
        ConfigError: a name is no rule's, or its rule says what D1 refuses: without it, the rest would be a lie.

    """
    found = set[str]()
    for name in names:
        if name == _ALL_CONVENTIONS:
            found |= CONVENTIONS
            continue
        rule = find_rule(name, _ALL_CONVENTIONS)
        if rule.name in EXPLAINING:
            raise ConfigError(f"The rule {name} cannot be left out: it says what D1 refuses.")
        found.add(rule.name)
    return tuple(sorted(found))
