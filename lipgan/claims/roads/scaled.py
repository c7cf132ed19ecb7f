"""Domain scaling under other regularizers: the domain moves, all else stays."""

from collections.abc import Sequence

from lipgan import experiments
from lipgan.claims import domains, measures
from lipgan.claims.base import Change, Check, Claim
from lipgan.claims.measures import middle_of
from lipgan.claims.roads.criteria import (
    LINEAR,
    PAGE,
    WHERE,
    WORKS,
    cells,
    curve_points,
    distance,
)
from lipgan.config import Config
from lipgan.experiments import strength
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

SEPARATED = 0.3  # by which one rank correlation must exceed the other


def scaled_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Six regularizers at their middle strength, alpha small, 1 and large."""
    return [
        *experiments.roads(scale=scale, seeds=seeds),
        *experiments.roads_scaled(scale=scale, seeds=seeds),
    ]


def scaled_checks(runs: Sequence[Run]) -> list[Check]:
    """Alpha moves the domain at a fixed regularizer: distance must follow it."""
    own = [r for r in runs if _is_scaled_cell(r.config)]
    seeds = sorted({r.config.seed for r in own})
    parts = [own, *([r for r in own if r.config.seed == s] for s in seeds)]
    rho = []
    for part in parts:
        _, bends, slopes, distances = zip(*curve_points(part), strict=True)
        by = measures.rank_correlation
        rho.append((by(bends, distances), by(slopes, distances)))
    return [
        Check(
            f"over {len(curve_points(own))} cells of six regularizers at their middle "
            "strength and alpha = 1e-3, 1 and 1e3 the rank correlation of the distance "
            "with the non-linearity exceeds that with the slope by "
            f"{SEPARATED:g}, on every seed",
            "; ".join(f"{a:.2f} and {b:.2f}" for a, b in rho)
            + " (all, then single seeds)",
            all(a >= b + SEPARATED for a, b in rho),
        )
    ]


def _is_scaled_cell(config: Config) -> bool:
    name = config.regularizer
    return (
        name in experiments.SCALED_ROADS
        and config.loss != "wgan"
        and strength(config) == experiments.ROADS[name][1][1]
    )


def _named(cell: tuple) -> str:
    return f", {LOSSES[cell[1]].label} {REGULARIZERS[cell[0]].label}"


def along_the_curve_checks(runs: Sequence[Run]) -> list[Check]:
    """Domain scaling at a fixed regularizer: less of the loss mends, more breaks."""
    name, constant = measures.distance_metric(runs), measures.constant_distance(runs)
    groups = cells(runs)
    found = {k: distance(g, name) for k, g in groups.items()}
    small, large = experiments.ROADS_ALPHAS
    plain = [
        (reg, loss, experiments.ROADS[reg][1][1])
        for reg in experiments.SCALED_ROADS
        for loss in experiments.ROADS_LOSSES
        if loss != "wgan"
    ]
    works, breaks, mended, still = [], [], [], []
    for cell in plain:
        less, same, more = (found[*cell, alpha] for alpha in (small, 1.0, large))
        bend = middle_of([domains.nonlinearity(r) for r in groups[*cell, small]])
        if bend < LINEAR:
            works.append(not measures.is_broken(less, constant))
        else:
            still.append(cell)
        breaks.append(more > same)
        if measures.is_broken(same, constant):
            mended.append(not measures.is_broken(less, constant))
    return [
        Check(
            f"at alpha = {small:g} {WORKS:.0%} of the cells whose non-linearity is "
            f"below {LINEAR:g} there work",
            f"{sum(works)} of {len(works)}; alpha leaves {len(still)} others bent"
            + "".join(
                f", {LOSSES[c[1]].label} {REGULARIZERS[c[0]].label}" for c in still
            ),
            bool(works) and sum(works) >= WORKS * len(works),
        ),
        Check(
            f"at alpha = {large:g} {WORKS:.0%} are worse than at alpha = 1",
            f"{sum(breaks)} of {len(breaks)}",
            sum(breaks) >= WORKS * len(breaks),
        ),
        Check(
            "a smaller alpha mends what is broken at alpha = 1",
            f"{sum(mended)} of {len(mended)}",
            bool(mended) and all(mended),
            untestable="" if mended else "no cell is broken at alpha = 1",
        ),
    ]


CLAIMS: dict[str, Claim] = {
    "scaled_curve": Claim(
        "Where domain scaling moves the domain alone, quality follows how linear the "
        "loss is on it, under six regularizers",
        f"{WHERE}; Sec. 3.2",
        "distances that follow the slope of the discriminator instead",
        PAGE,
        scaled_configs,
        scaled_checks,
        of_paper=False,
        post_hoc=True,
        settled_by="new seeds: the criterion was written when these were known.",
    ),
    "along_the_curve": Claim(
        "At a fixed regularizer of any kind, less of the loss mends and more breaks",
        f"{WHERE}; Sec. 3.2",
        "cells that stay broken on an almost linear piece, or that do not mind a long "
        "one",
        PAGE,
        scaled_configs,
        along_the_curve_checks,
        of_paper=False,
        settled_by="cells of one regularizer that fail with a straight loss, while "
        "those of all others work, speak against that regularizer with a linear loss, "
        "not for the bend: its WGAN cells on the same page should fail as well.",
        changes=(
            Change(
                "2026-11-26",
                "at α = 1e-3 95 % of all cells work",
                "not reproduced",
                "its four failures are GraN's, whose scores grow until the loss bends "
                "again (non-linearity 0.17 to 0.79): they are no almost linear cells.",
            ),
        ),
    ),
}
