"""What the exercises "Break it" of the book train, by page.

Their solutions quote these runs; ``lipgan.claims.exercises`` finds them.
"""

from typing import Any

from lipgan.config import Config
from lipgan.experiments.grids import Seeds, axis, grid, with_seeds

BREAK_IT_STEPS = 1000  # enough to see what breaks
_BARE: dict[str, Any] = {"regularizer": "none"}
_FAST: dict[str, Any] = {"lr_d": 1e-3}  # as in ``roads``
_SGD: dict[str, Any] = {"optimizer": "sgd", "lr_d": 0.1, "lr_g": 0.1}
_STEEP: dict[str, Any] = {"lipschitz_k": 10.0, "alpha": 1e-3, "d_biases": "scaled"}


def _losses(names: str, *changes: dict) -> list[dict]:
    """Every change for every loss."""
    return [{"loss": name, **change} for name in names.split() for change in changes]


BREAK_IT: dict[str, list[dict]] = {
    "04_domain_against_k": _losses("ns wgan", {}, _BARE),
    "05_fid_against_k": _losses(
        "cos wgan", {}, _BARE, {**_BARE, "num_steps": 4 * BREAK_IT_STEPS}
    ),
    "06_fid_against_alpha": _losses(
        "ns ls_sharp cos exp",
        *({"lipschitz_k": 50.0, "alpha": alpha} for alpha in (1e-9, 1e9)),
    ),
    "07_all_losses_are_one": [
        {"loss": "ls", "lipschitz_k": 50.0, "alpha": 1e-25},
        {"loss": "wgan", "lipschitz_k": 50.0},
    ],
    "08_two_failures": [
        {"loss": "ns"},
        *_losses("ns exp cos", _BARE, {**_BARE, "num_steps": 4 * BREAK_IT_STEPS}),
    ],
    "10_small_k": [
        {"loss": "ns", "lipschitz_k": k, "optimizer": name}
        for k in (0.2, 0.02, 0.002)
        for name in ("rmsprop", "rmsprop_tiny_eps")
    ],
    "11_roads": _losses(
        "exp cos wgan",
        *(
            {"regularizer": "r1", "penalty_weight": weight, **_FAST}
            for weight in (1.0, 1e-6)
        ),
    ),
    "13_one_knob": [
        {"loss": "ns", **place, **optimizer}
        for optimizer in (_SGD, {})
        for place in ({}, _STEEP)
    ],
    "14_what_the_bend_does": [
        {"lipschitz_k": 10.0, **arm}
        for arm in (
            *_losses("ns cos", {}, {"push": "even"}, {"balance": "equal"}),
            {"loss": "cos", "push": "mono"},
            {"loss": "cos", "push": "mono", "balance": "equal"},
        )
    ],
    "system_lgan": _losses(
        "wgan lgan_exp",
        *(
            {"regularizer": "maxgp", "penalty_weight": weight, **_FAST}
            for weight in (0.1, 1e-6)
        ),
    ),
}


@with_seeds
def break_it(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """All that the exercises train on images, each config once."""
    cells = [
        {"num_steps": BREAK_IT_STEPS} | cell
        for page in BREAK_IT.values()
        for cell in page
    ]
    common = {"dataset": dataset, "scale": scale, **fields}
    return list(dict.fromkeys(grid(seeds, [c | common for c in cells])))


@with_seeds
def break_it_toys(
    dataset: str = "toy2d_ring",
    scale: str = "embedded",
    seeds: Seeds = (0,),
    **fields: Any,
) -> list[Config]:
    """What they train on points: steep critics of the ring, beside those of k = 1."""
    axes = axis("lipschitz_k", (1.0, 20.0)), axis("loss", ("ns", "wgan", "exp"))
    fields |= {"dataset": dataset, "scale": scale, "lr_g": 0.0}
    return grid(seeds, *axes, **fields)
