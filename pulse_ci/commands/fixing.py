"""fix as the command line has it: its flags, what it says, its exit status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pulse_ci.commands.flags import add_directory, add_skip

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from pulse_ci.commands.fix import FixResult
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.model import Finding
    from pulse_ci.settings import Settings

OK, LEFT = 0, 1
SUMMARY = "write the fixes that are mechanical and proven by replay"
DEFAULT_BASE = "origin/HEAD"
_COLOURS = {"+++": "1", "---": "1", "@@": "36", "+": "32", "-": "31"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the parser its flags."""
    add = parser.add_argument
    add_directory(parser)
    add("--base", metavar="REF", help=f"fix only the files added since this git ref (default: {DEFAULT_BASE}, if any)")
    add("--baseline", metavar="N", type=int, help="leave numbers up to N alone; 0 takes in all files")
    add_skip(parser)
    add("--dry-run", action="store_true", help="print a diff and write nothing")


def run(options: Mapping[str, object]) -> int:
    """Fix what can be fixed and say what was done; return 1 where errors are left."""
    from pulse_ci.commands.fix import fix, write_fixes
    from pulse_ci.commands.output import Progress, wants_colour
    from pulse_ci.report.escape import escape_invisible
    from pulse_ci.settings import read_settings

    flags = {name: value for name, value in options.items() if name != "dry_run"}
    request = _request(read_settings({**flags, "preview": "embedded"}))
    progress = Progress(sys.stderr)
    try:
        fixed = fix(request, progress)
    finally:
        progress.close()
    told, dry = sys.stdout, bool(options["dry_run"])
    if dry:
        # Into a file or `git apply` it goes as it is; a terminal would obey what a migration's text may hold.
        diff = escape_invisible(fixed.diff) if sys.stdout.isatty() else fixed.diff
        sys.stdout.write(_colour_diff(diff) if wants_colour(sys.stdout) else diff)
        told = sys.stderr
    else:
        write_fixes(fixed, request)
    told.writelines(f"{escape_invisible(line)}\n" for line in _summarize(fixed, request, dry=dry))
    return OK if fixed.is_clean else LEFT


def _request(settings: Settings) -> CheckRequest:
    from dataclasses import replace

    from pulse_ci.commands.request import read_request
    from pulse_ci.errors import ConfigError
    from pulse_ci.migrations.git import read_base_diff

    request = read_request(settings, "fix")
    if settings.base or "baseline" in settings.given:
        return request
    # What is merged may have been applied: without a word to the contrary it is left alone.
    try:
        return replace(request, base=read_base_diff(DEFAULT_BASE, request.display_dir, request.root))
    except ConfigError:
        return request


def _summarize(fixed: FixResult, request: CheckRequest, *, dry: bool) -> Iterator[str]:
    if not fixed.reviewed_count:
        since = f", added since {request.base.label}" if request.base else ""
        yield f"No migration is under review in {request.display_dir}{since}. `--baseline 0` takes in all of them."
    for path in dict.fromkeys(path for path, _ in fixed.applied):
        yield f"{path}{' (not written)' if dry else ''}"
        yield from (f"  {does}" for at, does in fixed.applied if at == path)
    if fixed.remaining:
        yield "left to you"
        yield from (f"  {_format_remaining(finding, reason)}" for finding, reason in fixed.remaining)
    elif fixed.reviewed_count and not fixed.applied:
        yield "Nothing to fix."


def _format_remaining(finding: Finding, reason: str | None) -> str:
    why = f" Not done here: {reason.rstrip('.')}." if reason else ""
    return f"{finding.path}:{finding.line}: {finding.severity} {finding.rule}: {finding.remedy}{why}"


def _colour_diff(diff: str) -> str:
    return "".join(_colour_line(line) for line in diff.splitlines(keepends=True))


def _colour_line(line: str) -> str:
    code = next((code for start, code in _COLOURS.items() if line.startswith(start)), None)
    return f"\x1b[{code}m{line.rstrip(chr(10))}\x1b[0m\n" if code else line
