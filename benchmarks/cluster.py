"""What a sweep costs beside training: planning, and the scheduler's share per task.

``python -m benchmarks.cluster`` starts a Dask scheduler and two workers here, and
prints times. Needs the extra ``cluster``.
"""

import argparse
import time
from concurrent.futures import as_completed

from lipgan.config import Config
from lipgan.sweep.dask import dask_executor
from lipgan.sweep.packing import pack


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--configs", type=int, default=10_000)
    options = parser.parse_args()
    seconds = plan_seconds(options.configs)
    print(f"planning: {seconds / options.configs * 1e6:.0f} microseconds per config")
    for size in (0, 1_000_000):
        seconds = task_seconds(options.tasks, size)
        print(
            f"scheduler: {seconds / options.tasks * 1e3:.2f} ms per task that returns "
            f"{size} bytes ({options.tasks} tasks, 2 workers)"
        )


def plan_seconds(configs: int) -> float:
    """Make so many configs, find their record names, and pack them into cohorts."""
    start = time.perf_counter()
    cells = [Config(seed=seed) for seed in range(configs)]
    assert len({cell.config_id for cell in cells}) == configs
    pack(cells)
    return time.perf_counter() - start


def task_seconds(tasks: int, size: int) -> float:
    """From the first submission to the last result, as a sweep gathers them."""
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        dask_executor(cluster.scheduler_address) as executor,
    ):
        executor.submit(bytes, size).result()
        start = time.perf_counter()
        futures = [executor.submit(bytes, size) for _ in range(tasks)]
        for future in as_completed(futures):
            assert len(future.result()) == size
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
