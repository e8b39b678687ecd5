"""What a branch adds, edits and renames, as git itself tells it in real repositories."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from pulse_ci.errors import ConfigError
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit
from pulse_ci.migrations.git import read_base_diff

if TYPE_CHECKING:
    from pathlib import Path

LONG = "CREATE TABLE a (\n" + "".join(f"  column_{number} TEXT,\n" for number in range(20)) + "  last TEXT\n);\n"


class Repository:
    """A git repository whose main branch has two migrations, on a branch that has left it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "migrations/reverse").mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.write("001_a.sql", LONG)
        self.write("002_b.sql", "CREATE TABLE b (c);\n")
        self.write("README.md", "hello\n")
        self.commit()
        self.git("switch", "-q", "-c", "topic")

    def git(self, *words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
        subprocess.run(["git", "-C", str(self.root), *who, *words], check=True, capture_output=True)

    def write(self, name: str, text: str) -> None:
        (self.root / "migrations" / name).write_text(text, encoding="utf-8")

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change", "--allow-empty")

    def base(self, ref: str = "main") -> BaseDiff:
        return read_base_diff(ref, "migrations", self.root)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_nothing_changed_is_nothing_added(repository: Repository) -> None:
    assert repository.base() == BaseDiff(
        "main", frozenset(), (), frozenset({"migrations/001_a.sql", "migrations/002_b.sql"}), "main"
    )


@pytest.mark.parametrize("how", ["untracked", "staged", "committed", "ignored"])
def test_a_new_file_counts_however_far_it_got(repository: Repository, how: str) -> None:
    repository.write("003_c.sql", "SELECT 1;\n")
    if how == "staged":
        repository.git("add", ".")
    if how == "committed":
        repository.commit()
    if how == "ignored":
        (repository.root / ".gitignore").write_text("003*\n")

    assert repository.base().added == {"migrations/003_c.sql"}


@pytest.mark.parametrize("committed", [True, False])
def test_an_edited_file_is_modified(repository: Repository, committed: bool) -> None:
    repository.write("001_a.sql", LONG + "-- more\n")
    if committed:
        repository.commit()

    assert repository.base().edits == (FileEdit("migrations/001_a.sql", "modified", None),)
    assert repository.base().added == frozenset()


def test_a_deleted_file_is_deleted(repository: Repository) -> None:
    (repository.root / "migrations/002_b.sql").unlink()

    assert repository.base().edits == (FileEdit("migrations/002_b.sql", "deleted", None),)


def test_a_renamed_file_is_new_and_edited(repository: Repository) -> None:
    repository.git("mv", "migrations/001_a.sql", "migrations/003_a.sql")

    base = repository.base()

    assert base.added == {"migrations/003_a.sql"}
    assert base.edits == (FileEdit("migrations/003_a.sql", "renamed", "migrations/001_a.sql"),)


def test_a_file_that_becomes_a_link_is_modified(repository: Repository) -> None:
    (repository.root / "migrations/002_b.sql").unlink()
    (repository.root / "migrations/002_b.sql").symlink_to("001_a.sql")

    assert repository.base().edits == (FileEdit("migrations/002_b.sql", "modified", None),)


def test_what_is_no_sql_file_is_no_edit(repository: Repository) -> None:
    repository.write("README.md", "other\n")

    assert repository.base().edits == ()


def test_what_the_base_got_since_is_at_its_tip_and_not_deleted_here(repository: Repository) -> None:
    repository.write("003_mine.sql", "SELECT 1;\n")
    repository.commit()
    repository.git("switch", "-q", "main")
    repository.write("003_theirs.sql", "SELECT 2;\n")
    repository.commit()
    repository.git("switch", "-q", "topic")

    base = repository.base()

    assert base.added == {"migrations/003_mine.sql"}
    assert base.edits == ()
    assert "migrations/003_theirs.sql" in base.files_at_tip


def test_a_shallow_clone_takes_nothing_for_deleted_that_the_base_got_since(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("003_mine.sql", "SELECT 1;\n")
    repository.commit()
    repository.git("switch", "-q", "main")
    repository.write("003_theirs.sql", "SELECT 2;\n")
    repository.commit()
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=1", "-b", "topic", f"file://{repository.root}", str(clone))
    repository.git("-C", str(clone), "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")

    base = read_base_diff("origin/main", "migrations", clone)

    assert base.added == {"migrations/003_mine.sql"}
    assert base.edits == ()
    assert "migrations/003_theirs.sql" in base.files_at_tip


ODD_NAMES = ["003_a b.sql", "003_é.sql", '003_"q".sql', "003_a\nb.sql", "003_\tt.sql", "003_-x.sql", "-003.sql"]


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("committed", [True, False])
def test_an_odd_name_is_told_as_it_is(repository: Repository, name: str, committed: bool) -> None:
    repository.write(name, "SELECT 1;\n")
    if committed:
        repository.commit()

    assert repository.base().added == {f"migrations/{name}"}


def test_a_name_that_is_not_utf_8_is_told_as_python_spells_it(repository: Repository) -> None:
    (repository.root / "migrations" / "003_\udcff.sql").write_text("SELECT 1;\n")

    assert repository.base().added == {"migrations/003_\udcff.sql"}


UNKNOWN = ["nowhere", "--help", "-x", "main:migrations/001_a.sql", "main..topic", "$(id)", "HEAD~99"]


@pytest.mark.parametrize("ref", UNKNOWN)
def test_a_ref_that_git_does_not_know_is_named(repository: Repository, ref: str) -> None:
    with pytest.raises(ConfigError) as raised:
        repository.base(ref)

    assert str(raised.value) == (
        f"--base {ref}: git does not know the ref {ref!r}. "
        "Fetch it first (git fetch origin), or name a ref that is in this checkout."
    )


@pytest.mark.parametrize("ref", ["HEAD", "main", "refs/heads/main", "@"])
def test_any_name_of_a_commit_will_do(repository: Repository, ref: str) -> None:
    assert repository.base(ref).added == frozenset()


def test_a_tag_will_do(repository: Repository) -> None:
    repository.git("tag", "-a", "v1", "-m", "one", "main")

    assert repository.base("v1").label == "v1"


def test_a_branch_with_no_common_commit_is_compared_with_the_tip(repository: Repository) -> None:
    repository.git("switch", "-q", "--orphan", "other")
    repository.write("001_x.sql", "SELECT 1;\n")
    repository.commit()

    assert repository.base().added == {"migrations/001_x.sql"}


def test_a_repository_without_a_commit_knows_no_ref(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    with pytest.raises(ConfigError, match="git does not know the ref 'main'"):
        read_base_diff("main", "migrations", tmp_path)


def test_without_git_it_is_said(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.root))

    with pytest.raises(ConfigError, match="--base needs git, which is not installed here"):
        repository.base()
