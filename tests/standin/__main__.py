"""The stand-in as a process: python -m tests.standin --port 8080 --state FILE.

FILE may hold a state to begin with: {"state": {"pulls": [{"number": 2}], "faults": [{"kind": "read-only"}]}},
each with the fields that state.py names. After every request FILE holds the state, the log and the
violations. The process prints its address, and ends by itself after `--seconds`.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from tests.standin.server import StandIn
from tests.standin.state import State


def main() -> None:
    """Listen until the time is over."""
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="read at first, written after every request")
    parser.add_argument("--seconds", type=float, default=600, help="how long to listen")
    arguments = parser.parse_args()
    file: Path = arguments.state
    begin = json.loads(file.read_bytes())["state"] if file.exists() else {}
    with StandIn(State.from_json(begin), port=arguments.port) as standin:
        standin.after_request = lambda standin: _write(standin, file)
        _write(standin, file)
        print(standin.url, flush=True)
        time.sleep(arguments.seconds)


def _write(standin: StandIn, file: Path) -> None:
    content = {
        "state": standin.state.to_json(),
        "log": [asdict(logged) for logged in standin.log],
        "violations": standin.violations,
    }
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps(content, indent=1))
    part.replace(file)


if __name__ == "__main__":
    main()
