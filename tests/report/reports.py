"""Reports to render: one that reads well, and any number that a hostile contributor would like to see rendered."""

from __future__ import annotations

from hypothesis import strategies as st

from pulse_ci.model import Change, ChangeAction, Finding, ObjectKind, Severity
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging

EMBEDDED = Database("embedded", None, "3.54.1")
SKIPPED = Staging("skipped", "not asked for")

# fmt: off
NASTY = (
    "@octocat", "#1", "GH-1", "octo/repo#1", "octo/repo@0123456", "https://evil.example", "www.evil.example",
    "mailto:a@b.example", "a@b.example", "xmpp:a@b.example", "0123456789abcdef0123456789abcdef01234567",
    "![x](https://evil.example/x.png)", "[x](javascript:alert)", "[x]: https://evil.example", "[x]",
    "<https://evil.example>", "<img src=x>", "<script>", "</details>", "<details>", "</summary>", "<!--", "-->",
    "<br>", "&lt;", "&#64;octocat", "&amp;", "`", "``", "```", "````", "~~~", "```diff", "\n```\n", "\n~~~\n", "|",
    "\\|", "\\\\|", "\\", "\n", "\r\n", "\r", "\t", "    x", "# h", "\n# h\n", "- [ ] task", "* x", "+ x", "1. x",
    "> q", "---", "===", "~~x~~", "**x**", "__x__", "_x_", "$x$", "$$x$$", ":smile:", "'", '"', ";", "--", "/*",
    "*/", "\x00", "\x1b[31m", "\x07", "\x7f", "\x9b", "\u202e", "\u200b", "\u2028", "\ufeff", "\udcff",
    "\U000e0041", "::error::x",
    "##[error]x", "::add-mask::x", "\n::error::x", "\n##[group]x",
    "\n::stop-commands::x\n", "%0A", "{{x}}", "\xad", "é", "日本", "a", "events", " ",
)
# fmt: on
nasty = st.lists(st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec=None), max_size=6)), max_size=6).map(
    "".join
)


def small_report() -> Report:
    """Return a report with one of each: an error, an ignored warning, a table, an index, a column."""
    path = "migrations/022_custom_fields.sql"
    return Report(
        command="check",
        conclusion=Conclusion.FAILURE,
        database=EMBEDDED,
        staging=SKIPPED,
        migrations=(
            MigrationResult(1, "001_sites.sql", "migrations/001_sites.sql", False, None, (), "ok", None, None, None),
            MigrationResult(22, "022_custom_fields.sql", path, True, None, (1,), "ok", None, True, False),
        ),
        findings=(
            Finding("missing-drop", Severity.ERROR, path, 4, 6, "Nothing drops table `a` again.", "`DROP TABLE a;`"),
            Finding("missing-reason", Severity.WARNING, path, 1, 1, "No reason.", "Give one.", ignored=True),
        ),
        changes=(
            Change(ObjectKind.TABLE, "a", "a", ChangeAction.ADDED, None, "CREATE TABLE a (\n  b TEXT\n)"),
            Change(ObjectKind.INDEX, "i", "a", ChangeAction.ADDED, None, "CREATE INDEX i ON a (b)"),
            Change(ObjectKind.COLUMN, "url", "sites", ChangeAction.MODIFIED, "url", "url TEXT"),
        ),
    )


def large_report(findings: int, changes: int, migrations: int) -> Report:
    """Return a report of that size."""
    files = [f"{number:03}_table_{number}.sql" for number in range(1, migrations + 1)]
    sql = "CREATE TABLE t (\n" + ",\n".join(f"  column_{column} TEXT" for column in range(20)) + "\n)"
    return Report(
        command="check",
        conclusion=Conclusion.FAILURE,
        database=EMBEDDED,
        staging=SKIPPED,
        migrations=tuple(
            MigrationResult(number, name, f"migrations/{name}", True, None, (), "ok", None, True, True)
            for number, name in enumerate(files, start=1)
        ),
        findings=tuple(
            Finding("missing-drop", Severity.ERROR, f"migrations/{number}.sql", 1, 1, f"`{number}` é " * 9, "Drop it.")
            for number in range(findings)
        ),
        changes=tuple(
            Change(ObjectKind.TABLE, f"t{number}", f"t{number}", ChangeAction.ADDED, None, sql)
            for number in range(changes)
        ),
    )
