"""Runs that take slope, domain and bend apart; none of them is in the paper.

k and alpha are one knob, alpha * k^n with n layers of the discriminator, up to biases
and the optimizer's epsilon; and what a loss that bends does to the pushes of its
samples can be taken away piece by piece: ``lipgan.gan.push``, ``lipgan.gan.biases``.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from lipgan.config import Config
from lipgan.experiments.grids import axis, grid

LAYERS = 3  # of the discriminator of 8 x 8 images
BENT_LOSSES = ("ns", "ls_sharp", "cos", "exp")
# Long enough to tell what trains from what does not; the tables' 4,000 cost twice.
KNOB_STEPS, MECHANISM_STEPS = 1_500, 2_000
PLANE_K = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
PLANE_KNOBS = tuple(10.0**power for power in range(-6, 7))
COLLAPSE_K = (0.2, 0.5, 1.0, 10.0, 50.0)
COLLAPSE_KNOBS = tuple(10.0**power for power in range(-3, 3))
BIASES_COMPARED = ("own", "frozen", "scaled")
# Without an optimizer that divides by the gradient's size only steps of one size fit.
SGD_K, SGD_KNOBS, SGD_RATE = (0.5, 1.0, 10.0), (0.1, 1.0), 0.1

ARMS = ("own", "norm", "perm", "even", "mono", "tangent")
BALANCES = ("own", "equal")
# (pinned width, k, alpha): a domain held at a width, then cells of the tables.
SETTINGS = (
    *((width, k, 1.0) for width in (3.0, 10.0) for k in (1.0, 50.0)),
    *((0.0, 10.0, 1.0), (0.0, 50.0, 0.1), (0.0, 1.0, 1e3)),
)
# On images of 32 x 32 pixels, which cost ten times as much: one domain that is held,
# one cell that breaks, and the arms that the criteria ask about.
IMAGE_SETTINGS = (SETTINGS[0], SETTINGS[4])
IMAGE_ARMS = (
    *(("own", "own"), ("own", "equal"), ("perm", "equal"), ("even", "own")),
    *(("mono", "own"), ("mono", "equal"), ("tangent", "own")),
)
TURNING = ("ls_sharp", "cos")  # losses whose slope changes its sign


def knob(config: Config) -> float:
    """Alpha * k^n, to three digits: what is left of k and alpha."""
    return float(f"{config.alpha * config.lipschitz_k**LAYERS:.3g}")


def _at(k: float, knob: float) -> dict:
    return {"lipschitz_k": k, "alpha": float(f"{knob / k**LAYERS:.9g}")}


def plane(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Sequence[int] = (0,),
    *,
    losses: Sequence[str] = BENT_LOSSES,
    ks: Sequence[float] = PLANE_K,
    knobs: Sequence[float] = PLANE_KNOBS,
    **fields: Any,
) -> list[Config]:
    """Four losses over the plane of k and alpha k^n, and WGAN at every k, per seed."""
    fields = _shortened(scale, KNOB_STEPS, fields) | {"dataset": dataset}
    ks, knobs = _thinned(scale, ks), _thinned(scale, knobs)
    cells = [_at(k, value) for k, value in product(ks, knobs)]
    straight = grid(seeds, axis("lipschitz_k", ks), loss="wgan", **fields)
    return grid(seeds, axis("loss", losses), cells, **fields) + straight


def collapse(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Sequence[int] = (0,),
    **fields: Any,
) -> list[Config]:
    """Columns of one alpha k^n over k, with three kinds of biases, and under SGD."""
    fields = _shortened(scale, KNOB_STEPS, fields) | {"dataset": dataset}
    found: dict[Config, None] = {}
    for biases in BIASES_COMPARED:
        ks = _thinned(scale, COLLAPSE_K)
        for k, losses in product(ks, (BENT_LOSSES, ("wgan",))):
            knobs = (
                _thinned(scale, COLLAPSE_KNOBS)
                if losses == BENT_LOSSES
                else (k**LAYERS,)
            )
            kind = "own" if (biases, k) == ("scaled", 1.0) else biases
            cells = [_at(k, value) for value in knobs]
            made = grid(seeds, axis("loss", losses), cells, d_biases=kind, **fields)
            found |= dict.fromkeys(made)
    return [*found, *sgd_control(seeds, **fields)]


def sgd_control(seeds: Sequence[int], **fields: Any) -> list[Config]:
    """The columns that must not fall together: plain gradient descent."""
    cells = [_at(k, value) for k, value in product(SGD_K, SGD_KNOBS)]
    fields = {"lr_d": SGD_RATE, "lr_g": SGD_RATE} | fields
    fields |= {"optimizer": "sgd", "d_biases": "scaled"}
    return grid(seeds, axis("loss", BENT_LOSSES), cells, **fields)


def mechanism(
    dataset: str = "digits",
    scale: str = "embedded",
    seeds: Sequence[int] = (100,),
    *,
    losses: Sequence[str] = BENT_LOSSES,
    settings: Iterable[tuple[float, float, float]] = (),
    **fields: Any,
) -> list[Config]:
    """Every arm of every loss at every setting, terms as they are and balanced.

    Arms that are the same training are made once; see ``arm``. Larger images have
    ``IMAGE_ARMS`` and ``IMAGE_SETTINGS`` only, unless ``settings`` are given.
    """
    fields = _shortened(scale, MECHANISM_STEPS, fields) | {"dataset": dataset}
    small = dataset == "digits"
    usual = SETTINGS if small else IMAGE_SETTINGS
    settings = _thinned(scale, list(settings) or usual)
    arms = product(ARMS, BALANCES) if small else IMAGE_ARMS
    made = (
        arm(seed, loss, setting, push, balance, **fields)
        for seed, loss, setting, (push, balance) in product(
            seeds, losses, settings, arms
        )
    )
    return list(dict.fromkeys(made))


def arm(
    seed: int,
    loss: str,
    setting: tuple[float, float, float],
    push: str,
    balance: str = "own",
    **fields: Any,
) -> Config:
    """The run that stands for an arm: one of several that are the same training.

    Equal sizes are balanced already. A loss that does not turn around has the signs
    of L'(0). A mean per term leaves nothing of one over both. A tangent is a straight
    loss, whatever it was one of and wherever its domain lies.

    Args:
        seed: of the run.
        loss: key of ``LOSSES``.
        setting: pinned width, k, alpha.
        push: key of ``PUSHES``.
        balance: ``own`` or ``equal``.
        fields: others of the config.
    """
    width, k, alpha = setting
    if push == "mono" and loss not in TURNING:
        push = "norm"
    if push == "even" and loss not in TURNING:
        push = "tangent"
    if push in ("even", "tangent"):
        balance = "own"
    if push == "norm" and balance == "equal":
        push = "own"
    if push == "tangent":
        loss, width, alpha = BENT_LOSSES[0], 0.0, 1.0
    fields |= {"push": push, "balance": balance, "pinned_width": width}
    return grid(seed, loss=loss, lipschitz_k=k, alpha=alpha, **fields)[0]


def setting_label(setting: tuple[float, float, float]) -> str:
    """How tables call a setting."""
    width, k, alpha = setting
    where = f"W = {width:g}" if width else f"α = {alpha:g}"
    return f"{where}, k = {k:g}"


def _thinned(scale: str, values: Sequence[Any]) -> Sequence[Any]:
    """First, middle and last at smoke scale, which shows that things run."""
    if scale != "smoke" or len(values) < 3:
        return values
    return [values[0], values[len(values) // 2], values[-1]]


def _shortened(scale: str, steps: int, fields: dict[str, Any]) -> dict[str, Any]:
    """Steps of this experiment at the scale that carries its evidence."""
    own = {"num_steps": steps} if scale == "embedded" else {}
    return {"scale": scale} | own | fields
