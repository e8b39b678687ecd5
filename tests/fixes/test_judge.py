"""A proposal is judged by the rows that it loses, and not by how many there are in the end."""

from __future__ import annotations

import pytest

from pulse_ci.fixes.fix_context import FixCandidate
from pulse_ci.fixes.fixes import verify_fix
from tests.commands.files import HEADER
from tests.fixes.cases import PATH, case_with

SCHEMA = """\
CREATE TABLE IF NOT EXISTS p (id INTEGER PRIMARY KEY, x TEXT);
CREATE TABLE IF NOT EXISTS c (id INTEGER PRIMARY KEY, p_id INTEGER NOT NULL UNIQUE REFERENCES p (id) ON DELETE CASCADE);
"""
FIRST = "DELETE FROM p WHERE id IN (SELECT p_id FROM c ORDER BY id LIMIT 1);\n"
ALL = "DELETE FROM p WHERE id IN (SELECT p_id FROM c);\n"
ANOTHER = "INSERT OR IGNORE INTO p (id) VALUES (4711);\nINSERT OR IGNORE INTO c (id, p_id) VALUES (4711, 4711);\n"
INDEX = "CREATE INDEX by_p ON c (p_id);\n-- Reverse:\n-- DROP INDEX IF EXISTS by_p;\n"


@pytest.mark.parametrize(("rewritten", "is_taken"), [(FIRST, True), (ALL, False), (ALL + ANOTHER, False)])
def test_a_proposal_that_loses_more_rows_is_not_taken_even_if_it_brings_others(
    rewritten: str, *, is_taken: bool
) -> None:
    case = case_with(HEADER + FIRST + INDEX, SCHEMA)
    text = HEADER + rewritten + INDEX.replace("INDEX by_p", "INDEX IF NOT EXISTS by_p", 1)

    judged = verify_fix(case, FixCandidate("not-idempotent", {PATH: text}, "rewrites it"))

    assert (judged is not None) is is_taken
