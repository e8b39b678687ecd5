"""Which requests to D1 are sent again, how often and after how long.

Source: https://developers.cloudflare.com/d1/best-practices/retry-queries/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.failures import Overloaded, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import RetryCallState, Retrying

ATTEMPTS = 4
LONGEST_WAIT = 60.0


def retrying(sleep: Callable[[float], None], *, writes: bool) -> Retrying:
    """Return what sends a request up to ATTEMPTS times; one that writes only while nothing of it was done."""
    import tenacity

    backoff = tenacity.wait_exponential_jitter(initial=1, max=30)

    def wait(state: RetryCallState) -> float:
        asked_for = _retry_after(_error(state))
        return backoff(state) if asked_for is None else asked_for

    def is_worth_it(error: BaseException) -> bool:
        after = _retry_after(error)
        again = Overloaded if writes else (Overloaded, Unavailable)
        return isinstance(error, again) and (after is None or after <= LONGEST_WAIT)

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=wait,
        retry=tenacity.retry_if_exception(is_worth_it),
        sleep=sleep,
        reraise=True,
    )


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _retry_after(error: BaseException | None) -> float | None:
    return error.retry_after if isinstance(error, Overloaded) else None
