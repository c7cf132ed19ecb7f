"""How a step grows with members and width, in time and memory.

Usage: python -m benchmarks.growth [--threads N] [--device D] [--out FILE]

Writes one JSON file, from which the book's page "What it costs" is drawn. A measurement
names its machine, for only ratios carry over to another one.
"""

import argparse
import json
import os
import platform
import time
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.textbook import wait_for
from lipgan import experiments
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.engine.memory import peak_bytes
from lipgan.training import Training, load_data, pick_device
from lipgan.training.costs import multiply_adds, product_rate

MEMBERS = (1, 7, 35, 105, 210)
WIDTHS = (8, 16, 32, 64)
STEPS, TURNS, WARM_UP = 3, 3, 2


def measured(configs: list[Config], dataset: Dataset) -> dict[str, float]:
    """Seconds and bytes per member and step, and the multiply-adds behind them."""
    training, device = Training(configs, dataset), dataset.x.device
    best, step = float("inf"), 0
    for _ in range(TURNS):
        for _ in range(WARM_UP):
            training.step(step := step + 1, measure=False)
        wait_for(device)
        start = time.perf_counter()
        for _ in range(STEPS):
            training.step(step := step + 1, measure=False)
        wait_for(device)
        best = min(best, (time.perf_counter() - start) / STEPS)
    taken = peak_bytes(lambda: training.step(step + 1, measure=False))
    return {
        "members": len(configs),
        "width": configs[0].width,
        "seconds": best / len(configs),
        "step_bytes": taken / len(configs),
        "multiply_adds": multiply_adds(configs[0]),
    }


def main() -> None:
    """Measure both series and write them down."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/growth.json"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    place = pick_device(options.device)
    cells = experiments.table3(seeds=range(6))
    digits = load_data(cells[0]).to(place)
    wide = experiments.table3("mnist", "paper")[:4]
    images = torch.randint(256, (1000, 1, 32, 32), dtype=torch.uint8)
    mnist = Dataset("made-up images", images, None, 0).to(place)
    gpu = torch.cuda.get_device_name(place) if place.type == "cuda" else None
    result = {
        "machine": gpu or f"{platform.machine()} CPU, {os.cpu_count()} cores",
        "threads": options.threads,
        "torch": torch.__version__,
        "products_per_second": product_rate(options.device),
        "members": [measured(cells[:n], digits) for n in MEMBERS],
        "widths": [
            measured([replace(c, width=w) for c in wide], mnist) for w in WIDTHS
        ],
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(options.out.read_text())


if __name__ == "__main__":
    main()
