"""trigger-split fires for the shapes that D1's API is known to cut, and for no other."""

from __future__ import annotations

import pytest

from pulse_ci.rules.trigger_split import find_split_causes
from pulse_ci.sql.split import split_statements
from tests.rules.example import findings
from tests.workerd.corpus.splitting import SHAPES

CUT = {
    "a trigger with a lowercase begin",
    "a trigger all in lowercase",
    "CRLF inside a trigger",
    "CASE … END without parentheses inside a trigger",
    "CASE … END just before a semicolon inside a trigger",
    "nested CASE inside a trigger",
}
PATH = "migrations/001_a.sql"
HEAD = "CREATE TRIGGER g AFTER INSERT ON t"


def test_of_the_published_shapes_those_are_found_that_fail_and_run_once_mended() -> None:
    found = {name for name, sql in SHAPES.items() if any(find_split_causes(each.sql) for each in split_statements(sql))}

    assert found == CUT


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        (f"{HEAD} Begin SELECT 1; END;", "Write `BEGIN`."),
        (f"{HEAD} -- begin\nbegin SELECT 1; END;", "Write `BEGIN`."),
        (f"{HEAD} BEGIN SELECT\n  case when 1 then 2 end; END;", "parentheses: `(case when 1 then 2 end)`."),
        (f"{HEAD} BEGIN SELECT CASE 1 WHEN 1 THEN CASE 2 WHEN 3 THEN 4 END END; END;", "THEN 4 END END)`."),
        (f"{HEAD} BEGIN SELECT CASE 1 WHEN {'1 + ' * 50} 1 THEN 2 END; END;", "parentheses: `(CASE … END)`."),
        (f"{HEAD} BEGIN SELECT CASE 1 WHEN 1 THEN 2 END, CASE 1 WHEN 1 THEN 2 END; END;", "1 THEN 2 END)`."),
    ],
)
def test_the_remedy_has_the_safe_spelling(sql: str, remedy: str) -> None:
    (flaw,) = find_split_causes(sql)

    assert flaw.remedy.endswith(remedy)


@pytest.mark.parametrize(
    "sql",
    [
        f"{HEAD} BEGIN SELECT coalesce(CASE WHEN 1 THEN 2 END, 3); END;",
        f"{HEAD} BEGIN SELECT (SELECT CASE WHEN 1 THEN 2 END); END;",
        f"{HEAD} WHEN CASE WHEN new.a THEN 1 END BEGIN SELECT 1; END;",
        f"{HEAD} WHEN new.begin BEGIN SELECT 'begin', \"case\" FROM t; END;",
        f"{HEAD}\r\nBEGIN SELECT 1; END;",
        "CREATE TABLE t (a);\r\nUPDATE t SET a = CASE WHEN a THEN 1 END;\r\n",
        "CREATE VIEW v AS SELECT CASE WHEN 1 THEN 2 END;",
        HEAD,
    ],
)
def test_what_is_not_known_to_fail_is_left_in_peace(sql: str) -> None:
    assert find_split_causes(sql) == ()


def test_a_trigger_with_several_flaws_is_told_once_with_all_of_them() -> None:
    sql = f"CREATE TABLE t (a);\n{HEAD} begin\r\n SELECT CASE WHEN 1 THEN 2 END; END;\n"

    (found,) = findings({PATH: sql}, "trigger-split")

    assert (found.line, found.message.count("`incomplete input`"), found.message.count("; and ")) == (2, 1, 2)
    assert f"wrangler d1 execute DATABASE --remote --file={PATH}" in found.remedy
