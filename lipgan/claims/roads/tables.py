"""Other roads to a Lipschitz constraint: what was measured, and its tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from lipgan.claims import domains, measures
from lipgan.claims.measures import middle_of
from lipgan.claims.roads import criteria
from lipgan.experiments import ROADS, ROADS_ALPHAS
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

STRENGTHS = ("tightest", "middle", "loosest")  # the order of ``experiments.ROADS``


@dataclass(frozen=True)
class RoadCell:
    """One regularizer at one strength under one scaled loss, with all its seeds.

    Attributes:
        regularizer: key of ``REGULARIZERS``.
        loss: key of ``LOSSES``.
        strength: the number that ``experiments.ROADS`` varies, k or lambda.
        alpha: domain scaling.
        runs: one per seed.
        bends: non-linearity of the loss on its attained domain per seed, 0 to 2; NaN
            where no finite domain was recorded.
        slopes: measured slope of the discriminator per seed; infinite if it diverged.
        distances: Frechet distance per seed; infinite if it diverged.
        label: of that distance, for an axis.
        constant: distance of a constant image.
    """

    regularizer: str
    loss: str
    strength: float
    alpha: float
    runs: tuple[Run, ...]
    bends: tuple[float, ...]
    slopes: tuple[float, ...]
    distances: tuple[float, ...]
    label: str
    constant: float

    @property
    def bend(self) -> float:
        """Median non-linearity over the seeds that have one, else NaN."""
        return middle_of(self.bends)

    @property
    def slope(self) -> float:
        """Median slope over seeds; infinite where most diverged."""
        return median(self.slopes)

    @property
    def distance(self) -> float:
        """Median distance over seeds; infinite where most diverged."""
        return median(self.distances)

    @property
    def broken(self) -> bool:
        """True for a median distance of a third of the constant image's or more."""
        return measures.is_broken(self.distance, self.constant)

    @property
    def width(self) -> float:
        """Median over seeds of Omega's late width, as ``roads_shrink`` takes it."""
        with np.errstate(invalid="ignore"):  # scores of a diverged run are infinite
            return middle_of([domains.late_width(r) for r in self.runs])


def road_cells(runs: Sequence[Run]) -> list[RoadCell]:
    """The cells of ``experiments.roads`` and ``roads_scaled``, measured once."""
    name, constant = measures.distance_metric(runs), measures.constant_distance(runs)
    label = measures.distance_label(runs)
    return [
        RoadCell(
            *key,
            runs=tuple(group),
            bends=tuple(domains.nonlinearity(r) for r in group),
            slopes=tuple(r.metrics.get("lipschitz_gradient", math.inf) for r in group),
            distances=tuple(math.inf if r.diverged else r.metrics[name] for r in group),
            label=label,
            constant=constant,
        )
        for key, group in criteria.cells(runs).items()
    ]


def road_widths(cells: Sequence[RoadCell]) -> pd.DataFrame:
    """Width of Omega per regularizer and strength at alpha = 1.

    Medians over seeds, for all losses; the last column is what ``roads_shrink``
    judges: loosest over tightest, median over the losses.
    """
    width = {(c.regularizer, c.loss, c.strength): c.width for c in _plain(cells)}
    rows = {}
    for name, (field, values) in ROADS.items():
        losses = [loss for reg, loss, s in width if (reg, s) == (name, values[0])]
        ratios = [
            _over(width[name, loss, values[-1]], width[name, loss, values[0]])
            for loss in losses
        ]
        listed = ", ".join(f"{value:g}" for value in values)
        row: dict[str, Any] = {"strengths": f"{_symbol(field)} = {listed}"}
        row |= {
            title: [width[name, loss, value] for loss in losses]
            for title, value in zip(STRENGTHS, values, strict=True)
        }
        row["loosest / tightest"] = middle_of(ratios)
        rows[REGULARIZERS[name].label] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def _over(width: float, tightest: float) -> float:
    """Their ratio; NaN where all scores of the tightest are recorded as one number."""
    return width / tightest if tightest else math.nan


