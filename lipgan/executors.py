"""Where cohorts are trained: on the devices of this machine, or by Dask on many.

A sweep takes any ``concurrent.futures.Executor``. These two also survive the death of a
process that trains, and say in ``workers`` how many cohorts they train at once.
"""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, NamedTuple

import torch

from lipgan import stopping
from lipgan.config import Config
from lipgan.packing import train_in_parts
from lipgan.runs import Run

RETRIES = 2  # of a cohort whose process died
_claims: list[IO[str]] = []  # open for as long as the process lives


class WorkerLostError(RuntimeError):
    """The process that trained a cohort died, again and again."""


class Outcome(NamedTuple):
    """What became of a cohort: its finished runs, and what ended it before the rest."""

    runs: list[Run]
    error: BaseException | None = None


def train_cohort(members: Sequence[Config], options: dict[str, Any]) -> Outcome:
    """Train a cohort in a worker process, on a device of its own.

    Bad input and a stop are part of the outcome. Other errors are raised where no run
    is finished, so that an engine which repeats failed work does so.

    Args:
        members: of one shape.
        options: see ``training.train``; ``expected``, seconds that the cohort is to
            take, keeps it from starting where the deadline is nearer.
    """
    runs: list[Run] = []
    end = time.time() + (options.get("expected") or 0.0)
    options = {k: v for k, v in options.items() if k != "expected"}
    if options.get("deadline") is not None and end > options["deadline"]:
        return Outcome(runs, stopping.Stopped("the time budget is used up"))
    try:
        with own_device(options.get("device", "auto")):
            for part in train_in_parts(members, **options):
                runs += part
    except (ValueError, FileNotFoundError, stopping.Stopped) as error:
        return Outcome(runs, error)
    except Exception as error:
        if not runs:
            raise
        return Outcome(runs, error)
    return Outcome(runs)


@contextmanager
def own_device(device: str) -> Iterator[None]:
    """Make a GPU that no other worker of this machine uses the current one."""
    if device == "cpu" or not torch.cuda.is_available():
        yield
        return
    with torch.cuda.device(claimed_gpu(torch.cuda.device_count())):
        yield


@cache
def claimed_gpu(gpus: int) -> int:
    """Number of the GPU that this process has to itself, as long as there are enough.

    Each worker holds a lock on a file per GPU; the system opens the lock when the
    process ends, however it ends. With more workers than GPUs these are shared evenly.
    """
    import fcntl  # not on Windows

    user = os.getuid()
    for turn in count():
        for gpu in range(gpus):
            name = f"lipgan-{user}-gpu{gpu}-{turn}.lock"
            file = open(Path(tempfile.gettempdir()) / name, "a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                continue
            _claims.append(file)
            return gpu
    raise AssertionError  # count() has no end


class LocalPool(ThreadPoolExecutor):
    """Processes of this machine; one that dies is replaced and its work repeated.

    Each process has a pool of its own, so that a death breaks no other's work, and a
    thread that waits for it. A process ends when the one that made it has ended.
    """

    def __init__(self, workers: int, retries: int = RETRIES) -> None:
        """Start nothing yet.

        Args:
            workers: processes, one per device.
            retries: how often work is repeated whose process died.
        """
        super().__init__(workers)
        self.workers = workers
        self._slots = [_Slot(retries) for _ in range(workers)]
        self._free: SimpleQueue[_Slot] = SimpleQueue()
        for slot in self._slots:
            self._free.put(slot)

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Have a process call ``fn``; it and its arguments are pickled."""
        return super().submit(self._in_a_slot, fn, *args, **kwargs)

    def _in_a_slot(self, function: Callable, *args: Any, **kwargs: Any) -> Any:
        slot = self._free.get()
        try:
            return slot.call(function, *args, **kwargs)
        finally:
            self._free.put(slot)

    def stop(self) -> None:
        """Ask all processes to stop between two steps."""
        for slot in self._slots:
            slot.stop()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for all work; after an error only for what stops by itself."""
        if kind is not None:
            self.stop()
        self.shutdown(cancel_futures=kind is not None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, once their work is done."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        for slot in self._slots:
            slot.close()


class _Slot:
    """A process that is started when it is needed, and again when it has died."""

    def __init__(self, retries: int) -> None:
        self.retries, self.stopping = retries, False
        self.pool: ProcessPoolExecutor | None = None
        self.pid: int | None = None

    def call(self, function: Callable, *args: Any, **kwargs: Any) -> Any:
        for _ in range(self.retries + 1):
            try:
                pool = self._started()
                if self.stopping:
                    raise stopping.Stopped("the sweep was told to stop")
                return pool.submit(function, *args, **kwargs).result()
            except BrokenProcessPool:
                self.close()
        times = f"{self.retries + 1} times"
        raise WorkerLostError(f"the process that trained it died, {times} in all")

    def _started(self) -> ProcessPoolExecutor:
        if self.pool is None:
            self.pool = ProcessPoolExecutor(
                1, get_context("spawn"), _begin_worker, (os.getpid(),)
            )
            self.pid = self.pool.submit(os.getpid).result()
        return self.pool

    def stop(self) -> None:
        self.stopping = True
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown()
        self.pool = self.pid = None


def _begin_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, stop gently when it asks, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: stopping.ask(number))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


@contextmanager
def dask_executor(
    address: str, *, gpu: bool = False, retries: int = RETRIES
) -> Iterator[Executor]:
    """The workers of a Dask scheduler.

    Args:
        address: of the scheduler, such as ``tcp://host:8786``.
        gpu: give each cohort one ``GPU`` of the resources that workers declare
            (``dask worker --resources GPU=1``).
        retries: how often a cohort that failed is repeated. A cohort whose worker died
            goes to another one, as often as the scheduler's ``allowed-failures`` say.

    Raises:
        ValueError: Dask distributed is missing, or nothing answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "scheduler: needs Dask distributed; pip install 'lipgan[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        raise ValueError(f"scheduler: no answer from {address!r} ({error})") from None
    with client:
        extra = {"resources": {"GPU": 1}} if gpu else {}
        executor = client.get_executor(pure=False, retries=retries, **extra)
        threads = client.nthreads()  # each trains one cohort; a GPU is one worker's
        executor.workers = max(1, len(threads) if gpu else sum(threads.values()))
        yield executor
