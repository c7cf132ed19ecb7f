"""What the exercises "Break it" of the book train: page -> name -> fields.

Their solutions quote these runs by name; see ``lipgan.claims.exercises``.
"""

from typing import Any

from lipgan.config import Config
from lipgan.experiments.grids import Seeds, grid, with_seeds

Cells = dict[str, dict[str, Any]]

BREAK_IT_STEPS = 1000  # enough to see what breaks
_BARE: dict[str, Any] = {"regularizer": "none"}
_LONG: dict[str, Any] = {**_BARE, "num_steps": 4 * BREAK_IT_STEPS}
_FAST: dict[str, Any] = {"lr_d": 1e-3}  # as in ``roads``
_HASTY: dict[str, Any] = {"lr_d": 2e-3, "lr_g": 2e-3}
_SGD: dict[str, Any] = {"optimizer": "sgd", "lr_d": 0.1, "lr_g": 0.1}
_STEEP: dict[str, Any] = {"lipschitz_k": 10.0, "alpha": 1e-3, "d_biases": "scaled"}


def _losses(names: str, **changes: dict[str, Any]) -> Cells:
    """Every change for every loss, called ``LOSS-CHANGE``."""
    return {
        f"{loss}-{name}": {"loss": loss, **fields}
        for loss in names.split()
        for name, fields in changes.items()
    }


def _weights(regularizer: str, weight: float) -> Cells:
    """This penalty, and next to none."""
    return {
        name: {"regularizer": regularizer, "penalty_weight": value, **_FAST}
        for name, value in ((regularizer, weight), ("free", 1e-6))
    }


BREAK_IT: dict[str, Cells] = {
    "04_domain_against_k": _losses("ns wgan", sn={}, none=_BARE),
    "05_fid_against_k": _losses("cos wgan", sn={}, none=_BARE, long=_LONG),
    "06_fid_against_alpha": _losses(
        "ns ls_sharp cos exp",
        right={"lipschitz_k": 50.0, "alpha": 1e-9},
        wrong={"lipschitz_k": 50.0, "alpha": 1e9},
    ),
    "07_all_losses_are_one": {
        "ls": {"loss": "ls", "lipschitz_k": 50.0, "alpha": 1e-25},
        "wgan": {"loss": "wgan", "lipschitz_k": 50.0},
    },
    "08_two_failures": {
        "ns-sn": {"loss": "ns"},
        **_losses("ns exp cos", none=_BARE, long=_LONG),
    },
    "10_small_k": {
        f"{k:g}-{name}": {"loss": "ns", "lipschitz_k": k, "optimizer": optimizer}
        for k in (0.2, 0.02, 0.002)
        for name, optimizer in (("eps", "rmsprop"), ("none", "rmsprop_tiny_eps"))
    },
    "11_roads": _losses("exp cos wgan", **_weights("r1", 1.0)),
    "13_one_knob": {
        f"{name}-{where}": {"loss": "ns", **place, **optimizer}
        for name, optimizer in (("sgd", _SGD), ("rmsprop", {}))
        for where, place in (("flat", {}), ("steep", _STEEP))
    },
    "14_what_the_bend_does": {
        name: {"loss": name.partition("-")[0], "lipschitz_k": 10.0, **arm}
        for name, arm in {
            "ns": {},
            "ns-even": {"push": "even"},
            "ns-equal": {"balance": "equal"},
            "cos": {},
            "cos-even": {"push": "even"},
            "cos-equal": {"balance": "equal"},
            "cos-mono": {"push": "mono"},
            "cos-both": {"push": "mono", "balance": "equal"},
        }.items()
    },
    "15_longer_training": {
        f"{loss}-{k:g}": {"loss": loss, "lipschitz_k": k, **_HASTY}
        for loss in ("ns", "wgan")
        for k in (1.0, 10.0)
    },
    "system_lgan": _losses("wgan lgan_exp", **_weights("maxgp", 0.1)),
}
# On points, with the steps of their scale.
BREAK_IT_TOYS: dict[str, Cells] = {
    "12_gradient_fields": {
        f"{loss}-{k:g}": {"loss": loss, "lipschitz_k": k, "lr_g": 0.0}
        for k in (1.0, 20.0)
        for loss in ("ns", "wgan", "exp")
    },
}


@with_seeds
def break_it(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """All that the exercises train on images, each config once."""
    common = {"dataset": dataset, "scale": scale, **fields}
    return _all(BREAK_IT, seeds, {"num_steps": BREAK_IT_STEPS}, common)


@with_seeds
def break_it_toys(
    dataset: str = "toy2d_ring",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """What they train on points: steep critics of the ring, beside those of k = 1."""
    return _all(
        BREAK_IT_TOYS, seeds, {}, {"dataset": dataset, "scale": scale, **fields}
    )


def _all(
    pages: dict[str, Cells], seeds: Seeds, usual: dict[str, Any], common: dict[str, Any]
) -> list[Config]:
    cells = [usual | cell | common for page in pages.values() for cell in page.values()]
    return list(dict.fromkeys(grid(seeds, cells)))


def break_it_runs(page: str) -> dict[str, Config]:
    """The runs that the solution on a page quotes, by name, of seed 0."""
    usual: dict[str, Any]
    if page in BREAK_IT_TOYS:
        cells, usual = BREAK_IT_TOYS[page], {"dataset": "toy2d_ring"}
    else:
        cells, usual = BREAK_IT[page], {"num_steps": BREAK_IT_STEPS}
    return {name: Config(**(usual | cell)) for name, cell in cells.items()}
