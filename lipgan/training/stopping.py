"""How training is told to end between two of its steps: a deadline or a signal."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

OUT_OF_TIME = "the time budget is used up"
ASKING = (signal.SIGTERM, signal.SIGINT)
_received: list[int] = []


class Stopped(Exception):
    """Training has ended before its last step because it was told to."""


def too_late(deadline: float | None, seconds: float = 0.0) -> bool:
    """Whether what begins now and takes so many seconds would miss the deadline.

    Args:
        deadline: seconds since the epoch; None for no end.
        seconds: that it takes.
    """
    return deadline is not None and time.time() + seconds >= deadline


def reason_to_stop(deadline: float | None = None) -> str | None:
    """Why training is to end now; None while it may go on.

    Args:
        deadline: seconds since the epoch; None for no end.
    """
    if _received:
        return f"{signal.Signals(_received[0]).name} was received"
    return OUT_OF_TIME if too_late(deadline) else None


def ask(number: int) -> None:
    """Ask this process to stop training, as if it had received this signal."""
    _received.append(number)


def received_signal() -> int | None:
    """Number of the signal that asked to stop, None if there was none."""
    return _received[0] if _received else None


@contextmanager
def signals_stop_training() -> Iterator[None]:
    """Meanwhile SIGTERM and SIGINT only ask; a second one acts as it always does.

    Outside of the main thread, where signals cannot be caught, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ASKING}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(number: int, _: FrameType | None) -> None:
        ask(number)
        restore()

    for number in ASKING:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
        _received.clear()
