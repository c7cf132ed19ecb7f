"""Runs that say how far the tables on MNIST and CIFAR-10 at 32 x 32 can be trusted."""

from collections.abc import Iterable
from typing import Any

from lipgan.config import Config
from lipgan.data import dataset_spec
from lipgan.experiments.grids import Seeds, grid, with_seeds
from lipgan.experiments.paper import figure4

STEPS = (2_000, 4_000)  # the lengths between which the pilot chooses
PAPER_LR, SLOW_STEPS = 5e-5, 8_000
LONG_STEPS = {"mnist": 16_000, "cifar10": 12_000}
# Same pairs of loss and k in every check of a data set, as far as time allowed.
LONG_CELLS = {
    "mnist": (
        *(("ns", 1.0), ("ns", 10.0), ("ns", 50.0), ("ls", 1.0), ("ls", 10.0)),
        *(("wgan", 1.0), ("wgan", 10.0), ("cos", 1.0)),
    ),
    "cifar10": (("ns", 1.0), ("ns", 10.0), ("wgan", 10.0)),
}
SLOW_CELLS = (("ns", 1.0), ("ns", 10.0), ("wgan", 10.0))
WIDE, WIDE_CELLS = 32, (("ns", 1.0), ("ns", 10.0), ("wgan", 1.0), ("wgan", 10.0))
BRIDGE_STEPS = 100_000
BRIDGE_CELLS = (
    *(("ns", 1.0), ("wgan", 1.0), ("ns", 10.0)),
    *(("cos", 5.0), ("ls", 0.2)),
)
GP_LR_D = 1e-3  # at the scale's own rate nine of twelve GP cells made no images


def _cells(cells: Iterable[tuple[str, float]]) -> list[dict]:
    return [{"loss": loss, "lipschitz_k": k} for loss, k in cells]


@with_seeds
def steps_pilot(
    dataset: str = "mnist",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """WGAN and NS at k = 1 at both lengths between which the steps rule chooses."""
    lengths = [{"num_steps": steps} for steps in STEPS]
    cells = _cells([("wgan", 1.0), ("ns", 1.0)])
    return grid(seeds, lengths, cells, dataset=dataset, scale=scale, **fields)


@with_seeds
def image_checks(
    dataset: str = "mnist",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    num_steps: int = STEPS[1],
    **fields: Any,
) -> list[Config]:
    """Chosen cells trained longer, at the paper's learning rate, and twice as wide.

    Args:
        dataset: ``mnist``, ``cifar10``, ``cifar10_jpeg``, or a folder of images with
            ``features`` of one of them.
        scale: key of ``SCALES``.
        seeds: one run per seed and cell.
        num_steps: of the tables, and so of the wide networks.
        fields: the same in every config.

    Raises:
        ValueError: another data set.
    """
    own = fields.get("features", dataset_spec(dataset).features)
    if own not in LONG_STEPS:
        known = ", ".join(LONG_STEPS)
        raise ValueError(f"dataset: {dataset!r} is not one of {known} or judged as one")
    fields |= {"dataset": dataset, "scale": scale}
    slow = {"num_steps": SLOW_STEPS, "lr_d": PAPER_LR, "lr_g": PAPER_LR}
    wide = {"num_steps": num_steps, "width": WIDE}
    return [
        *grid(seeds, _cells(LONG_CELLS[own]), num_steps=LONG_STEPS[own], **fields),
        *grid(seeds, _cells(SLOW_CELLS), **fields, **slow),
        *grid(seeds, _cells(WIDE_CELLS), **fields, **wide),
    ]


@with_seeds
def bridge(
    dataset: str = "mnist",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """Five cells with the paper's steps and learning rate, the last weights judged."""
    fields |= {"dataset": dataset, "scale": scale, "num_steps": BRIDGE_STEPS}
    fields |= {"lr_d": PAPER_LR, "lr_g": PAPER_LR, "ema_decay": 0.0}
    return grid(seeds, _cells(BRIDGE_CELLS), **fields)


@with_seeds
def image_domains(
    dataset: str = "mnist",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """Figure 4 with a critic under GP that is fast enough to make images.

    Its half under spectral normalization is part of Table 3.
    """
    fields |= {"dataset": dataset, "scale": scale, "seeds": seeds}
    return [
        *figure4(regularizers=["sn"], **fields),
        *figure4(regularizers=["gp"], **fields | {"lr_d": GP_LR_D}),
    ]
