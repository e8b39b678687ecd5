"""A GitHub of one's own: its certificate, its address, its proxy."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from pulse_ci.errors import GitHubUnavailable
from pulse_ci.github.client import GitHubClient
from tests.standin.server import StandIn
from tests.standin.state import Pull, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.standin.contract import Contract

TOKEN = "github_pat_verysecret"
PULL = "/repos/Codertocat/Hello-World/pulls/2"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that nobody knows."""
    return trustme.CA()


@pytest.fixture
def enterprise(authority: trustme.CA, contract: Contract, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A GitHub with a certificate of that authority."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with StandIn(State(pulls=[Pull(2)]), contract=contract, tls=context) as standin:
        yield standin
    assert not standin.violations


def test_a_certificate_of_an_unknown_authority_gets_no_token(enterprise: StandIn) -> None:
    waits: list[float] = []

    with (
        GitHubClient(f"{enterprise.url}/api/v3", TOKEN, sleep=waits.append) as github,
        pytest.raises(GitHubUnavailable, match="SSL_CERT_FILE where the server has its own CA"),
    ):
        github.get(PULL)
    assert enterprise.log == []


def test_ssl_cert_file_names_the_authority(
    enterprise: StandIn, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with GitHubClient(f"{enterprise.url}/api/v3", TOKEN) as github:
        github.get(PULL)

    assert [logged.status for logged in enterprise.log] == [200]
