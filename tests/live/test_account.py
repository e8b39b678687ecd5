from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cloudflare.wrangler import configure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome


@pytest.mark.parametrize("command", ["check", "status", "drift"])
def test_the_account_is_the_one_of_wranglers_configuration_where_none_is_given(
    account: Cloudflare, run: Callable[..., Outcome], repository: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    config = configure(repository, account.create("staging"))
    config.write_text(f'account_id = "{account.account}"\n{config.read_text()}')
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID")

    outcome = run(command)

    assert outcome.status in (0, 1)
    assert account.log
    assert {logged.status for logged in account.log} <= {200, 400}
