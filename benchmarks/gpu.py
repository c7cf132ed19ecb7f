"""What an hour on a GPU is good for, in one command.

Usage: python -m benchmarks.gpu --data DIR [--minutes 60] [--tf32] [--graphs]

First the tests marked ``gpu``, then time per step for some cohort sizes, then the
paper's tables at its own scale, the most telling first, until the time is used up. The
same command goes on where it stopped. At the end all finished records are in one
archive. All of it needs torch and NumPy alone, for other packages there are stand-ins
(``stand_ins``); the tests also need pytest, and JPEG files Pillow.
"""

import argparse
import json
import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch

from benchmarks.stand_ins import install
from benchmarks.textbook import textbook_loop
from lipgan import experiments
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.training import Training, pick_device
from lipgan.training.choice import TIMED, WARM_UP, seconds_per_step
from lipgan.training.costs import multiply_adds, product_rate

MEMBERS = (1, 7, 35, 70)
TURNS = 3  # of timed steps; the fastest counts
LARGE = {"cuda": 8192, "cpu": 512}  # rows of the product that stands for the peak
MINUTES_BETWEEN_CHECKPOINTS = 3


def tables(scale: str, cifar10: str = "cifar10") -> dict[str, list[Config]]:
    """What is to be trained, in this order."""
    return {
        f"{name} {dataset}": getattr(experiments, name)(dataset, scale)
        for name in ("table3", "table5", "table4a", "table4b")
        for dataset in ("mnist", cifar10)
    }


def measure(
    device: torch.device, scale: str, members: Sequence[int], **allowed: bool
) -> list[dict[str, float | str]]:
    """Print and return a row per cohort size, on made-up images."""
    cells = experiments.table3("mnist", scale, seeds=[0, 1])
    shape = cells[0].channels, cells[0].image_size, cells[0].image_size
    images = torch.randint(256, (2000, *shape), dtype=torch.uint8)
    dataset = Dataset("made-up images", images, None, 0).to(device)
    peak = 2 * product_rate(device.type, LARGE[device.type])
    loop = textbook_loop(cells[0], dataset, TIMED, WARM_UP) / TIMED
    print(f"a product of {LARGE[device.type]} rows: {peak / 1e12:.3g} TFLOP/s")
    print("GANs  ms/step  ms/GAN  loop ms/GAN  TFLOP/s  of the product")
    rows: list[dict[str, float | str]] = []
    for count in members:
        said: list[str] = []
        training = Training(cells[:count], dataset, progress=said.append, **allowed)
        training.steps.choose()
        step = partial(training.steps, measure=False)
        seconds = min(seconds_per_step(step, device) for _ in range(TURNS))
        rate = 2 * multiply_adds(cells[0]) * count / seconds
        print(
            f"{count:>4} {1e3 * seconds:>8.3g} {1e3 * seconds / count:>7.3g} "
            f"{1e3 * loop:>12.3g} {rate / 1e12:>8.3g} {rate / peak:>15.0%}  "
            + "; ".join(said),
            flush=True,
        )
        row = {"members": count, "seconds": seconds, "loop_seconds": loop}
        rows.append(row | {"flops": rate, "peak": peak, "said": "; ".join(said)})
    return rows


def train_tables(
    named: dict[str, list[Config]], store: Path, deadline: float, **options: object
) -> None:
    """Train one table after the other until the deadline, in seconds of the epoch."""
    from lipgan.sweep import Unfinished, run_or_load

    for name, configs in named.items():
        left = deadline - time.time()
        if left <= 0:
            print(f"{name}: not begun, the time is used up")
            continue
        print(f"{name}: {len(configs)} GANs, {left / 60:.0f} minutes left", flush=True)
        try:
            run_or_load(
                configs,
                store,
                time_budget=left,
                checkpoint_every=60 * MINUTES_BETWEEN_CHECKPOINTS,
                **options,  # type: ignore[arg-type]
            )
        except (FileNotFoundError, ImportError, Unfinished) as error:
            print(f"{name}: {error}")


def pack(store: Path, archive: Path) -> int:
    """Put what is in the store, but checkpoints, into one file; return its records."""
    from lipgan.runs import RunStore

    files = [path for path in sorted(store.rglob("*")) if path.is_file()]
    with tarfile.open(archive, "w:gz") as tar:
        for path in files:
            if "checkpoints" not in path.relative_to(store).parts:
                tar.add(path, path.relative_to(store))
    return len(RunStore(store).records()) if store.exists() else 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Test, measure, train, pack."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--scale", default="paper", choices=["paper", "smoke"])
    parser.add_argument("--data", type=Path, help="folder of the data sets")
    names = "cifar10", "cifar10_jpeg"
    parser.add_argument("--cifar10", default=names[0], choices=names)
    parser.add_argument("--out", type=Path, default=Path("build/gpu"))
    parser.add_argument("--tf32", action="store_true", help="convolutions may round")
    parser.add_argument("--graphs", action="store_true", help="replay CUDA graphs")
    parser.add_argument("--members", type=int, nargs="+", default=MEMBERS)
    parser.add_argument("--only-measure", action="store_true", help="no tests, tables")
    options = parser.parse_args(arguments)
    deadline = time.time() + 60 * options.minutes
    device = pick_device(options.device)
    allowed = {"tf32": options.tf32, "graphs": options.graphs}
    options.out.mkdir(parents=True, exist_ok=True)
    if missing := install():
        print(f"stand-ins for {', '.join(missing)}")
    if device.type == "cuda" and not options.only_measure:
        subprocess.run([sys.executable, "-m", "pytest", "-m", "gpu", "tests"])
    rows = measure(device, options.scale, options.members, **allowed)
    (options.out / "steps.json").write_text(json.dumps(rows, indent=1) + "\n")
    if options.only_measure:
        return
    named, store = tables(options.scale, options.cifar10), options.out / "runs"
    place = {"device": options.device, "data_dir": options.data}
    train_tables(named, store, deadline, **place, **allowed)
    count = pack(store, archive := options.out / "records.tar.gz")
    print(f"{count} records in {archive}")


if __name__ == "__main__":
    main()
