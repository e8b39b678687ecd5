"""queries: the Worker's queries as they were read, and what becomes of each on both schemas."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pulse_ci.analysis.analyze import analyze
from pulse_ci.commands.exit_codes import OK
from pulse_ci.commands.output import write_text
from pulse_ci.commands.request import read_request
from pulse_ci.commands.worker_source import read_worker_source
from pulse_ci.errors import ConfigError
from pulse_ci.report.escape import dump_json
from pulse_ci.report.redaction import find_secrets, redact
from pulse_ci.report.style import to_one_line
from pulse_ci.settings import read_settings
from pulse_ci.worker.check_worker import add_worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulse_ci.analysis.worker_results import QueryOutcome, WorkerResults
    from pulse_ci.commands.request import CheckRequest

_LONGEST_SQL = 160


@dataclass(frozen=True, slots=True)
class QueryList:
    """What the command found."""

    worker: WorkerResults

    def to_dict(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        return {
            "schema_version": 1,
            "command": "queries",
            "files": self.worker.files,
            "checked": self.worker.checked,
            "not_checked": self.worker.unchecked,
            "skipped": [{"path": path, "reason": reason} for path, reason in self.worker.skipped.items()],
            "queries": [_to_json(query) for query in self.worker.queries],
        }

    def to_json(self) -> str:
        """Return it as JSON, indented, with a line end."""
        return dump_json(self.to_dict())


def run(_: str, options: Mapping[str, object]) -> int:
    """Write the list; return the exit code 0, whatever the queries do: `check` judges them."""
    settings = read_settings({**options, "preview": "embedded"})
    found = list_queries(read_request(settings, "queries"))
    text = found.to_json() if settings.format == "json" else render(found)
    write_text(redact(text, find_secrets(os.environ, settings.secrets)), settings.output)
    return OK


def list_queries(request: CheckRequest) -> QueryList:
    """Replay the migrations, and try the queries of the Worker's source on the schemas.

    Raises:
        ConfigError: the directory cannot be read, or there is no source.

    """
    source = read_worker_source(request)
    if source is None:
        raise ConfigError(f"There is no source of a Worker below {request.root}. Name it: --worker 'src/**/*.ts'")
    migrations = request.discover()
    review, _ = analyze(migrations, today=request.today, base=request.base, baseline=request.baseline)
    worker = add_worker(review, source, lists_all=True).worker
    assert worker is not None  # noqa: S101 - the contents that it is tried on are gather's
    return QueryList(worker)


def render(found: QueryList) -> str:
    """Return the list as text: by file, each query with its line, how it was read, and what fails."""
    return "\n".join(_render_lines(found.worker)) + "\n"


def _render_lines(worker: WorkerResults) -> Iterator[str]:
    for path, queries in groupby(worker.queries, lambda query: query.path):
        yield to_one_line(path)
        for query in queries:
            binding = f", {query.binding}" if query.binding else ""
            yield f"  {query.line}: {_describe_status(query)}{to_one_line(f'{binding}: {_shorten(query.sql)}')}"
            if detail := _describe_failure(query):
                yield f"      {to_one_line(detail)}"
    for path, reason in worker.skipped.items():
        yield to_one_line(f"{path} was skipped: it {reason}")
    yield f"{worker.checked:,} checked, {worker.unchecked:,} not checked, in {worker.files:,} files"


def _describe_status(query: QueryOutcome) -> str:
    if query.breaks:
        return "breaks"
    return "needs the migration" if query.needs_migration else query.reading.value


def _describe_failure(query: QueryOutcome) -> str:
    if query.breaks:
        return f"after the change: {query.after}"
    return f"before the change: {query.before}" if query.needs_migration else query.problem


def _shorten(sql: str) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= _LONGEST_SQL else f"{text[: _LONGEST_SQL - 1]}…"


def _to_json(query: QueryOutcome) -> dict[str, Any]:
    names = ("path", "line", "sql", "binding", "before", "after", "problem")
    values = asdict(query)
    return {
        **{name: values[name] for name in names},
        "reading": query.reading.value,
        "old_code": query.is_old,
        "new_code": query.is_new,
        "status": "breaks" if query.breaks else "needs-migration" if query.needs_migration else "ok",
    }
