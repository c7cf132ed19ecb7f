"""Which configs are trained together: cohorts of one shape that fit into memory."""

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import torch

from lipgan import training
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.engine.memory import free_bytes, out_of_memory, peak_bytes
from lipgan.runs import Run
from lipgan.training.stopping import Stopped

MAX_COHORT = 105  # members; the published tables need at most this many at once
SHARE = 0.8  # of the free memory that a cohort may plan to take
PROBE = 2  # members of the cohort whose memory is measured
SAMPLE_BYTES = 10  # per value of the samples that are judged: float, pixel and copies


class NoRoomError(ValueError):
    """One GAN alone does not fit into memory."""


def pack(
    configs: Iterable[Config], device: torch.device | None = None, slots: int = 1
) -> list[list[Config]]:
    """Split configs into cohorts of one shape.

    Args:
        configs: any configs.
        device: whose free memory the cohorts are to fit into; None looks at the number
            of members only.
        slots: how many cohorts are trained at once; on a CPU they share its memory.

    Returns:
        Cohorts of at most ``MAX_COHORT`` members, those of one shape of equal size but
        for one.
    """
    groups: dict[tuple, list[Config]] = {}
    for config in configs:
        groups.setdefault(config.cohort_key, []).append(config)
    cohorts = []
    for group in groups.values():
        most = MAX_COHORT
        if device is not None and len(group) > PROBE:
            room = free_bytes(device) // (slots if device.type == "cpu" else 1)
            most = min(most, members_that_fit(group[0], room))
        count = -(-len(group) // most)
        size = -(-len(group) // count)
        cohorts += [group[i : i + size] for i in range(0, len(group), size)]
    return cohorts


def work(members: Sequence[Config]) -> int:
    """Pixels through the discriminators: about in proportion to a cohort's time."""
    return sum(
        c.num_steps * c.batch_size * c.n_dis * max(1, c.image_size**2) for c in members
    )


def members_that_fit(config: Config, room: int) -> int:
    """How many members of this shape ``SHARE`` of so many bytes hold, at least one."""
    return max(1, int(SHARE * room) // member_bytes(config))


def member_bytes(config: Config) -> int:
    """Memory of one member: of a measured training step, or of its judged samples."""
    values = config.image_size**2 * config.channels * config.eval_samples
    return max(_step_bytes(config), SAMPLE_BYTES * values, 1)


@cache
def _step_bytes(config: Config) -> int:
    """Per member, measured on the CPU with made-up data."""
    shape = (config.channels, config.image_size, config.image_size)
    if config.image_size:
        items = torch.zeros(config.batch_size, *shape, dtype=torch.uint8)
    else:
        items = torch.zeros(config.batch_size, 2)
    dataset = Dataset("made-up data", items, None, 0)
    return (
        peak_bytes(lambda: training.Training([config] * PROBE, dataset).step(1))
        // PROBE
    )


def trained_parts(configs: Sequence[Config], **options: Any) -> Iterator[list[Run]]:
    """Train a cohort; where memory runs out, its halves one after the other.

    Args:
        configs: of one shape.
        options: see ``training.train``.

    Yields:
        The runs of each part, as soon as it is finished.

    Raises:
        NoRoomError: one GAN alone does not fit.
        ValueError, FileNotFoundError, Stopped: see ``training.train``.
    """
    try:
        runs = training.train(configs, **options)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        if len(configs) == 1:
            label = configs[0].label
            raise NoRoomError(f"memory: {label} does not fit, even alone") from None
    else:
        yield runs
        return
    # Outside of the handler: the exception holds the tensors of the failed attempt.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    half = len(configs) // 2
    for part in (configs[:half], configs[half:]):
        yield from trained_parts(part, **options)


def train_in_parts(
    configs: Sequence[Config], *, expected: float | None = None, **options: Any
) -> list[Run]:
    """Train a cohort as a worker does; see ``trained_parts``.

    Args:
        configs: of one shape.
        expected: seconds that it will take; it is not begun if the deadline is nearer.
        options: see ``training.train``.

    Returns:
        The runs that are finished: without those that a stop has kept from it.

    Raises:
        ValueError, FileNotFoundError: see ``trained_parts``. What was finished by then
            is in the attribute ``finished`` of any error.
    """
    runs: list[Run] = []
    deadline = options.get("deadline")
    if expected and deadline is not None and time.time() + expected > deadline:
        return runs
    try:
        for part in trained_parts(configs, **options):
            runs += part
    except Stopped:
        return runs
    except Exception as error:
        error.finished = runs  # type: ignore[attr-defined]
        raise
    return runs
