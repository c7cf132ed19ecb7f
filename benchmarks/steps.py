"""Time per training step: one cohort against textbook loops, same cells, same steps.

Usage: python -m benchmarks.steps [--threads N] [--device D] [WORKLOAD ...]

Loops and cohort take turns on the same cells, and the fastest turn of each counts. For
the limit, the multiply-adds of the layers are divided by the rate at which the machine
multiplies two matrices of 1,024 rows.
"""

import argparse
import time
from dataclasses import dataclass

import torch

from benchmarks.textbook import textbook_loop, wait_for
from lipgan import experiments
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.training import Training, load_data, pick_device
from lipgan.training.costs import multiply_adds, product_rate

WARM_UP = 3  # steps before the clock starts, on both sides


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


def compare(name: str, device: torch.device, rate: float) -> None:
    """Print one workload's times, their ratio, and the share of the limit."""
    work = WORKLOADS[name]
    members = len(work.configs)
    dataset = _data(work.configs[0]).to(device)
    chosen = work.configs[:: max(1, members // work.loops)][: work.loops]
    training, done = Training(work.configs, dataset), 0
    loop, cohort = float("inf"), float("inf")
    for _ in range(work.turns):
        seconds = [textbook_loop(c, dataset, work.steps, WARM_UP) for c in chosen]
        loop = min(loop, sum(seconds) / len(seconds) / work.steps)
        for step in range(done + 1, done + WARM_UP + work.steps + 1):
            if step == done + WARM_UP + 1:
                wait_for(device)
                start = time.perf_counter()
            training.step(step, measure=False)
        wait_for(device)
        cohort = min(cohort, (time.perf_counter() - start) / work.steps / members)
        done += WARM_UP + work.steps
    products = multiply_adds(work.configs[0])
    print(
        f"{name:<11} {members:>4} {1e3 * loop:>9.2f} {1e3 * cohort:>9.2f} "
        f"{loop / cohort:>6.1f} {products / 1e6:>9.2f} "
        f"{products / rate / cohort:>7.0%} {products / rate / loop:>7.0%}",
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
        "workload    GANs   loop ms cohort ms  ratio  million * of limit  (loop)\n"
        "                    (per GAN and step)          multiply-adds"
    )
    for name in options.workloads or WORKLOADS:
        compare(name, pick_device(options.device), rate)


if __name__ == "__main__":
    main()
