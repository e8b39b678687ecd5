"""Every rule there is, in the order of the docs."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.rules import (
    broken_object,
    constraint_tightened,
    d1_differs,
    data_loss,
    declared_schema,
    depends_on_pending,
    edited_migration,
    existing_rows,
    file_contents,
    headers,
    migration_name,
    migration_number,
    new_constraints,
    not_allowed,
    not_idempotent,
    passed_over,
    rebuild_data_loss,
    rebuild_objects,
    renamed,
    replay_fails,
    reverse_header,
    reversibility,
    slow_statement,
    trigger_split,
    values,
    worker_queries,
    wrangler_database,
    wrangler_pattern,
    write_statements,
)
from pulse_ci.rules.error_rules import REQUIRED_RULES
from pulse_ci.rules.ignores import IGNORE_WITHOUT_REASON, UNUSED_IGNORE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.analysis.rule import Rule

RULES = (
    migration_name.MIGRATION_NAME,
    migration_number.MIGRATION_NUMBER_GAP,
    migration_number.MIGRATION_NUMBER_DUPLICATE,
    migration_number.MIGRATION_NUMBER_ORDER,
    headers.MISSING_HEADER,
    headers.HEADER_DATE,
    headers.MISSING_REASON,
    reverse_header.REVERSE_HEADER,
    edited_migration.EDITED_MIGRATION,
    wrangler_pattern.MIGRATIONS_PATTERN,
    wrangler_database.WRANGLER_DATABASE,
    file_contents.EMPTY_MIGRATION,
    file_contents.UNTERMINATED_FILE,
    reversibility.MISSING_DROP,
    reversibility.REVERSE_INCOMPLETE,
    reversibility.REVERSE_FAILS,
    not_idempotent.NOT_IDEMPOTENT,
    depends_on_pending.DEPENDS_ON_PENDING,
    replay_fails.REPLAY_FAILS,
    d1_differs.D1_DIFFERS,
    data_loss.DROP_TABLE,
    data_loss.DROP_COLUMN,
    rebuild_data_loss.REBUILD_CASCADES,
    rebuild_data_loss.REBUILD_FAILS_WITH_ROWS,
    rebuild_data_loss.REBUILD_SELF_REFERENCE,
    rebuild_objects.REBUILD_RENAMES_REFERENCES,
    rebuild_objects.REBUILD_LOSES_OBJECTS,
    rebuild_objects.REBUILD_SELECT_STAR,
    data_loss.ROWS_LOST,
    write_statements.UNBOUNDED_WRITE,
    write_statements.CREATE_TABLE_AS,
    write_statements.FOREIGN_KEYS_PRAGMA,
    write_statements.DEFER_FOREIGN_KEYS_OFF,
    data_loss.FOREIGN_KEY_VIOLATION,
    existing_rows.NOT_NULL_WITHOUT_DEFAULT,
    existing_rows.NON_CONSTANT_DEFAULT,
    existing_rows.UNIQUE_OR_PRIMARY_COLUMN,
    existing_rows.REFERENCES_WITH_DEFAULT,
    existing_rows.STORED_COLUMN,
    existing_rows.CHECK_ON_EXISTING,
    new_constraints.UNIQUE_ON_EXISTING,
    existing_rows.NULLABLE_TO_NOT_NULL,
    existing_rows.DROP_COLUMN_IN_USE,
    new_constraints.FOREIGN_KEY_PARENT,
    slow_statement.SLOW_STATEMENT,
    worker_queries.QUERY_BREAKS,
    worker_queries.QUERY_NEEDS_MIGRATION,
    worker_queries.QUERY_SLOWER,
    declared_schema.DECLARED_MISSING,
    declared_schema.SCHEMA_UNDECLARED,
    replay_fails.EXPLICIT_TRANSACTION,
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
    trigger_split.TRIGGER_SPLIT,
    broken_object.MIGRATIONS_TABLE,
    broken_object.BROKEN_OBJECT,
    values.VALUES_MOVED,
    values.QUOTED_NAME_IS_TEXT,
    values.TRIGGER_OVERWRITES,
    values.COUNTER_RESET,
    values.ROWIDS_CHANGE,
    passed_over.CREATE_DOES_NOTHING,
    constraint_tightened.CONSTRAINT_TIGHTENED,
    renamed.RENAME_TABLE,
    renamed.RENAME_COLUMN,
    IGNORE_WITHOUT_REASON,
    UNUSED_IGNORE,  # last: the rules before it use ignores
)

CONVENTIONS = frozenset(rule.name for rule in RULES if rule.is_convention)
_CONVENTIONS_GROUP = "conventions"


def find_rule(name: str, *also: str) -> Rule:
    """Return the rule of that name; raises ConfigError with the nearest name, which may be one of `also`."""
    rule = next((rule for rule in RULES if rule.name == name), None)
    if rule is None:
        close_names = get_close_matches(name, [*also, *(rule.name for rule in RULES)], n=1)
        suggestion = f" Did you mean {close_names[0]}?" if close_names else ""
        raise ConfigError(f"There is no rule {name!r}.{suggestion} `pulse-ci rules` lists all.")
    return rule


def resolve_rule_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the sorted names of rules that may be left out, `conventions` as all that are one.

    Raises:
        ConfigError: a name is no rule's, or its rule says what D1 refuses: without it, the rest would be a lie.

    """
    rule_names = set[str]()
    for name in names:
        if name == _CONVENTIONS_GROUP:
            rule_names |= CONVENTIONS
            continue
        rule = find_rule(name, _CONVENTIONS_GROUP)
        if rule.name in REQUIRED_RULES:
            raise ConfigError(f"The rule {name} cannot be left out: it says what D1 refuses.")
        rule_names.add(rule.name)
    return tuple(sorted(rule_names))
