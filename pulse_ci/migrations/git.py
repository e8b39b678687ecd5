"""A git ref to a Base, by asking git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMEOUT_SECONDS = 60


def read_base_diff(ref: str, directory: str, root: Path) -> BaseDiff:
    """Compare the work tree below `root` with the point where it left `ref`.

    Raises:
        ConfigError: git is missing, this is no repository, or it does not know `ref`.

    """
    tip = _read_git_output(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", base_ref=ref
    )
    merge_base = _find_merge_base(root, tip)
    changed = _read_git_output(
        root, "diff", "--name-status", "-z", "--find-renames", merge_base or tip, "--", directory, base_ref=ref
    )
    untracked = _read_git_output(root, "ls-files", "--others", "-z", "--", directory, base_ref=ref)
    added, edits = _parse_name_status(changed)
    if merge_base is None:
        # What the tip has and the checkout has not was then as likely added there as deleted here.
        edits = [edit for edit in edits if edit.action != "deleted"]
    listing = _read_git_output(
        root, "ls-tree", "-r", "-z", "--name-only", tip, "--", f"{directory.rstrip('/')}/", base_ref=ref
    )
    return BaseDiff(
        label=ref,
        added=frozenset(added) | frozenset(_split_fields(untracked)),
        edits=tuple(edit for edit in edits if PurePosixPath(edit.previous_path or edit.path).suffix.lower() == ".sql"),
        files_at_tip=frozenset(path for path in _split_fields(listing) if path.lower().endswith(".sql")),
        ref=ref,
    )


def read_changed_files(ref: str, root: Path, is_wanted: Callable[[str], bool]) -> dict[str, bytes | None]:
    """Return the files that differ between the work tree and where it left `ref`, as they were there.

    None stands for a file that was not there.

    Raises:
        ConfigError: git is missing, this is no repository, or it does not know `ref`.

    """
    tip = _read_git_output(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", base_ref=ref
    )
    base = _find_merge_base(root, tip) or tip
    changed = _read_git_output(
        root, "diff", "--name-only", "-z", "--no-renames", "--relative", base, "--", base_ref=ref
    )
    untracked = _read_git_output(root, "ls-files", "--others", "--exclude-standard", "-z", base_ref=ref)
    paths = [path for path in _split_fields(changed) + _split_fields(untracked) if is_wanted(path)]
    return {path: _read_blob(root, base, path) for path in dict.fromkeys(paths)}


def _read_blob(root: Path, commit: str, path: str) -> bytes | None:
    """Return a file of a commit, or None where it has none; a link or a submodule is none."""
    listed = _run_git(root, "ls-tree", "-z", commit, "--", path).stdout
    mode, _, rest = listed.partition(" ")
    if mode not in {"100644", "100755"}:
        return None
    blob = rest.split()[1]
    done = subprocess.run(
        ["git", "-C", str(root), "-c", f"safe.directory={root}", "cat-file", "blob", blob],
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None


def _find_merge_base(root: Path, tip: str) -> str | None:
    """Where the checkout left `tip`; a shallow one may not reach so far, and the tip is then the best there is."""
    result = _run_git(root, "merge-base", tip, "HEAD")
    return result.stdout.strip() if result.returncode == 0 else None


def _parse_name_status(output: str) -> tuple[list[str], list[FileEdit]]:
    added, edits = list[str](), list[FileEdit]()
    fields = iter(_split_fields(output))
    for status in fields:
        path = next(fields)
        match status[0]:
            case "A":
                added.append(path)
            case "C":
                added.append(next(fields))
            case "R":
                renamed = next(fields)
                added.append(renamed)
                edits.append(FileEdit(renamed, "renamed", path))
            case "D":
                edits.append(FileEdit(path, "deleted", None))
            case _:
                edits.append(FileEdit(path, "modified", None))
    return added, edits


def _split_fields(output: str) -> list[str]:
    return [field for field in output.split("\0") if field]


def _read_git_output(root: Path, *arguments: str, base_ref: str) -> str:
    result = _run_git(root, *arguments)
    if result.returncode == 0:
        return result.stdout.strip() if arguments[0] == "rev-parse" else result.stdout
    error_lines = result.stderr.strip().splitlines()
    reason = error_lines[-1] if error_lines else f"git does not know the ref {base_ref!r}"
    raise ConfigError(
        f"--base {base_ref}: {reason}. Fetch it first (git fetch origin), or name a ref that is in this checkout."
    )


def _run_git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(root), "-c", f"safe.directory={root}", *arguments],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise ConfigError("--base needs git, which is not installed here.") from error
    except subprocess.TimeoutExpired as error:
        raise ConfigError(f"git {arguments[0]} took longer than {_TIMEOUT_SECONDS} s in {root}.") from error
