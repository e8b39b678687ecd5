"""Schemas that nobody wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256

import pytest

from pulse_ci.analysis.seed import seed
from tests.engine.seed.generated import statements
from tests.engine.seed.judge import all_rows, damage, database

SCHEMAS = 500


def test_at_least_99_of_100_tables_of_generated_schemas_are_seeded(capsys: pytest.CaptureFixture[str]) -> None:
    tables, failures, short = 0, list[object](), list[object]()
    for number in range(SCHEMAS):
        with database(*statements(number)) as filled:
            seeded = seed(filled)

            assert damage(filled) == [], number
            tables += len(seeded.tables) + len(seeded.failures)
            failures += ((number, failure) for failure in seeded.failures)
            short += ((number, table) for table in seeded.tables if table.rows < 2)

    with capsys.disabled():
        print(
            f" {tables - len(failures)} of {tables} tables of {SCHEMAS} schemas seeded, {len(short)} with one row ",
            end="",
        )
    assert len(failures) + len(short) <= tables / 100, [*failures, *short]


def digest() -> str:
    """A hash of the rows that a few schemas get."""
    content = []
    for number in range(25):
        with database(*statements(number)) as filled:
            content.append((seed(filled), all_rows(filled)))
    return sha256(repr(content).encode()).hexdigest()


@pytest.mark.parametrize("hash_seed", ["0", "1", "4294967295"])
def test_the_same_schema_gets_the_same_rows_in_every_process(hash_seed: str) -> None:
    script = f"from {__name__} import digest; print(digest())"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    other = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert other.stdout.strip() == digest()
