"""SQLite's keywords, and how names are compared, quoted and unquoted.

SQLite lets most keywords be names: its grammar falls back to "name" where the keyword itself does not fit.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """Return a name as SQLite compares it: ASCII letters alone lose their case."""
    return name.lower() if name.isascii() else name.translate(_LOWER)


def split_words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# Never a name unless quoted. A test asks SQLite whether the list is right.
RESERVED_WORDS = split_words("""
    ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT
    DEFERRABLE DELETE DISTINCT DROP ELSE ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING IN INDEX
    INSERT INTERSECT INTO IS ISNULL JOIN LIMIT NOT NOTHING NOTNULL NULL ON OR ORDER PRIMARY
    REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE UPDATE USING VALUES WHEN
    WHERE
""")
JOIN_WORDS = split_words("CROSS FULL INNER LEFT NATURAL OUTER RIGHT")
LIKE_WORDS = split_words("GLOB LIKE MATCH REGEXP")
CLOCK_WORDS = split_words("CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP")
TRUTH_WORDS = split_words("TRUE FALSE")
# Names or keywords by their neighbours; a name among them is quoted.
CONTEXT_KEYWORDS = split_words("CAST FILTER INDEXED OVER RAISE WINDOW WITH") | JOIN_WORDS | LIKE_WORDS
# Keywords that can be names, bare in both uses. These are nearly always keywords …
MOSTLY_KEYWORDS = split_words("""
    ABORT ASC BEFORE BEGIN BY CONFLICT CURRENT DESC DO EACH END EXCLUDE FAIL FIRST FOLLOWING FOR
    GROUPS IGNORE INSTEAD LAST MATERIALIZED NULLS OF OFFSET OTHERS PARTITION PRECEDING RANGE
    RECURSIVE ROLLBACK ROW ROWS TIES UNBOUNDED
""")
# … and these nearly always names.
MOSTLY_NAMES = split_words("""
    ACTION AFTER ALWAYS ANALYZE ATTACH CASCADE COLUMN DATABASE DEFERRED DETACH EXCLUSIVE EXPLAIN
    GENERATED IF IMMEDIATE INITIALLY KEY NO PLAN PRAGMA QUERY REINDEX RELEASE RENAME REPLACE
    RESTRICT SAVEPOINT TEMP TEMPORARY TRIGGER VACUUM VIEW VIRTUAL WITHOUT
""")
_ALWAYS_QUOTED = RESERVED_WORDS | CONTEXT_KEYWORDS | CLOCK_WORDS | TRUTH_WORDS
_KEYWORDS = _ALWAYS_QUOTED | MOSTLY_KEYWORDS | MOSTLY_NAMES

_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def quote(name: str) -> str:
    """Return a name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def quote_if_needed(name: str) -> str:
    """Return a name bare if it can only be read as a name, else in double quotes."""
    return name if _SIMPLE.fullmatch(name) and name.upper() not in _KEYWORDS else quote(name)


def quote_names(names: tuple[str, ...]) -> str:
    """Return a list of names in parentheses, each quoted if needed."""
    return f"({', '.join(map(quote_if_needed, names))})"


def format_name(name: str) -> str:
    """Return a name as it stands among other code, where a keyword that can be a name looks like one."""
    upper = name.upper()
    if upper in MOSTLY_KEYWORDS:
        return upper
    if upper in MOSTLY_NAMES:
        return upper.lower()
    return quote_if_needed(name)


def quote_string(text: str) -> str:
    """Return a text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def unquote(name: str) -> str:
    """Return the name that a bare word, a quoted name or a string spells."""
    match name[:1]:
        case "[":
            return name[1:-1]
        case '"' | "`" | "'" as mark:
            return name[1:-1].replace(mark * 2, mark)
        case _:
            return name
