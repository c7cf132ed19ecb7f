"""Cohorts on all GPUs or cores of this machine, and what any executor needs.

torch is imported inside functions only, so that a process picks its GPU before that.
"""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
)
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TypeVar

from lipgan.training import stopping

T = TypeVar("T")
RETRIES = 3  # further attempts at a call whose process died
TOO_MUCH = 1.5  # times its share of all work, which one device is given at once


class WorkerLost(ValueError):
    """A cohort's workers died again and again, or the scheduler is gone."""


class DevicePool(Executor):
    """One spawned process per device; a process that dies is replaced.

    Each device has a ``ProcessPoolExecutor`` of its own, so that a death breaks nothing
    but the call in that process, which starts anew at most ``RETRIES`` times.

    Args:
        devices: a process for each: GPUs as CUDA_VISIBLE_DEVICES names them, or
            ``cpu``, one core of it.
    """

    def __init__(self, devices: Sequence[str]):
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            sys.exit(1)  # a worker that reads an unguarded script: see _start
        self.slots = len(devices)
        self._calls: SimpleQueue[tuple | None] = SimpleQueue()
        self._closed, self._abandoned = Event(), Event()
        self._processes: dict[int, int] = {}  # place in the list to process id
        self._threads = [
            Thread(target=self._serve, args=place, daemon=True)
            for place in enumerate(devices)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Queue a call for the next free device.

        Returns:
            A future; BrokenProcessPool is its exception if every attempt died.

        Raises:
            RuntimeError: after ``shutdown``.
        """
        if self._closed.is_set():
            raise RuntimeError("this pool is shut down")
        future: Future = Future()
        self._calls.put((future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finish what is queued; or, with ``cancel_futures``, end it and the processes.

        Args:
            wait: whether to return only when every process is gone.
            cancel_futures: give up, running calls included: a cohort can take hours.
        """
        self._closed.set()
        for _ in self._threads:
            self._calls.put(None)
        if cancel_futures:
            self._abandoned.set()
            for process in multiprocessing.active_children():
                if process.pid in self._processes.values():
                    process.kill()  # SIGTERM would let it train to its next step
        if wait:
            for thread in self._threads:
                thread.join()

    def stop(self) -> None:
        """Ask every process to stop between two steps of its training."""
        for process in multiprocessing.active_children():
            if process.pid in self._processes.values():
                process.terminate()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.shutdown(cancel_futures=kind is not None)

    def _serve(self, place: int, device: str) -> None:
        """Work for one device: a call at a time, each in the same process if it can."""
        pool = None
        while (item := self._calls.get()) is not None:
            future, fn, args, kwargs = item
            if self._abandoned.is_set() or not future.set_running_or_notify_cancel():
                future.cancel()
                continue
            for attempt in range(1 + RETRIES):
                try:
                    pool = pool or self._start(place, device)
                    future.set_result(pool.submit(fn, *args, **kwargs).result())
                    break
                except BrokenExecutor as error:
                    pool = None
                    if attempt == RETRIES or self._abandoned.is_set():
                        future.set_exception(error)
                        break
                except BaseException as error:
                    future.set_exception(error)
                    break
        if pool is not None:
            pool.shutdown()

    def _start(self, place: int, device: str) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), _start_process, (device,)
        )
        try:
            self._processes[place] = pool.submit(os.getpid).result()
        except BrokenExecutor:
            raise WorkerLost(
                f"a process for device {device!r} ended at once; a script that trains "
                'needs `if __name__ == "__main__":` around what it does'
            ) from None
        return pool


def _start_process(device: str) -> None:
    """In the new process: see one GPU or none, and do not outlive the sweep.

    Ctrl-C reaches all processes; the sweep alone decides what it means.
    """
    if device == "cpu":
        os.environ["OMP_NUM_THREADS"] = "1"
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(1)
    pin("" if device == "cpu" else device)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: stopping.ask(number))
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def pin(gpu: str) -> None:
    """Let this process see one GPU only, or none for the empty string.

    Raises:
        RuntimeError: too late, CUDA has started with other GPUs.
    """
    os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    torch = sys.modules.get("torch")  # not loaded yet: all is well
    if torch and torch.cuda.device_count() > bool(gpu):
        raise RuntimeError(f"CUDA has started before this process took GPU {gpu!r}")


def visible_gpus() -> list[str]:
    """The GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    import torch

    count = torch.cuda.device_count()
    names = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    return names[:count] if names[0] else [str(i) for i in range(count)]


def spread(
    cohorts: Sequence[Sequence[T]],
    slots: int,
    cost: Callable[[Sequence[T]], float] = len,
) -> list[list[T]]:
    """Halve the costliest cohorts until every slot has its part of the work.

    That is: there are as many cohorts as slots, if that can be, and none takes much
    longer than all of the work does on all slots. Every second member goes into each
    half: neighbors in a grid cost the same, for instance those that diverge at once.

    Args:
        cohorts: lists of any members.
        slots: how many cohorts can run at once.
        cost: of a cohort, in any unit.
    """
    parts = [list(members) for members in cohorts]
    most = TOO_MUCH * cost([each for part in parts for each in part]) / slots
    while parts and slots > 1:
        at = max(range(len(parts)), key=lambda i: cost(parts[i]))
        largest = parts[at]
        enough = len(parts) >= slots and cost(largest) <= most
        if enough or len(largest) < 2:
            break
        parts[at : at + 1] = [largest[::2], largest[1::2]]
    return parts


def explained(error: BaseException, cohort: str) -> BaseException:
    """The error of a future with the cohort in it; in one line if a worker was lost."""
    if isinstance(error, CancelledError):
        return WorkerLost(f"{cohort}: cancelled; is the scheduler still there?")
    if isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker":
        reason = " ".join(str(error).split())
        return WorkerLost(f"{cohort}: its worker died {1 + RETRIES} times: {reason}")
    if isinstance(error, WorkerLost):
        return WorkerLost(f"{cohort}: {error}")
    error.add_note(cohort)
    return error


@dataclass(frozen=True)
class WorkerProgress:
    """Prints lines of text from a worker process, after the name of its cohort."""

    cohort: str

    def __call__(self, line: str) -> None:
        """Print one line; a reader who has gone must not end the training."""
        with suppress(OSError, ValueError):
            print(f"{self.cohort}: {line}", flush=True)


class TimeLeft:
    """Estimates the time left from the share of the work that is done.

    Args:
        total: all work, in any unit.
    """

    def __init__(self, total: float):
        self.start, self.total, self.done = time.perf_counter(), total, 0.0

    def after(self, work: float) -> str:
        """Count finished work; the estimate as text, empty when all is done."""
        self.done += work
        if self.done >= self.total:
            return ""
        seconds = time.perf_counter() - self.start
        seconds *= (self.total - self.done) / self.done
        return f", about {duration(seconds)} left"


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them: 45 s, 12 min, 3.4 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
