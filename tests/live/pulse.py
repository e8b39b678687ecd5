"""PULSE's migrations as SQL that makes a database: run without a record, or recorded as wrangler records."""

from __future__ import annotations

from tests.commands.files import PULSE

FILES = tuple(sorted(path.name for path in PULSE.glob("*.sql")))
TABLE = (
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
    "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);\n"
)


def executed(number: int = len(FILES)) -> str:
    """The SQL of the first files."""
    return "\n".join((PULSE / name).read_text(encoding="utf-8") for name in FILES[:number])


def recorded(number: int = len(FILES)) -> str:
    """The SQL of the first files, and of their record."""
    records = "".join(f"INSERT INTO d1_migrations (name) VALUES ('{name}');\n" for name in FILES[:number])
    return executed(number) + TABLE + records
