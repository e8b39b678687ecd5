"""Migration files to put into a repository."""

from __future__ import annotations

import shutil
from pathlib import Path

FIRST = "migrations/001_sites.sql"
PULSE = Path(__file__).parents[2] / "migrations"
HEADER = "-- Migration: Example\n-- Created: 2024-03-05\n-- Reason: shows something\n"

SAMPLE = """\
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


def table(name: str) -> str:
    """Return a migration with nothing to object to, that makes one table."""
    return (
        f"{HEADER}CREATE TABLE IF NOT EXISTS {name} ({name}_id INTEGER PRIMARY KEY);\n"
        f"-- Reverse:\n-- DROP TABLE IF EXISTS {name};\n"
    )


def put_pulse(repository: Path) -> None:
    """Put PULSE's own migrations into the repository."""
    shutil.copytree(PULSE, repository / "migrations", dirs_exist_ok=True)


def put(repository: Path, **contents: str | bytes) -> None:
    """Put migrations into the repository: `n001_sites=…` is migrations/001_sites.sql."""
    for name, content in contents.items():
        path = repository / "migrations" / f"{name.removeprefix('n')}.sql"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
