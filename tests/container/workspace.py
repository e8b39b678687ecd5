"""PULSE's repository as actions/checkout leaves it, with one migration more."""

from __future__ import annotations

import hashlib
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

from tests.container.engine import REPOSITORY
from tests.container.runner import own

if TYPE_CHECKING:
    from pathlib import Path

NEW_FILE = "migrations/022_custom_fields.sql"

# PULSE's own documentation, word for word.
DOCUMENTATION_SAMPLE = """\
-- Migration: Add custom_fields to events table
-- Created: 2024-03-05

CREATE TABLE IF NOT EXISTS custom_fields (
  field_id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (site_id) REFERENCES sites(id)
);

CREATE INDEX idx_custom_fields_site ON custom_fields(site_id);
"""

CLEAN = """\
-- Migration: Add custom_fields to events table
-- Date: 2024-03-05
-- Reason: A site names its own fields, and the dashboard lists them.

CREATE TABLE IF NOT EXISTS custom_fields (
  field_id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (site_id) REFERENCES sites(id)
);

CREATE INDEX IF NOT EXISTS idx_custom_fields_site ON custom_fields(site_id);

-- Reverse:
-- DROP INDEX IF EXISTS idx_custom_fields_site;
-- DROP TABLE IF EXISTS custom_fields;
"""

_GIT_OPTIONS = (
    *("-c", "safe.directory=*", "-c", "commit.gpgsign=false"),
    *("-c", "user.name=octocat", "-c", "user.email=octocat@github.com"),
)


def check_out(workspace: Path, migration: str, remote: str = "https://github.com/Codertocat/Hello-World") -> None:
    """Fill a workspace with PULSE's migrations and a new one, as one shallow commit."""
    shutil.copytree(REPOSITORY / "migrations", workspace / "migrations", dirs_exist_ok=True)
    (workspace / NEW_FILE).write_text(migration)
    for command in (
        ("init", "--quiet"),
        ("remote", "add", "origin", "https://github.com/Codertocat/Hello-World"),
        ("add", "."),
        ("commit", "--quiet", "--message=Merge pull request"),
    ):
        subprocess.run(["git", *_GIT_OPTIONS, *command], cwd=workspace, check=True)
    for path in (workspace, *workspace.rglob("*")):
        own(path)


def take_stock(directory: Path) -> dict[str, tuple[int, int, int, int, str]]:
    """Return mode, owner, group, time of change and content of everything in a directory."""
    return {str(path.relative_to(directory)): _describe(path) for path in (directory, *directory.rglob("*"))}


def _describe(path: Path) -> tuple[int, int, int, int, str]:
    found = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(found.st_mode) else ""
    return found.st_mode, found.st_uid, found.st_gid, found.st_mtime_ns, content
