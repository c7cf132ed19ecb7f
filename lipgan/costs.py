"""What a regularizer costs per step, measured on the machine at hand."""

import time
from collections.abc import Sequence
from dataclasses import replace

from lipgan.config import Config
from lipgan.training import Training, load_data, pick_device


def step_costs(
    configs: Sequence[Config],
    regularizers: Sequence[str],
    *,
    steps: int = 10,
    repeats: int = 3,
    device: str = "auto",
) -> dict[str, float]:
    """Seconds per training step of one cohort under each of several regularizers.

    The cohorts take turns, so that a busy moment of the machine hits all of them; the
    fastest turn counts.

    Args:
        configs: members of one ``Config.cohort_key``; their regularizer is replaced.
        regularizers: keys of ``REGULARIZERS``.
        steps: of a turn, after as many to warm up.
        repeats: turns of every cohort.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ValueError: the configs do not fit one cohort, or the device is unknown.
    """
    if len({c.cohort_key for c in configs}) != 1:
        raise ValueError("configs: they do not fit one cohort")
    dataset = load_data(configs[0]).to(pick_device(device))
    trainings = {
        key: Training([replace(c, regularizer=key) for c in configs], dataset)
        for key in regularizers
    }
    best = dict.fromkeys(regularizers, float("inf"))
    done = 0
    for turn in range(repeats + 1):
        for key, training in trainings.items():
            start = time.perf_counter()
            for step in range(done, done + steps):
                losses = training.step(step + 1, measure=step == done + steps - 1)
            losses["loss_g"].sum().item()  # waits for a GPU
            seconds = (time.perf_counter() - start) / steps
            best[key] = min(best[key], seconds) if turn else best[key]
        done += steps
    return best
