"""The steps of a release that are more than one command; `.github/workflows/release.yml` runs them.

    version    print the version, if it can be released
    notes      print what the changelog says of it
    pin IMAGE  let action.yml run IMAGE, "ghcr.io/owner/name@sha256:…", in place of the Dockerfile

Each works in the current directory, and fails with a sentence.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

IMAGE = re.compile(r"ghcr\.io/[a-z0-9._-]+/[a-z0-9._-]+@sha256:[0-9a-f]{64}")
ACTION = Path("action.yml")


def main(words: list[str]) -> str:
    """Do one step, and return what it prints."""
    match words:
        case ["version"]:
            notes(version())
            return untagged(version())
        case ["notes"]:
            return notes(version())
        case ["pin", image] if IMAGE.fullmatch(image):
            return replace_once(ACTION, r"^  image: Dockerfile$", f"  image: docker://{image}")
        case _:
            sys.exit(f"{' '.join(words)}: this is no step of a release.\n{__doc__}")


def version() -> str:
    """Return the package's version."""
    found = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', Path("pulse_ci/__init__.py").read_text(), re.MULTILINE)
    return found[1] if found else sys.exit("pulse_ci/__init__.py has no __version__ of three numbers.")


def notes(number: str) -> str:
    """Return the changelog's section on a version."""
    found = re.search(
        rf"^## {re.escape(number)} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)",
        Path("CHANGELOG.md").read_text(),
        re.DOTALL | re.MULTILINE,
    )
    if not found or not found[1].strip():
        sys.exit(f"CHANGELOG.md has no section `## {number} - YYYY-MM-DD`: rename `## Unreleased` to it.")
    return found[1].strip()


def untagged(number: str) -> str:
    """Return the version, unless a release has it."""
    command = ["git", "ls-remote", "--exit-code", "--tags", "origin", f"refs/tags/v{number}"]
    match subprocess.run(command, capture_output=True, check=False).returncode:
        case 0:
            sys.exit(f"v{number} has been released: raise __version__ in pulse_ci/__init__.py.")
        case 2:
            return number
        case _:
            sys.exit("git cannot ask `origin` for its tags.")


def replace_once(path: Path, pattern: str, replacement: str) -> str:
    """Change the one place in a file that `pattern` finds."""
    text, count = re.subn(pattern, replacement, path.read_text(), flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"{path}: {pattern} is there {count} times, and should be once.")
    path.write_text(text)
    return f"{path}: {replacement.strip()}"


if __name__ == "__main__":
    print(main(sys.argv[1:]))
