"""Random trees: a check that read no migration is never a success, and never exits 0 where SQL lies."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases.product import judge

FOLDERS = (
    "",
    "migrations/",
    "migrations/reverse/",
    "migrations/v1/",
    "migrations/0001_a/",
    "drizzle/",
    "app/db/migrations/",
)
NAMES = (
    "0001_a.sql",
    "0002-b.SQL",
    ".0003_c.sql",
    "migration.sql",
    "notes.md",
    ".gitkeep",
    "meta/_journal.json",
    "x/y/1.sql",
)
CONFIGS = (
    None,
    '[[d1_databases]]\nbinding = "DB"\n',
    '[[d1_databases]]\nbinding = "DB"\nmigrations_dir = "drizzle"\n',
    '[[d1_databases]]\nmigrations_dir = "migrations"\nmigrations_pattern = "migrations/*/migration.sql"\n',
    '[[d1_databases]]\nmigrations_dir = "migrations"\nmigrations_pattern = "migrations/none/*.sql"\n',
)
PATHS = st.builds(lambda folder, name: folder + name, st.sampled_from(FOLDERS), st.sampled_from(NAMES))


@settings(max_examples=150, deadline=None)
@given(st.sets(PATHS, max_size=5), st.sampled_from(CONFIGS), st.sampled_from([(), ("migrations",), (".",)]))
def test_a_check_that_read_nothing_is_no_success(paths: set[str], config: str | None, words: tuple[str, ...]) -> None:
    files = {path: f"CREATE TABLE t{n} (id TEXT);\n" for n, path in enumerate(sorted(paths))}
    files |= {"wrangler.toml": config} if config else {}

    judged = judge({**files, ".git/HEAD": ""}, "check", *words, "--conventions", "none", "--format", "json")

    has_read = bool(judged.report and judged.report["migrations"])
    if not has_read:
        assert judged.conclusion != "success"
        named = "drizzle/" if config and '"drizzle"' in config else "migrations/"
        roots = ("",) if "." in words else ("migrations/",) if words else (named,)
        below = [path for path in paths if path.lower().endswith(".sql") and path.startswith(roots)]
        assert judged.status == 2 or not below, judged.said
