from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.standin import events
from tests.standin.description import ROOT
from tests.standin.server import StandIn
from tests.standin.state import Comment, Fault, Issue, Pull, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.standin.contract import Contract

REPO = "/repos/Codertocat/Hello-World"
HEADERS = {"Accept": "application/json", "X-GitHub-Api-Version": "2022-11-28"}


@pytest.fixture
def careless(contract: Contract) -> Iterator[StandIn]:
    """A stand-in that is expected to find something."""
    with StandIn(State(pulls=[Pull(2)]), contract=contract) as standin:
        yield standin


def ask(standin: StandIn, method: str, path: str, **options: Any) -> httpx.Response:
    headers = HEADERS | options.pop("headers", {})
    transport = httpx.HTTPTransport(verify=False)
    with httpx.Client(base_url=standin.url, transport=transport, headers=headers) as client:
        return client.request(method, path, **options)


@pytest.mark.parametrize(
    ("method", "path", "options", "problem"),
    [
        ("GET", f"{REPO}/nonsense", {}, "no such operation"),
        ("PUT", f"{REPO}/issues/2", {"json": {}}, "no such operation"),
        ("GET", f"{REPO}/pulls?state=shut", {}, "state: 'shut' is not one of"),
        ("GET", f"{REPO}/pulls?page=first", {}, "page: 'first' is not of type 'integer'"),
        ("GET", f"{REPO}/pulls?per_page=101", {}, "per_page: more than 100"),
        ("GET", f"{REPO}/pulls?titel=x", {}, "unknown query parameter titel"),
        ("GET", f"{REPO}/pulls/two", {}, "pull_number: 'two' is not of type 'integer'"),
        ("POST", f"{REPO}/issues/2/comments", {}, "None is not of type 'object'"),
        ("POST", f"{REPO}/issues/2/comments", {"json": {}}, "'body' is a required property"),
        ("POST", f"{REPO}/issues/2/comments", {"json": {"body": 1}}, "1 is not of type 'string'"),
        ("POST", f"{REPO}/issues/2/comments", {"json": {"body": "x", "bdoy": "x"}}, "unknown field bdoy"),
        ("PATCH", f"{REPO}/issues/2", {"json": {"state": "shut"}}, "'shut' is not one of"),
        ("GET", "/user", {"json": {}}, "a body, where none is expected"),
        ("GET", "/meta", {"headers": {"User-Agent": ""}}, "no user-agent header"),
    ],
)
def test_a_request_that_github_does_not_describe_is_a_violation(
    careless: StandIn, method: str, path: str, options: dict[str, Any], problem: str
) -> None:
    assert ask(careless, method, path, **options).status_code == 500
    assert problem in careless.violations[0]


def test_an_answer_that_github_does_not_describe_is_a_violation(careless: StandIn) -> None:
    careless.state.pulls[0].state = "shut"

    assert ask(careless, "GET", f"{REPO}/pulls/2").status_code == 500
    assert "'shut' is not one of" in careless.violations[0]


def test_an_answers_body_and_status_are_judged(contract: Contract) -> None:
    operation = contract.find("DELETE", f"{REPO}/issues/comments/1")
    assert operation is not None

    assert contract.judge_answer(operation, 204, None) == []
    assert contract.judge_answer(operation, 204, {}) != []
    assert contract.judge_answer(operation, 299, None) == ["status 299"]


def test_every_operation_is_answered_as_described(standin: StandIn) -> None:
    standin.state = State(
        login="octocat",
        pulls=[Pull(2), Pull(3, head_repo=None)],
        issues=[Issue(1, "Drift", "octocat", labels=["d1-drift"])],
        comments=[Comment(5, 2, "octocat", "x")],
        labels=["d1-drift"],
        tree={"main": {"migrations/001_a.sql": "SELECT 1;\n", "migrations/reverse/001_a.sql": ""}},
    )
    paths = ["pulls", "pulls/2", "pulls/3", "pulls/2/files", "commits/ec26c3e57ca3a959ca5aad62de7213c562f8c821/pulls"]
    paths += ["issues", "issues/1", "issues/2/comments", "issues/comments/5", "labels", "contents/"]
    paths += ["contents/migrations", "contents/migrations/001_a.sql?ref=main"]

    found = {path: ask(standin, "GET", f"{REPO}/{path}").status_code for path in paths}
    found |= {path: ask(standin, "GET", path).status_code for path in ("/user", "/meta", "/rate_limit")}

    assert set(found.values()) == {200}, found


def test_an_issue_is_made_labelled_and_closed(standin: StandIn) -> None:
    ask(standin, "POST", f"{REPO}/labels", json={"name": "d1-drift", "color": "d93f0b"})
    again = ask(standin, "POST", f"{REPO}/labels", json={"name": "d1-drift"})
    made = ask(standin, "POST", f"{REPO}/issues", json={"title": "Drift", "body": "x", "labels": ["d1-drift"]}).json()
    closing = {"state": "closed", "state_reason": "completed"}
    ask(standin, "PATCH", f"{REPO}/issues/{made['number']}", json=closing)

    listed = ask(standin, "GET", f"{REPO}/issues?labels=d1-drift&state=all&creator=github-actions%5Bbot%5D").json()

    assert again.status_code == 422
    assert [(issue["state"], issue["state_reason"]) for issue in listed] == [("closed", "completed")]


def test_a_comment_longer_than_github_takes_is_refused(standin: StandIn) -> None:
    standin.state.pulls.append(Pull(2))

    answer = ask(standin, "POST", f"{REPO}/issues/2/comments", json={"body": "x" * 65_537})

    assert answer.status_code == 422
    assert "maximum is 65536 characters" in answer.text


def test_an_answer_that_is_known_is_not_sent_again(standin: StandIn) -> None:
    first = ask(standin, "GET", "/meta")

    assert ask(standin, "GET", "/meta", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_a_fault_that_is_misspelt_is_an_error(careless: StandIn) -> None:
    with pytest.raises(ValueError, match="unknown fault 'tomany'"):
        careless.fail("tomany")


def test_all_examples_of_the_events_in_use_are_valid() -> None:
    assert len(events.examples("pull_request")) == 28


def test_the_derived_events_are_valid() -> None:
    for event in (events.from_fork(), events.from_deleted_fork(), events.from_dependabot()):
        assert events.problems("pull_request", event) == []


def test_a_state_survives_being_written_and_read() -> None:
    state = State(
        pulls=[Pull(2)], comments=[Comment(1, 2, "x", "y")], faults=[Fault("drop")], tree={"main": {"a": "b"}}
    )

    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_as_a_process_it_tells_its_address_and_writes_down_what_came(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(
        json.dumps({"state": {"pulls": [{"number": 2}], "faults": [{"kind": "read-only", "method": "POST"}]}})
    )
    command = [sys.executable, "-m", "tests.standin", "--state", str(file), "--seconds", "20"]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with httpx.Client(base_url=address, transport=httpx.HTTPTransport(verify=False), headers=HEADERS) as client:
            statuses = [client.post(f"{REPO}/issues/2/comments", json={"body": "x"}).status_code for _ in range(2)]
            client.get("/nonsense")
        process.terminate()

    written = json.loads(file.read_bytes())
    assert statuses == [403, 201]
    assert [comment["body"] for comment in written["state"]["comments"]] == ["x"]
    assert [logged["status"] for logged in written["log"]] == [403, 201, 500]
    assert written["violations"] == ["GET /nonsense: no such operation in use"]
