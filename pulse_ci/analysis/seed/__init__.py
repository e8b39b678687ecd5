"""Synthetic rows for every table of a schema, that satisfy all its constraints."""

from __future__ import annotations

from pulse_ci.analysis.seed.budget import Budget
from pulse_ci.analysis.seed.file_hints import build_keyed_rows, list_unique_columns, read_file_hints
from pulse_ci.analysis.seed.seeding import seed
from pulse_ci.analysis.seed.value import SeededTable, SeedFailure, SeedResult
from pulse_ci.analysis.seed.where_hints import WhereHints, read_hints

__all__ = [
    "Budget",
    "SeedFailure",
    "SeedResult",
    "SeededTable",
    "WhereHints",
    "build_keyed_rows",
    "list_unique_columns",
    "read_file_hints",
    "read_hints",
    "seed",
]
