"""Other Lipschitz-regularized systems, held against the same thesis.

Adversarial Lipschitz Regularization (Terjék 2020), Lipschitz GANs (Zhou et al. 2019),
GraN-GAN (Bhaskara et al. 2022), and the regularizers that these build on.
"""

from collections.abc import Sequence
from typing import Any

from lipgan.config import Config
from lipgan.experiments.grids import Seeds, axis, grid, with_seeds

# Other roads to a Lipschitz constraint: three strengths each, tightest first.
ROADS_LOSSES = ("ns", "ls_sharp", "wgan", "cos", "exp")
ROADS: dict[str, tuple[str, tuple[float, float, float]]] = {
    "sn": ("lipschitz_k", (0.5, 2.0, 10.0)),
    "srn": ("lipschitz_k", (0.5, 2.0, 10.0)),
    "clip": ("lipschitz_k", (0.05, 0.1, 0.3)),
    "gp": ("lipschitz_k", (0.1, 1.0, 5.0)),
    "gp0": ("penalty_weight", (10.0, 0.5, 0.02)),
    "r1": ("penalty_weight", (20.0, 1.0, 0.04)),
    "r2": ("penalty_weight", (20.0, 1.0, 0.04)),
    "maxgp": ("penalty_weight", (2.0, 0.1, 0.005)),
    "alp": ("lipschitz_k", (0.1, 1.0, 5.0)),
    "gran": ("lipschitz_k", (0.05, 0.5, 5.0)),
    "gn": ("lipschitz_k", (0.1, 1.0, 10.0)),
}
# Without normalization, weights that start small must grow before the discriminator
# can tell samples apart: its learning rate is that of its scale times this, for every
# regularizer alike. With the scale's own rate GP made no images in short trials.
# Half the steps of the scale keep three seeds of several hundred GANs affordable.
FASTER, SHORTER = 5.0, 2
# Domain scaling at the middle strength; it cannot change WGAN.
SCALED_ROADS = ("sn", "gp", "r1", "maxgp", "alp", "gran")
ROADS_ALPHAS = (1e-3, 1e3)
# Zhou et al.: objectives under MaxGP, WGAN among them, and critics of frozen samples.
LGAN_LOSSES = ("wgan", "lgan_log", "lgan_sqrt", "lgan_exp", "hinge")
# Beyond the three of ROADS, at whose tight end all of them were still getting better.
LGAN_WEIGHTS = (32.0, 8.0, 2.0, 0.1, 0.005)
# Critics alone: LGAN-log and LGAN-exp differ from NS and EXP in the generator only.
FIELD_LOSSES = (*("ns", "ls", "ls_sharp", "wgan", "cos", "exp"), "lgan_sqrt", "hinge")
FIELD_REGULARIZERS = ("none", "sn", "gp", "maxgp", "alp", "gran")
# Bhaskara et al.: the constant K of GraN, under two optimizers.
GRAN_K, GRAN_LOSSES, GRAN_OPTIMIZERS = (
    (0.05, 0.2, 1.0, 5.0, 20.0),
    ("ns", "cos", "wgan"),
    ("rmsprop", "adam"),
)


def _fields(dataset: str, scale: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The common fields; a fast discriminator and few steps unless they are given."""
    fields = {"dataset": dataset, "scale": scale, **fields}
    plain = Config(**fields)
    own = {"lr_d": FASTER * plain.lr_d, "num_steps": plain.num_steps // SHORTER}
    return own | fields


def _roads_axis() -> list[dict]:
    return [
        {"regularizer": name, field: value}
        for name, (field, values) in ROADS.items()
        for value in values
    ]


@with_seeds
def roads(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    losses: Sequence[str] = ROADS_LOSSES,
    **fields: Any,
) -> list[Config]:
    """Every regularizer at three strengths x 5 losses per seed."""
    fields = _fields(dataset, scale, fields)
    return grid(seeds, _roads_axis(), axis("loss", losses), **fields)


@with_seeds
def roads_scaled(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    alphas: Sequence[float] = ROADS_ALPHAS,
    **fields: Any,
) -> list[Config]:
    """Domain scaling of six regularizers at their middle strength, without WGAN."""
    fields = _fields(dataset, scale, fields)
    middle = [{"regularizer": k, ROADS[k][0]: ROADS[k][1][1]} for k in SCALED_ROADS]
    losses = [loss for loss in ROADS_LOSSES if loss != "wgan"]
    return grid(seeds, middle, axis("loss", losses), axis("alpha", alphas), **fields)


@with_seeds
def lgan(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """The objectives of Lipschitz GANs and WGAN under MaxGP at five weights."""
    axes = axis("loss", LGAN_LOSSES), axis("penalty_weight", LGAN_WEIGHTS)
    fields = _fields(dataset, scale, {"regularizer": "maxgp", **fields})
    return grid(seeds, *axes, **fields)


@with_seeds
def gran_k(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """GraN's constant K under RMSProp and Adam: 3 losses x 2 x 5 per seed."""
    axes = axis("loss", GRAN_LOSSES), axis("lipschitz_k", GRAN_K)
    fields = _fields(dataset, scale, {"regularizer": "gran", **fields})
    return grid(seeds, axis("optimizer", GRAN_OPTIMIZERS), *axes, **fields)


@with_seeds
def gran_epsilon(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """The grid of ``gran_k`` with an epsilon of 1e-6."""
    return gran_k(dataset, scale, seeds, **{"regularizer": "gran_tiny_eps", **fields})


@with_seeds
def gradient_fields(
    dataset: str = "toy2d_ring",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    *,
    losses: Sequence[str] = FIELD_LOSSES,
    regularizers: Sequence[str] = FIELD_REGULARIZERS,
    **fields: Any,
) -> list[Config]:
    """Critics of a frozen generator: 8 losses with and without regularizer."""
    axes = axis("regularizer", regularizers), axis("loss", losses)
    fields |= {"dataset": dataset, "scale": scale, "lr_g": 0.0}
    return grid(seeds, *axes, **fields)


def strength(config: Config) -> float:
    """The number that sets how tight this config's regularizer is."""
    field, _ = ROADS[config.regularizer]
    return float(getattr(config, field))
