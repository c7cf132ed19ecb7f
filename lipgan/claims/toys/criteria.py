"""Figure 1: the 2-D toy."""

import math
from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from lipgan import data, experiments, metrics
from lipgan.claims.base import Change, Check, Claim
from lipgan.claims.frame import medians_by
from lipgan.claims.measures import metric
from lipgan.config import Config
from lipgan.gan.losses import LOSSES
from lipgan.gan.models import POINT_START
from lipgan.runs import Run

# The model starts 3.5 from the data's geometric median; a quarter of that is "near",
# and three times the distance at alpha = 1e-10 is "worse".
NEAR_SHARE = 0.25
WORSE_FACTOR = 3.0


def toy_start() -> float:
    """Initial distance of the toy's point from the data's geometric median."""
    start = torch.tensor(POINT_START, dtype=torch.float64)
    return float((start - _center("toy2d")).norm())


@cache
def _center(dataset: str) -> Tensor:
    """The geometric median of points that are the same for every run."""
    return metrics.geometric_median(data.load(dataset).x)


def toy_distance(run: Run) -> float:
    """How far a toy ends from its data; infinite if it diverged.

    One point: distance from the geometric median, averaged over the last tenth of the
    recorded moments. Several modes: exact W1 to the data.
    """
    if run.diverged:
        return math.inf
    if run.config.model != "toy_point":
        return metric(run, "w1")
    center = _center(run.config.dataset)
    path = torch.tensor(run.history["points"], dtype=torch.float64)[:, 0]
    tail = path[-max(1, len(path) // 10) :]
    return float((tail - center).norm(dim=1).mean())


def figure1_checks(runs: Sequence[Run]) -> list[Check]:
    """Figure 1: near at alpha of at most 1, lost at 1e10, one point and eight modes."""
    points = _toy_medians([r for r in runs if r.config.dataset == "toy2d"])
    ring = _toy_medians([r for r in runs if r.config.dataset != "toy2d"])
    tiny, one, huge = experiments.FIGURE1_ALPHAS
    curved = [loss for loss in experiments.FIGURE1_LOSSES if loss != "wgan"]
    near = NEAR_SHARE * toy_start()
    ends = {(k, a): points[k, a] for k, a in points if a in (tiny, one)}
    missed = [f"{LOSSES[k].label} α={a:g}" for (k, a), d in ends.items() if d > near]
    farther = [k for k in curved if points[k, huge] > near]
    usual = [k for k in curved if ring[k, one] <= WORSE_FACTOR * ring[k, tiny]]
    lost = [k for k in curved if ring[k, huge] > WORSE_FACTOR * ring[k, tiny]]
    return [
        Check(
            f"one point: at alpha = 1e-10 and 1 every loss ends within {near:.2f} of "
            f"the data's geometric median ({NEAR_SHARE:.0%} of the initial distance)",
            f"the farthest ends {max(ends.values()):.2f} away"
            + "".join(f", {m} missed" for m in missed),
            not missed,
        ),
        Check(
            f"one point: at 1e10 every loss but WGAN ends farther away than {near:.2f}",
            f"{len(farther)} of {len(curved)}: " + _listed(points, curved, huge),
            len(farther) == len(curved),
        ),
        Check(
            "eight modes: at 1e10 every loss but WGAN ends at least "
            f"{WORSE_FACTOR:g} times as far from the data (W1) as at 1e-10",
            f"{len(lost)} of {len(curved)}: " + _listed(ring, curved, huge),
            len(lost) == len(curved),
        ),
        Check(
            "eight modes: at alpha = 1 every loss but WGAN is within "
            f"{WORSE_FACTOR:g} times its distance at 1e-10",
            f"{len(usual)} of {len(curved)}: at 1 {_listed(ring, curved, one)}; at "
            f"1e-10 {_listed(ring, curved, tiny)}",
            len(usual) == len(curved),
        ),
    ]


def _toy_medians(runs: Sequence[Run]) -> dict[tuple[str, float], float]:
    return medians_by(runs, toy_distance, "loss", "alpha")


def _listed(cells: dict, losses: Sequence[str], alpha: float) -> str:
    """The distances of some losses at one alpha, as words."""
    shown = {k: cells[k, alpha] for k in losses}
    return ", ".join(
        f"{LOSSES[k].label} {'diverged' if math.isinf(d) else f'{d:.2f}'}"
        for k, d in shown.items()
    )


def _toys(scale: str, seeds: Sequence[int]) -> list[Config]:
    return [
        config
        for dataset in experiments.FIGURE1_K
        for config in experiments.figure1(dataset, scale, seeds)
    ]


CLAIMS: dict[str, Claim] = {
    "figure1": Claim(
        "On a 2-D toy every loss works while its domain is nearly linear and fails "
        "when the domain is enlarged",
        "Figure 1",
        "a loss that fails at α = 1e-10, or one with curvature that succeeds at 1e10",
        "03_toys",
        _toys,
        figure1_checks,
        live=True,
        settled_by=(
            "One point fails to reach its data only where the loss turns around or "
            "explodes: NS keeps the sign of its slope. The eight modes need k = 10, "
            "for which α = 1 is no small domain; the k of Figure 1, which the paper "
            "does not give, decides."
        ),
        changes=(
            Change(
                "2026-11-26",
                "at 1e10 every curved loss ends farther from one point than at 1e-10, "
                "by whatever factor; eight modes at α = 1 were not judged",
                "reproduced",
                "NS counted as failing at 0.39 where 0.87 was called near.",
            ),
        ),
    ),
}
