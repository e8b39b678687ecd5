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
    "a column is renamed by a rebuild": "unsafe: drop-column (error)",
    "a backfill of the whole new column": "not proven: unbounded-write (warning)",
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
