"""The docs say what the code does: what is generated is up to date, and what they show works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from pulse_ci.engine import EmbeddedD1
from pulse_ci.rules.registry import RULES

ROOT = Path(__file__).resolve().parent.parent
SKILL = ROOT / "skills/d1-migrations/SKILL.md"


def test_the_generated_parts_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, ""), "run `make docs`"


def test_the_python_of_the_docs_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/cli.md").read_text(), re.DOTALL)

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("success []")
    assert "To execute a transaction" in done.stdout


def test_every_make_target_that_the_docs_name_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"))
        for target in re.findall(r"(?:^    |`)make ([a-z-]+)", document.read_text(), re.MULTILINE)
    }

    assert named <= targets


def test_every_link_within_the_repository_leads_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")):
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    pages = {path.stem for path in (ROOT / "docs/rules").glob("*.md")} - {"README"}

    assert pages == {rule.name for rule in RULES}


def test_the_readme_has_at_most_1000_words() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= 1000


def test_the_sql_of_the_skill_runs_and_keeps_every_row() -> None:
    add, index, rebuild = re.findall(r"```sql\n(.*?)```", SKILL.read_text(), re.DOTALL)
    with EmbeddedD1() as database:
        database.run(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO customers VALUES (1, NULL);"
        )
        database.run(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY,"
            " customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE);"
            "INSERT INTO orders VALUES (7, 1);"
        )

        for sql in (add, index, rebuild):
            database.run(sql)

        assert database.query("SELECT * FROM orders") == [(7, 1, "new")]
        assert database.query("SELECT * FROM customers") == [(1, "")]
