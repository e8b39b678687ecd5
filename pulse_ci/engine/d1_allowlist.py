"""What D1 lets a statement use: functions, pragmas, modules.

Source: workerd, src/workerd/util/sqlite.c++, ALLOWED_SQLITE_FUNCTIONS, ALLOWED_PRAGMAS and isAuthorized().
"""

from __future__ import annotations

import re
from enum import Enum, auto

_FUNCTION_NAMES = """
abs changes char coalesce concat concat_ws format glob hex ifnull iif instr last_insert_rowid length
like likelihood likely load_extension lower ltrim nullif octet_length printf quote random randomblob
replace round rtrim sign soundex substr substring total_changes trim typeof unhex unicode unlikely upper
zeroblob date time datetime julianday unixepoch strftime timediff current_date current_time
current_timestamp avg count group_concat max min string_agg sum total row_number rank dense_rank
percent_rank cume_dist ntile lag lead first_value last_value nth_value acos acosh asin asinh atan atan2
atanh ceil cos cosh degrees exp floor ln log log2 mod pi pow radians sin sinh sqrt tan tanh trunc json
jsonb json_array jsonb_array json_array_length json_extract jsonb_extract -> ->> json_insert
jsonb_insert json_object jsonb_object json_patch jsonb_patch json_remove jsonb_remove json_replace
jsonb_replace json_set jsonb_set json_type json_valid json_quote json_group_array jsonb_group_array
json_group_object jsonb_group_object json_each json_tree match highlight bm25 snippet rtreecheck
sqlite_rename_column sqlite_rename_table sqlite_rename_test sqlite_drop_column sqlite_rename_quotefix
"""
ALLOWED_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())

# Functions that this build of SQLite has and D1's has not: to D1 their names are unknown.
ABSENT_FUNCTIONS = frozenset(
    {"load_extension", "median", "percentile", "percentile_cont", "percentile_disc"},
)
ABSENT_FUNCTION_PREFIXES = ("geopoly_",)
ABSENT_CONNECTION_FUNCTIONS = frozenset({"fts3_tokenizer", "matchinfo", "offsets", "optimize"})

# Functions whose work grows with the product of two lengths, and which nothing can stop once they run: with the longest
# value, in bytes, that a statement with one of them may hold, so that a call takes half a second at most.
SLOW_FUNCTIONS = {
    "trim": 20_000,
    "ltrim": 20_000,
    "rtrim": 20_000,
    "unhex": 30_000,
    "json_patch": 60_000,
    "jsonb_patch": 60_000,
    "instr": 200_000,
    "replace": 200_000,
}

ALLOWED_MODULES = frozenset({"fts5", "fts5vocab", "rtree", "rtree_i32"})


class PragmaArgument(Enum):
    """What D1 lets a pragma be given."""

    NOTHING = auto()
    BOOLEAN = auto()
    NAME = auto()
    OPTIONAL_NAME = auto()
    OPTIONAL_NUMBER = auto()
    OPTIONAL_NUMBER_OR_NAME = auto()
    ANYTHING = auto()


ALLOWED_PRAGMAS = {
    "data_version": PragmaArgument.NOTHING,
    "page_size": PragmaArgument.NOTHING,
    "case_sensitive_like": PragmaArgument.BOOLEAN,
    "foreign_keys": PragmaArgument.BOOLEAN,
    "defer_foreign_keys": PragmaArgument.BOOLEAN,
    "ignore_check_constraints": PragmaArgument.BOOLEAN,
    "legacy_alter_table": PragmaArgument.BOOLEAN,
    "recursive_triggers": PragmaArgument.BOOLEAN,
    "reverse_unordered_selects": PragmaArgument.BOOLEAN,
    "foreign_key_check": PragmaArgument.OPTIONAL_NAME,
    "foreign_key_list": PragmaArgument.NAME,
    "index_info": PragmaArgument.NAME,
    "index_list": PragmaArgument.NAME,
    "index_xinfo": PragmaArgument.NAME,
    "table_info": PragmaArgument.NAME,
    "table_xinfo": PragmaArgument.NAME,
    "table_list": PragmaArgument.ANYTHING,
    "quick_check": PragmaArgument.OPTIONAL_NUMBER_OR_NAME,
    "optimize": PragmaArgument.OPTIONAL_NUMBER,
}
# As kj's parseAs() has them, by strtoll().
_HEXADECIMAL = re.compile("-?0[xX][0-9a-fA-F]+")
_DECIMAL = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
_BOOLEANS = ("true", "false", "yes", "no", "on", "off", "1", "0")


def is_allowed_name(name: str | None) -> bool:
    """Return whether D1 lets a statement name the object: `_cf_…` is D1's own."""
    return name is None or name[:4].lower() != "_cf_"


def is_absent_function(name: str) -> bool:
    """Return whether D1's SQLite has no function of this name, though this one has."""
    return name.lower() in ABSENT_FUNCTIONS or name.lower().startswith(ABSENT_FUNCTION_PREFIXES)


def is_allowed_pragma(name: str, value: str | None) -> bool:
    """Return whether D1 runs `PRAGMA name=value`, or `PRAGMA name` where the value is None."""
    match ALLOWED_PRAGMAS.get(name):
        case None:
            return False
        case PragmaArgument.NOTHING:
            return value is None
        case PragmaArgument.BOOLEAN:
            return value is None or _is_boolean(value)
        case PragmaArgument.NAME:
            return value is not None and is_allowed_name(value)
        case PragmaArgument.OPTIONAL_NAME:
            return is_allowed_name(value)
        case PragmaArgument.OPTIONAL_NUMBER:
            return value is None or _is_number(value, -(2**31), 2**31 - 1)
        case PragmaArgument.OPTIONAL_NUMBER_OR_NAME:
            return value is None or _is_number(value, 0, 2**32 - 1) or is_allowed_name(value)
        case PragmaArgument.ANYTHING:
            return True


def _is_boolean(value: str) -> bool:
    # workerd compares beginnings: `onxyz` passes.
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return value.lower().startswith(_BOOLEANS)


def _is_number(value: str, minimum: int, maximum: int) -> bool:
    if _HEXADECIMAL.fullmatch(value):
        return minimum <= int(value, 16) <= maximum
    return _DECIMAL.fullmatch(value) is not None and minimum <= int(value) <= maximum
