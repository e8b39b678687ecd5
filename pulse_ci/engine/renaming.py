"""The new name that ALTER TABLE gives, which D1's patched SQLite shows to the authorizer."""

from __future__ import annotations

from pulse_ci.sql.tokens import TokenKind, tokenize_code

_EXPLAIN_WORDS = ("EXPLAIN", "QUERY", "PLAN")


def find_new_table_name(sql: str) -> str | None:
    """Return the new name in `ALTER TABLE … RENAME TO name`, None for any other statement."""
    if "_cf_" not in sql.lower():
        return None
    tokens = [token for token in tokenize_code(sql) if token.kind is not TokenKind.SEMICOLON]
    while tokens and tokens[0].keyword in _EXPLAIN_WORDS:
        del tokens[0]
    words = [token.keyword for token in tokens[-3:-1]]
    # One more word before RENAME, and it is a column that is renamed.
    renames_table = len(tokens) == 6 or (len(tokens) == 8 and tokens[3].text == ".")
    return tokens[-1].name if renames_table and words == ["RENAME", "TO"] else None
