"""Cohorts on the workers of a Dask cluster."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from lipgan.sweep.workers import RETRIES, pin, visible_gpus

PATIENCE = 10.0  # seconds in which a scheduler has to answer


@contextmanager
def dask_executor(
    address: str, say: Callable[[str], None] = print
) -> Iterator[Executor]:
    """An executor on the workers of a Dask scheduler, to be used in a ``with``.

    A call whose worker is lost goes to another one, and so does a call that fails, up
    to ``RETRIES`` times. Where workers advertise the resource ``GPU``, every call takes
    one; each worker is pinned to one GPU (``worker_gpu``).

    Args:
        address: of the scheduler, ``tcp://HOST:PORT``.
        say: receives lines of text.

    Raises:
        ValueError: Dask is not installed, or the address or a worker is of no use.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(
            "scheduler: Dask is missing; pip install 'lipgan[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # OSError: also its time-outs
        reason = " ".join(str(error).split())
        raise ValueError(
            f"scheduler: {address!r} cannot be reached: {reason}"
        ) from None
    with client:
        if not _threads(client):
            say(f"{address}: waiting for the first worker")
            client.wait_for_workers(1)
        _prepare(client)
        gpus = _threads(client, "GPU")
        executor: Any = client.get_executor(
            pure=False, retries=RETRIES, resources={"GPU": 1} if gpus else None
        )
        executor.slots = gpus or _threads(client)
        say(f"{address}: {executor.slots} slots" + ", one GPU each" * bool(gpus))
        yield executor


def _threads(client: Any, resource: str = "") -> int:
    """Calls that the workers take at once, of all or of those with a resource."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return sum(
        min(w["nthreads"], int(w["resources"].get(resource, 0)))
        if resource
        else w["nthreads"]
        for w in workers
    )


def _prepare(client: Any) -> None:
    """Pin the workers of today and those to come, and see that they have lipgan."""
    try:
        client.register_worker_callbacks(pin_worker)
    except (ImportError, AttributeError, RuntimeError, ValueError) as error:
        raise ValueError(f"scheduler: a worker cannot be used: {error}") from None


def pin_worker(dask_worker: Any) -> None:
    """Pin a Dask worker to its GPU; runs in the worker before its first cohort."""
    gpus = visible_gpus()
    if len(gpus) > 1:
        pin(worker_gpu(str(dask_worker.name), gpus))


def worker_gpu(name: str, gpus: Sequence[str]) -> str:
    """Which of a machine's GPUs is a worker's: the number that ends its name.

    ``dask worker --nworkers 4 --name node`` calls its workers node-0 to node-3.

    Raises:
        ValueError: the name ends in no such number.
    """
    number = re.search(r"(?:^|-)(\d+)$", name)
    if number is None or int(number[1]) >= len(gpus):
        raise ValueError(
            f"worker {name!r} sees {len(gpus)} GPUs: let it see one "
            "(CUDA_VISIBLE_DEVICES), or end its name in -0, -1, ..."
        )
    return gpus[int(number[1])]
