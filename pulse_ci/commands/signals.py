"""A fleet's report kept as it grows, and a run that ends in order when it is interrupted."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.fleet import StopSignal

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_on_signal(stop_signal: StopSignal) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM pull the brake; the second one ends the process as it would anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in _SIGNALS}

    def stop(*_: object) -> None:
        for each, handler in before.items():
            signal.signal(each, handler)
        stop_signal.interrupt()

    try:
        for each in _SIGNALS:
            signal.signal(each, stop)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
