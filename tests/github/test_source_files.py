from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.github.source_files import read_other_side
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHubClient
    from tests.standin.server import StandIn

REPOSITORY = "Codertocat/Hello-World"
CHANGE = BaseDiff(
    label="main at GitHub",
    added=frozenset({"src/new.ts", "src/moved.ts", "README.md"}),
    edits=(
        FileEdit("src/moved.ts", "renamed", "src/old.ts"),
        FileEdit("src/index.ts", "modified", None),
        FileEdit("src/gone.ts", "deleted", None),
        FileEdit("migrations/001_a.sql", "modified", None),
    ),
    files_at_tip=frozenset(),
)


def is_source(path: str) -> bool:
    return path.endswith(".ts")


def test_changed_source_as_the_base_has_it(standin: StandIn, github: GitHubClient) -> None:
    standin.state.tree["main"] = {"src/old.ts": "old", "src/index.ts": "before", "src/gone.ts": "gone"}

    assert read_other_side(github, REPOSITORY, "main", CHANGE, is_source, is_base=True) == {
        "src/index.ts": b"before",
        "src/old.ts": b"old",
        "src/gone.ts": b"gone",
        "src/new.ts": None,
        "src/moved.ts": None,
    }


def test_changed_source_as_the_change_has_it_where_the_checkout_is_the_base(
    standin: StandIn, github: GitHubClient
) -> None:
    standin.state.tree["ec26c3e"] = {"src/moved.ts": "old", "src/index.ts": "after", "src/new.ts": "new"}

    assert read_other_side(github, REPOSITORY, "ec26c3e", CHANGE, is_source, is_base=False) == {
        "src/index.ts": b"after",
        "src/moved.ts": b"old",
        "src/new.ts": b"new",
        "src/old.ts": None,
        "src/gone.ts": None,
    }


def test_a_change_of_many_files_is_not_asked_for_one_by_one(standin: StandIn, github: GitHubClient) -> None:
    edits = tuple(FileEdit(f"src/{number}.ts", "modified", None) for number in range(61))
    change = BaseDiff("main at GitHub", frozenset(), edits, frozenset())

    assert read_other_side(github, REPOSITORY, "main", change, is_source, is_base=True) is None
