"""Runs for MNIST and CIFAR-10 at 32 x 32 alone: how many steps, and Figure 4."""

from typing import Any

from lipgan.config import Config
from lipgan.experiments.grids import Seeds, grid, with_seeds
from lipgan.experiments.paper import figure4

STEPS = (2_000, 4_000)  # the lengths between which the pilot chooses
GP_LR_D = 1e-3  # at the scale's own rate nine of twelve GP cells made no images


@with_seeds
def steps_pilot(
    dataset: str = "mnist",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """WGAN and NS at k = 1 at both lengths between which the steps rule chooses."""
    lengths = [{"num_steps": steps} for steps in STEPS]
    cells = [{"loss": loss, "lipschitz_k": 1.0} for loss in ("wgan", "ns")]
    return grid(seeds, lengths, cells, dataset=dataset, scale=scale, **fields)


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
