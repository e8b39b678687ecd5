"""Which SQLite the pinned workerd holds."""

from __future__ import annotations

import re
import subprocess
from mmap import ACCESS_READ, mmap
from pathlib import Path

from tests.workerd.rig import NODE, NODE_MODULES

# What fts5_source_id() returns; no Worker may call it, and D1 does not tell its version in any other way.
_SOURCE_ID = re.compile(rb"fts5: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [0-9a-f]{64})")


def sqlite_source_id() -> str:
    """Return the check-in of SQLite that workerd was built from, in the form of sqlite3_sourceid()."""
    script = f"process.stdout.write(require({str(NODE_MODULES / 'workerd')!r}).default)"
    path = subprocess.run([str(NODE), "-e", script], capture_output=True, text=True, check=True).stdout
    with Path(path).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as program:
        found = _SOURCE_ID.search(program)
        assert found, f"no SQLite in {path}"
        return found[1].decode()
