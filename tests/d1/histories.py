"""Migrations as history: PULSE's own, and short ones written in a test."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import SchemaHistory, replay_history
from pulse_ci.engine import EmbeddedD1
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import SourceFile, read_sources

if TYPE_CHECKING:
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.schema.schema import Schema

_ROOT = Path(__file__).parents[2]


@lru_cache(1)
def pulse() -> SchemaHistory:
    """PULSE's 21 migrations."""
    return replay_history(discover("migrations", read_sources(_ROOT / "migrations", _ROOT)).migrations)


def history(**files: str) -> SchemaHistory:
    """Migrations by their names: `n001_sites="…"` is 001_sites.sql."""
    sources = [SourceFile(f"migrations/{name.removeprefix('n')}.sql", text) for name, text in files.items()]
    return replay_history(discover("migrations", sources).migrations)


def put(folder: Path, past: SchemaHistory) -> None:
    """Write migrations as files into the migrations directory of a folder."""
    (folder / "migrations").mkdir()
    for each in past.migrations:
        (folder / each.path).write_text(each.text, encoding="utf-8")


def live(past: SchemaHistory, *numbers: str, by_hand: str = "") -> Schema:
    """The schema of a database on which the files of these numbers have run, and then some SQL by hand."""
    texts = {each.name[:3]: each.text for each in past.migrations}
    with EmbeddedD1() as database:
        database.restore(_snapshot(tuple(texts[name] for name in numbers)))
        database.run(by_hand)
        return database.schema()


@lru_cache(64)
def _snapshot(texts: tuple[str, ...]) -> bytes:
    with EmbeddedD1() as database:
        if texts:
            database.restore(_snapshot(texts[:-1]))
            database.run(texts[-1])
        return database.take_snapshot()


def standings(state: DatabaseMigrations) -> dict[str, str]:
    """Each file's standing, by its number."""
    return {each.name.partition("_")[0]: each.status.value for each in state.files}
