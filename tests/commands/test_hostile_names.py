"""File names that try to steer a terminal, a runner, a shell or a reviewer."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import put, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.conftest import Outcome

PULSE_CI = Path(sys.executable).with_name("pulse-ci")

HOSTILE_NAMES = {
    "line end": b"002_a\n::error::x.sql",
    "escape": b"002_\x1b[31mred.sql",
    "quotes": b"002_'\"`$(id).sql",
    "not UTF-8": b"002_\xff\xfe.sql",
    "mention": b"002_@everyone_#1.sql",
    "backwards": "002_\u202elqs.sql".encode(),
    "blanks": b"002_ a  b .sql",
    "longest": b"002_" + b"a" * 247 + b".sql",
}


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif"])
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_does_no_harm_in_any_format(
    repository: Path, run: Callable[..., Outcome], name: str, form: str
) -> None:
    put(repository, n001_sites=table("sites"))
    (repository / "migrations" / os.fsdecode(HOSTILE_NAMES[name])).write_text("SELECT 1;")

    outcome = run("check", "--format", form)

    assert outcome.status == 1
    assert "002_" in outcome.out
    assert_harmless(outcome.out)


def test_a_name_that_is_not_utf_8_can_be_printed(repository: Path) -> None:
    (repository / "migrations" / os.fsdecode(HOSTILE_NAMES["not UTF-8"])).write_text("SELECT 1;")

    done = subprocess.run([PULSE_CI, "check"], cwd=repository, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(rb"migrations/002_\u{dcff}\u{dcfe}.sql")
    assert_harmless(done.stdout.decode())


def test_a_name_cannot_put_a_command_into_a_remedy(repository: Path, check: Callable[..., Outcome]) -> None:
    name = "2_'$(id)'.sql"
    (repository / "migrations" / name).write_text(table("sites"))

    remedies = [finding["remedy"] for finding in check().report["findings"] if finding["rule"] == "migration-name"]

    assert [shlex.split(remedy) for remedy in remedies] == [
        ["git", "mv", f"migrations/{name}", "migrations/002_id.sql"]
    ]


def assert_harmless(text: str) -> None:
    """No character that steers a terminal or cannot be seen, and no line that a runner obeys."""
    ours = "\n\u200b"  # Markdown's zero-width spaces keep GitHub from making links
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in text if character not in ours)
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
