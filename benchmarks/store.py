"""Times status, verify and resume on a store of many tiny records.

Run `python benchmarks/store.py [RECORDS [DIRECTORY]]` (default 100,000, in a temporary
directory). Records are of toys; the smallest that a real sweep would write.
"""

import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lipgan.__main__ import main
from lipgan.config import Config
from lipgan.runs import Run, RunStore
from lipgan.runs.run import encode
from lipgan.sweep import run_or_load

PROVENANCE = {
    "commit": "abc1234",
    "python": "3.11.0",
    "torch": "2.6.0",
    "device": "cpu: x86_64",
    "threads": 1,
    "cohort_size": 100,
    "cohort_seconds": 1.5,
    "finished": "2020-11-22T10:00:00Z",
}


def tiny_run(config: Config) -> Run:
    """A made-up run with three moments of history."""
    names = ("loss_d", "loss_g", "score_real_mean", "score_fake_mean")
    history = {"step": [1, 3, 6]} | {k: [0.1, 0.25, 1.5] for k in names}
    metrics = {"w1_64": 3.25, "domain_width": 0.5}
    return Run(config, "completed", None, history, metrics, PROVENANCE)


def toys(count: int) -> list[Config]:
    """So many configs that differ in their seed."""
    return [Config(dataset="toy2d", scale="smoke", seed=seed) for seed in range(count)]


def fill(store: RunStore, configs: list[Config]) -> None:
    """Write records; without a flush to the disk for each, which would take hours."""
    store.path.mkdir(parents=True, exist_ok=True)
    for config in configs:
        Path(store.path, f"{config.config_id}.json").write_bytes(
            encode(tiny_run(config))
        )


def timed(title: str, function: Callable[[], Any]) -> Any:
    """Call a function, print its seconds, wall and CPU, and return its result."""
    start, cpu = time.perf_counter(), time.process_time()
    result = function()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"{title:<40} {wall:6.2f} s, CPU {cpu:6.2f} s", flush=True)
    return result


def command(*arguments: str) -> int:
    """Run a command of the package without its output."""
    with contextlib.redirect_stdout(io.StringIO()):
        return main(list(arguments))


def benchmark(count: int, folder: Path) -> None:
    """Fill a store, then look at it in all ways."""
    store = RunStore(folder)
    configs = timed(f"{count} configs", lambda: toys(count))
    timed("write them, not flushed", lambda: fill(store, configs))
    place = ("--store", str(folder))
    assert timed("status", lambda: command("status", *place)) == 0
    assert timed("verify", lambda: command("verify", *place)) == 0
    ids = timed("what is missing", store.ids)
    assert all(config.config_id in ids for config in configs)

    def resume() -> int:
        return len(run_or_load(configs, store, progress=None))

    assert timed("resume: run_or_load, nothing to train", resume) == count
    more = [tiny_run(c) for c in toys(count + 200)[count:]]
    timed("save 200 more, flushed", lambda: [store.save(run) for run in more])


if __name__ == "__main__":
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(f"{records} records, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as default:
        benchmark(records, Path(sys.argv[2] if len(sys.argv) > 2 else default))
