"""init: write pulse-ci.toml and a workflow from what the repository holds, and say what was assumed."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.commands.exit_codes import OK
from pulse_ci.commands.request import build_request, read_base_schema
from pulse_ci.config_file import CONFIG_FILE
from pulse_ci.errors import ConfigError
from pulse_ci.report.escape import escape_invisible
from pulse_ci.rules.conventions import CONVENTIONS, NONE
from pulse_ci.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.settings import Settings

WORKFLOW = ".github/workflows/migrations.yml"
_WORKFLOW_TEXT = """\
name: migrations
on:
  pull_request:
  merge_group:

permissions: {}

jobs:
  check:
    name: Check
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
      pull-requests: write # for the comment
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: org/pulse-migrate-action@v1
"""


@dataclass(frozen=True, slots=True)
class Adoption:
    """The text of pulse-ci.toml, and a sentence for each thing that was assumed."""

    text: str
    assumptions: tuple[str, ...]


def run(_: str, options: Mapping[str, object]) -> int:
    """Write both files, leaving what exists; return the exit code."""
    settings = read_settings(options)
    root = build_request(settings.migrations_dir).root
    if (root / CONFIG_FILE).exists():
        raise ConfigError(f"{CONFIG_FILE} exists already: edit it, or delete it and run init again.")
    adoption = build_adoption(settings)
    written = [CONFIG_FILE]
    _write(root / CONFIG_FILE, adoption.text)
    if not (root / WORKFLOW).exists():
        (root / WORKFLOW).parent.mkdir(parents=True, exist_ok=True)
        _write(root / WORKFLOW, _WORKFLOW_TEXT)
        written.append(WORKFLOW)
    lines = (*(f"written: {each}" for each in written), *adoption.assumptions)
    sys.stdout.writelines(f"{escape_invisible(line)}\n" for line in lines)
    return OK


def build_adoption(settings: Settings) -> Adoption:
    """Return what to write for the migrations that the settings name.

    Raises:
        ConfigError: there are several directories, or none that holds a migration.

    """
    request = build_request(settings.migrations_dir, "init")
    migrations = request.discover()
    read_base_schema(settings, request.root)
    entries: dict[str, object] = {"migrations-dir": request.display_dir}
    assumptions = [f"The migrations are those in {request.display_dir}."]
    if settings.base_schema:
        entries["schema"] = os.path.relpath(settings.base_schema, request.root)
    skipped = request.choose_conventions(migrations).skipped
    kept = [each.name for each in CONVENTIONS if not set(each.rules) & skipped]
    entries["conventions"] = kept or NONE
    assumptions.append(f"Conventions that the files keep: {', '.join(kept) or NONE}.")
    if (baseline := _find_baseline(migrations)) is not None:
        entries["baseline"] = baseline
        assumptions.append(f"Files up to {baseline} are merged and applied: they are replayed, not reviewed.")
    else:
        assumptions.append("Not every file has a number: give --base to review only new ones.")
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entries.items())
    return Adoption("# docs/configuration.md lists all keys.\n" + "\n".join(lines) + "\n", tuple(assumptions))


def _find_baseline(migrations: MigrationSet) -> int | None:
    """Return the number of the last file, where wrangler's order is that of the numbers."""
    numbers = [each.number for each in migrations.migrations if each.number is not None]
    is_ordered = len(numbers) == len(migrations.migrations) and numbers == sorted(numbers)
    return numbers[-1] if numbers and is_ordered else None


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
