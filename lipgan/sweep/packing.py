"""Which configs are trained together: cohorts of one shape that fit into memory."""

from collections.abc import Iterable, Sequence
from functools import cache

import torch

from lipgan import training
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.engine.memory import free_bytes, peak_bytes

MAX_COHORT = 105  # members; the published tables need at most this many at once
SHARE = 0.8  # of the free memory that a cohort may plan to take
PROBE = 2  # members of the cohort whose memory is measured
SAMPLE_BYTES = 10  # per value of the samples that are judged: float, pixel and copies


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