def road_counts(cells: Sequence[RoadCell]) -> pd.DataFrame:
    """Cells at alpha = 1 that work and that are broken, by non-linearity.

    Beside them the distances of the almost linear cells.
    """
    low, high = criteria.LINEAR, criteria.CURVED
    parts = {
        f"below {low:g}": lambda bend: bend < low,
        f"{low:g} to {high:g}": lambda bend: low <= bend < high,
        f"at least {high:g}": lambda bend: bend >= high,
        "never finite": math.isnan,
    }
    plain = _plain(cells)
    groups = {
        REGULARIZERS[name].label: [c for c in plain if c.regularizer == name]
        for name in ROADS
    }
    rows = {}
    for label, own in {**groups, "all": plain}.items():
        row = {
            title: _works([c for c in own if fits(c.bend)])
            for title, fits in parts.items()
        }
        linear = [c.distance for c in own if c.bend < low]
        rows[label] = row | {f"distance below {low:g}": linear}
    return pd.DataFrame.from_dict(rows, orient="index")


def _works(cells: Sequence[RoadCell]) -> str:
    broken = sum(c.broken for c in cells)
    return f"{len(cells) - broken} work, {broken} broken" if cells else "–"


def road_correlations(cells: Sequence[RoadCell]) -> pd.DataFrame:
    """Rank correlation of the distance with non-linearity and slope at alpha = 1.

    Over all cells, over those of the curved losses, seed by seed and regularizer by
    regularizer: the values per seed are the spread. Cells without a finite domain are
    left out, as ``one_curve`` does.
    """
    plain = _plain(cells)
    curved = [c for c in plain if c.loss != "wgan"]
    groups = {
        ("medians over seeds", "all"): _medians(plain),
        ("medians over seeds", "without WGAN"): _medians(curved),
    }
    for seed in sorted({r.config.seed for c in plain for r in c.runs}):
        groups["one seed", f"{seed}"] = _of_seed(plain, seed)
    for name in ROADS:
        own = [c for c in plain if c.regularizer == name]
        groups["one regularizer", REGULARIZERS[name].label] = _medians(own)
    rows = {}
    for group, points in groups.items():
        by_bend, by_slope = correlations(points)
        rows[group] = {
            "cells": len(points),
            "non-linearity": by_bend,
            "slope of the discriminator": by_slope,
            "difference": by_bend - by_slope,
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["over", ""])
    return table


Point = tuple[float, float, float]  # non-linearity, slope, distance


def correlations(points: Sequence[Point]) -> tuple[float, float]:
    """Spearman's rho of the distance with non-linearity and with slope, else NaN."""
    if not points:
        return math.nan, math.nan
    bends, slopes, distances = zip(*points, strict=True)
    return (
        measures.rank_correlation(bends, distances),
        measures.rank_correlation(slopes, distances),
    )


def _medians(cells: Sequence[RoadCell]) -> list[Point]:
    found = [(c.bend, c.slope, c.distance) for c in cells]
    return [point for point in found if not math.isnan(point[0])]


def _of_seed(cells: Sequence[RoadCell], seed: int) -> list[Point]:
    return [
        (bend, slope, distance)
        for c in cells
        for run, bend, slope, distance in zip(
            c.runs, c.bends, c.slopes, c.distances, strict=True
        )
        if run.config.seed == seed and not math.isnan(bend)
    ]


def road_scaling(cells: Sequence[RoadCell]) -> pd.DataFrame:
    """Non-linearity and distance at a fixed regularizer and strength, alpha across.

    The median over seeds of the non-linearity, the distances of all seeds.
    """
    found = {(c.regularizer, c.loss, c.strength, c.alpha): c for c in cells}
    alphas = sorted((1.0, *ROADS_ALPHAS))
    scaled = [key[:3] for key in found if key[3] != 1]
    rows = {}
    for name, loss, strength in dict.fromkeys(scaled):
        label = f"{REGULARIZERS[name].label}, {_symbol(ROADS[name][0])} = {strength:g}"
        row: dict[tuple[str, str], Any] = {}
        for alpha in alphas:
            cell = found[name, loss, strength, alpha]
            row[f"α = {alpha:g}", "non-linearity"] = cell.bend
            row[f"α = {alpha:g}", "distance"] = cell.distances
        rows[label, LOSSES[loss].label] = row
    table = pd.DataFrame(list(rows.values()))
    table.index = pd.MultiIndex.from_tuples(rows, names=["regularizer", "loss"])
    table.columns = pd.MultiIndex.from_tuples(table.columns)
    return table


def _plain(cells: Sequence[RoadCell]) -> list[RoadCell]:
    return [c for c in cells if c.alpha == 1]


def _symbol(field: str) -> str:
    return "k" if field == "lipschitz_k" else "λ"
