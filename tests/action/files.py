"""The files that the pull requests of these tests are about."""

from __future__ import annotations

from tests.commands.files import HEADER, PULSE, SAMPLE, table

NEW = "migrations/002_goals.sql"
BASE = {"migrations/001_sites.sql": table("sites"), "README.md": "Hello.\n"}
CLEAN = BASE | {NEW: table("goals")}
REPEATED = f"{HEADER}CREATE TABLE goals (goals_id INTEGER PRIMARY KEY);\n-- Reverse:\n-- DROP TABLE IF EXISTS goals;\n"
FAULTY = BASE | {NEW: REPEATED}

PULSE_BASE = {str(path.relative_to(PULSE.parent)): path.read_text() for path in sorted(PULSE.rglob("*.sql"))}
PULSE_NEW = "migrations/022_custom_fields.sql"
PULSE_HEAD = PULSE_BASE | {PULSE_NEW: SAMPLE}
