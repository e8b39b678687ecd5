"""The account's rate limit is waited for, and once."""

from __future__ import annotations

from pulse_ci.d1.rate_limit import RESERVE, RateLimiter


def test_a_request_waits_where_few_are_left() -> None:
    slept = list[float]()
    pace = RateLimiter(slept.append)

    pace.update(f'"default";r={RESERVE};t=300')
    pace.wait()
    pace.update(f'"default";r={RESERVE - 1};t=300')
    pace.wait()
    pace.wait()

    assert slept == [300]


def test_what_is_told_while_it_waits_is_not_waited_for_again() -> None:
    slept = list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        pace.update(f'"default";r=3;t={seconds:.0f}')

    pace = RateLimiter(sleep)
    pace.update('"default";r=4;t=300')

    pace.wait()
    pace.wait()

    assert slept == [300]
