"""Cases that the product does not yet judge as it must, with what it says; a fix removes its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def fails_today(reason: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a test that must begin to pass."""
    return pytest.mark.xfail(strict=True, reason=reason)


FAILS_TODAY: dict[str, str] = {
    "a rebuilt parent whose rows a trigger hardly lets in": "safe: nothing",
    "a column goes after its table was renamed": "safe: nothing",
    "a copy reads a quoted column that is not there": "unsafe: drop-column (error)",
    "a DELETE reads a quoted column that is not there": "unsafe: rows-lost (error)",
    "an index over a quoted column that is not there": "safe: nothing",
    "a quoted default is text as well": "safe: nothing",
    "a copy swaps two columns": "safe: nothing",
    "a copy without column names after the order changed": "safe: nothing",
    "a copy writes a column's name": "safe: nothing",
    "a column is renamed by a rebuild": "unsafe: drop-column (error)",
    "a type becomes INTEGER": "safe: nothing",
    "a CAST cuts values": "safe: nothing",
    "a rebuild forgets the highest id": "safe: nothing",
    "the counters of all tables are deleted": "safe: nothing",
    "a backfill fires a touch trigger": "safe: nothing",
    "a backfill fires a touch trigger with a condition": "safe: nothing",
    "a backfill of the whole new column": "not proven: unbounded-write (warning)",
    "a dropped table is used by a trigger and a view": "safe: nothing",
    "a dropped view is used by another view": "safe: nothing",
    "a new trigger writes a column that is not there": "safe: nothing",
    "a view is made again over a column that is not there": "safe: nothing",
    "a rebuild leaves out what another table's trigger writes": "safe: nothing",
    "a column is renamed that FTS5 reads": "safe: nothing",
    "a table is renamed that FTS5 reads": "safe: nothing",
    "a rebuild gives other rowids to what FTS5 reads": "safe: nothing",
    "a table that exists is created with more columns": "safe: nothing",
    "an index that exists is created over other columns": "safe: nothing",
    "a foreign key is added where there are orphans": "unsafe: rebuild-fails-with-rows (error)",
    "a foreign key is added where there are none": "unsafe: rebuild-fails-with-rows (error)",
    "an index over what is no JSON": "safe: nothing",
    "a value is longer than a statement may be": "the remedy does not fit",
    "a column under a foreign key": "the remedy does not fit",
    "objects of a dropped column go with it": "unsafe: drop-column (error), rebuild-loses-objects (error)",
    "objects of a column that may go": "unsafe: rebuild-loses-objects (error)",
    "a unique index takes the place of UNIQUE": "unsafe: rebuild-loses-objects (error)",
    "drizzle's rebuild of a table alone": "unsafe: foreign-keys-pragma (error)",
}

FIXES_THAT_FAIL: dict[str, str] = {
    "a rebuilt parent keeps its trigger": "the rewritten file loses the trigger",
    "a rebuilt parent under a view": "nothing is rewritten, D1 rejects the file",
    "a rebuilt table that another table's trigger writes": "nothing is rewritten, D1 rejects the file",
    "a trigger follows a column that the rebuild renames": "the trigger that is written fails on each UPDATE",
    "a quoted column that is not there is left out of the copy": "nothing is rewritten",
}
