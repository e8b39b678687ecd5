"""Handle Ctrl-C and SIGTERM: a run ends in order, whatever it has begun."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def intercept_signals(react: Callable[[], None], *, ignore_more: bool) -> Iterator[None]:
    """Call `react` on the first Ctrl-C or SIGTERM, instead of ending the process.

    The next one is ignored if `ignore_more`, else it ends the process as usual. Outside the main thread, where
    Python allows no handlers, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in _SIGNALS}

    def handle(*_: object) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN if ignore_more else before[each])
        react()

    try:
        for each in _SIGNALS:
            signal.signal(each, handle)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
