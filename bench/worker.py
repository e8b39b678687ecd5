"""`pulse-ci check` of a repository with 1,600 source files of a Worker, 26 MB, as whole processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PULSE_CI = Path(sys.executable).with_name("pulse-ci")
FILES, BYTES, QUERIES = 1_600, 16_300, 8
SECONDS, MORE_SECONDS, MEGABYTES = 4.5, 1.0, 250
TABLES = (
    "events",
    "sessions",
    "sites",
    "users",
    "accounts",
    "goals",
    "cohorts",
    "api_keys",
    "funnels",
    "saved_reports",
)
MIGRATION = "-- Migration: Bench\n-- Created: 2024-03-05\n-- Reason: a bench\n"


def _source(number: int) -> str:
    queries = "".join(
        f"export async function find{query}(env: Env, id: string): Promise<Row[]> {{\n"
        f"  const {{ results }} = await env.DB.prepare(\n"
        f"    `SELECT *, {number} AS file, {query} AS query FROM {TABLES[number % len(TABLES)]} LIMIT ?1`\n"
        f"  ).bind(id).all<Row>();\n  return results.filter((row) => row.name !== null);\n}}\n"
        for query in range(QUERIES)
    )
    filler = (
        "export const handle{0} = (value: number) => {{\n  if (value > {0}) return {{ value, doubled: value * 2 }};\n"
        "  return {{ value: String(value), list: [1, 2, 3].map((each) => each + value) }};\n}};\n"
    )
    parts, size, count = [queries], len(queries), 0
    while size < BYTES:
        parts.append(filler.format(count))
        size, count = size + len(parts[-1]), count + 1
    return "".join(parts)


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)


def _check(folder: Path) -> tuple[float, float]:
    process = subprocess.Popen([PULSE_CI, "check", "--base", "HEAD"], cwd=folder, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print what a check costs without a Worker, with one, and where the change touches ten of its files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "migrations", folder / "migrations")
        _git(folder, "init", "-q")
        _git(folder, "add", "-A")
        _git(folder, "commit", "-qm", "migrations")
        (folder / "migrations/022_bench.sql").write_text(f"{MIGRATION}ALTER TABLE events ADD COLUMN bench TEXT;\n")
        alone, _ = _check(folder)
        (folder / "src").mkdir()
        for number in range(FILES):
            (folder / f"src/file{number}.ts").write_text(_source(number))
        _git(folder, "add", "src")
        _git(folder, "commit", "-qm", "source")
        whole, memory = _check(folder)
        for number in range(10):
            path = folder / f"src/file{number}.ts"
            path.write_text(path.read_text().replace("SELECT *", "SELECT *, 1"))
        touched, _ = _check(folder)
    print(f"a check beside a Worker of {FILES:,} files, {FILES * BYTES / 1e6:.0f} MB, {FILES * QUERIES:,} queries")
    print(f"  without source              {alone:6.2f} s of processor time")
    print(f"  with it                     {whole:6.2f} s  (limit {SECONDS})   {memory:.0f} MB (limit {MEGABYTES})")
    print(f"  ten of the files changed    {touched:6.2f} s  ({touched - whole:+.2f} s, limit {MORE_SECONDS})")
