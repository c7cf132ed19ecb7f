"""Time per training step: cohorts against textbook loops, same cells, same steps.

Usage: python -m benchmarks.steps [--threads N] [--device D] [WORKLOAD ...]

Loops, one cohort on all threads, and parts of it side by side with a thread each, as
sweeps train on a CPU, take turns on the same cells; the fastest turn of each counts.
For the limit, the multiply-adds of the layers are divided by the rate at which the
machine multiplies two matrices of 1,024 rows.
"""

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass

import torch

from benchmarks.textbook import textbook_loop, wait_for
from lipgan import experiments
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.sweep.workers import DevicePool
from lipgan.training import Training, load_data, pick_device
from lipgan.training.costs import multiply_adds, product_rate

WARM_UP = 3  # steps before the clock starts, on all sides
TOGETHER = 1.0  # seconds in which processes warm up, to begin a turn at once


@dataclass(frozen=True)
class Workload:
    """Cells that are trained as one cohort, and how often.

    ``loops`` of the cells are timed as loops, and stand for all of them: their cost
    does not depend on loss or k. Made-up images replace a data set that is not there.
    """

    configs: list[Config]
    loops: int
    steps: int = 5
    turns: int = 4


def _mnist(width: int, members: int) -> Workload:
    fields = {"dataset": "mnist", "scale": "paper", "width": width, "data_limit": 2000}
    return Workload(experiments.table3(**fields)[:members], 1, steps=2, turns=3)


def _toy(dataset: str) -> Workload:
    return Workload(experiments.table3(dataset, seeds=[0, 1, 2]), 5, steps=20)


WORKLOADS = {
    "digits": Workload(experiments.table3(), 35),
    "toy2d": _toy("toy2d"),
    "toy2d_ring": _toy("toy2d_ring"),
    **{f"mnist{width}": _mnist(width, 8) for width in (8, 16, 32, 64)},
}


class Timed:
    """A cohort of some cells of a workload, in whatever process trains it."""

    held: "Timed | None" = None  # of this process

    def __init__(self, configs: list[Config], device: torch.device) -> None:
        self.device, self.done = device, 0
        self.training = Training(configs, _data(configs[0]).to(device))

    def turn(self, steps: int, begin: float = 0.0) -> float:
        """Seconds of a turn after its warm-up, not begun before a time of the clock."""
        for step in range(self.done + 1, self.done + WARM_UP + steps + 1):
            if step == self.done + WARM_UP + 1:
                wait_for(self.device)
                time.sleep(max(0.0, begin - time.time()))
                start = time.perf_counter()
            self.training.step(step, measure=False)
        wait_for(self.device)
        self.done += WARM_UP + steps
        return time.perf_counter() - start


def set_up(name: str, part: int, parts: int) -> None:
    """In a process of its own: hold every so manieth cell of a workload."""
    configs = WORKLOADS[name].configs[part::parts]
    Timed.held = Timed(configs, torch.device("cpu"))
    Timed.held.turn(WARM_UP)


def turn(steps: int, begin: float) -> float:
    """In a process of its own, see ``Timed.turn``."""
    assert Timed.held is not None
    return Timed.held.turn(steps, begin)


def side_by_side(processes: Sequence[Executor], steps: int) -> float:
    """Seconds until the last of the processes has done its turn."""
    begin = time.time() + TOGETHER
    return max(f.result() for f in [p.submit(turn, steps, begin) for p in processes])


def compare(name: str, device: torch.device, rate: float) -> None:
    """Print one workload's times, their ratios, and the share of the limit."""
    work, count = WORKLOADS[name], torch.get_num_threads()
    members = len(work.configs)
    dataset = _data(work.configs[0]).to(device)
    chosen = work.configs[:: max(1, members // work.loops)][: work.loops]
    whole = Timed(work.configs, device)
    loops, cohorts, apart = [], [], []
    with ExitStack() as stack:
        pools = [stack.enter_context(DevicePool(["cpu"])) for _ in range(count)]
        pools = pools if device.type == "cpu" and count > 1 else []
        for part, pool in enumerate(pools):
            pool.submit(set_up, name, part, count).result()
        for _ in range(work.turns):
            seconds = [textbook_loop(c, dataset, work.steps, WARM_UP) for c in chosen]
            loops.append(sum(seconds) / len(seconds) / work.steps)
            cohorts.append(whole.turn(work.steps) / work.steps / members)
            if pools:
                apart.append(side_by_side(pools, work.steps) / work.steps / members)
    loop, cohort = min(loops), min(cohorts)
    best = min([cohort, *apart])
    products = multiply_adds(work.configs[0])
    print(
        f"{name:<11} {members:>4} {1e3 * loop:>9.2f} {1e3 * cohort:>9.2f} "
        f"{1e3 * min(apart, default=float('nan')):>9.2f} {loop / best:>6.1f} "
        f"{products / 1e6:>9.2f} {products / rate / best:>7.0%} "
        f"{products / rate / loop:>7.0%}",
        flush=True,
    )


def _data(config: Config) -> Dataset:
    if config.dataset != "mnist":
        return load_data(config)
    images = torch.randint(256, (config.data_limit, 1, 32, 32), dtype=torch.uint8)
    return Dataset("made-up images", images, None, 0)


def main() -> None:
    """Measure the named workloads, all by default."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "workloads", nargs="*", metavar="WORKLOAD", help=str([*WORKLOADS])
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    for name in options.workloads:
        if name not in WORKLOADS:
            parser.error(f"WORKLOAD: {name!r} is not one of {', '.join(WORKLOADS)}")
    torch.set_num_threads(options.threads)
    rate = product_rate(options.device)
    print(
        f"{options.device}, {options.threads} threads, torch {torch.__version__}, "
        f"{rate / 1e9:.0f} billion multiply-adds per second\n"
        "workload    GANs   loop ms cohort ms  apart ms  ratio  million * "
        "of limit  (loop)\n"
        "                    (per GAN and step)                    multiply-adds"
    )
    for name in options.workloads or WORKLOADS:
        compare(name, pick_device(options.device), rate)


if __name__ == "__main__":
    main()
