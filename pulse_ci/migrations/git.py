"""A git ref to a Base, by asking git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

from pulse_ci.errors import ConfigError
from pulse_ci.migrations.base_diff import Base, Edit

_SECONDS = 60


def read_base(ref: str, directory: str, root: Path) -> Base:
    """Compare the work tree below `root` with the point where it left `ref`.

    Raises:
        ConfigError: git is missing, this is no repository, or it does not know `ref`.

    """
    tip = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", asking=ref)
    fork = _find_merge_base(root, tip)
    changed = _git(root, "diff", "--name-status", "-z", "--find-renames", fork or tip, "--", directory, asking=ref)
    untracked = _git(root, "ls-files", "--others", "-z", "--", directory, asking=ref)
    added, edits = _read_status(changed)
    if fork is None:
        # What the tip has and the checkout has not was then as likely added there as deleted here.
        edits = [edit for edit in edits if edit.action != "deleted"]
    listing = _git(root, "ls-tree", "-z", "--name-only", tip, "--", f"{directory.rstrip('/')}/", asking=ref)
    return Base(
        label=ref,
        added=frozenset(added) | frozenset(_split(untracked)),
        edits=tuple(edit for edit in edits if PurePosixPath(edit.previous or edit.path).suffix == ".sql"),
        tip=frozenset(path for path in _split(listing) if path.endswith(".sql")),
        ref=ref,
    )


def _find_merge_base(root: Path, tip: str) -> str | None:
    """Where the checkout left `tip`; a shallow one may not reach so far, and the tip is then the best there is."""
    result = _run(root, "merge-base", tip, "HEAD")
    return result.stdout.strip() if result.returncode == 0 else None


def _read_status(output: str) -> tuple[list[str], list[Edit]]:
    added, edits = list[str](), list[Edit]()
    fields = iter(_split(output))
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
                edits.append(Edit(renamed, "renamed", path))
            case "D":
                edits.append(Edit(path, "deleted", None))
            case _:
                edits.append(Edit(path, "modified", None))
    return added, edits


def _split(output: str) -> list[str]:
    return [field for field in output.split("\0") if field]


def _git(root: Path, *arguments: str, asking: str) -> str:
    result = _run(root, *arguments)
    if result.returncode == 0:
        return result.stdout.strip() if arguments[0] == "rev-parse" else result.stdout
    said = result.stderr.strip().splitlines()
    reason = said[-1] if said else f"git does not know the ref {asking!r}"
    raise ConfigError(
        f"--base {asking}: {reason}. Fetch it first (git fetch origin), or name a ref that is in this checkout."
    )


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(root), "-c", f"safe.directory={root}", *arguments],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise ConfigError("--base needs git, which is not installed here.") from error
    except subprocess.TimeoutExpired as error:
        raise ConfigError(f"git {arguments[0]} took longer than {_SECONDS} s in {root}.") from error
