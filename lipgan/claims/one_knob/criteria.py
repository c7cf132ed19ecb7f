"""k and alpha are one knob, and what the paper's two tables then say."""

import math
from collections.abc import Iterable, Sequence
from statistics import median

from lipgan import experiments
from lipgan.claims.base import Check, Claim
from lipgan.claims.measures import constant_distance, distance_metric, is_broken
from lipgan.config import Config
from lipgan.experiments import BENT_LOSSES, knob
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

TOGETHER = 1.25  # largest over smallest distance of a column that fell together
MOST = 0.95  # of the columns
APART = 1.5  # distance at k = 50 over that at k = 1, biases as they are
BETTER = 0.9  # of WGAN's distance
SHORT, ALIKE = 0.1, 2.0  # alpha k^n of a scaled domain, and times over k
NEAR_STRAIGHT = (0.1, 1.0, 10.0)  # alpha k^n at which a bent loss must beat WGAN
Column = tuple[str, float]  # loss, alpha k^n; 0 for WGAN, which has no use for it


def one_knob_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Columns of one alpha k^n over k, and the plane that its page draws."""
    asked = experiments.collapse(scale=scale, seeds=seeds)
    return list(dict.fromkeys(asked + experiments.plane(scale=scale, seeds=seeds)))


def distance_of(run: Run, name: str) -> float:
    """Its distance by the name of the metric; infinite if it diverged."""
    return math.inf if run.diverged else run.metrics[name]


def columns(
    runs: Sequence[Run], biases: str, optimizer: str = "rmsprop"
) -> dict[Column, dict[float, list[float]]]:
    """(loss, alpha k^n) -> k -> distance per seed, of one kind of biases.

    At k = 1 scaled biases are biases as they are.
    """
    name = distance_metric(runs)
    found: dict[Column, dict[float, list[float]]] = {}
    for run in runs:
        c = run.config
        same = c.d_biases == biases or (
            (c.d_biases, biases, c.lipschitz_k) == ("own", "scaled", 1.0)
        )
        if same and c.optimizer == optimizer and _in_a_column(c):
            column = (c.loss, 0.0 if c.loss == "wgan" else knob(c))
            by_k = found.setdefault(column, {})
            by_k.setdefault(c.lipschitz_k, []).append(distance_of(run, name))
    return found


def _in_a_column(config: Config) -> bool:
    """Whether it is of the columns that are compared, not of the plane alone."""
    known = config.loss == "wgan" or knob(config) in experiments.COLLAPSE_KNOBS
    return known and config.lipschitz_k in experiments.COLLAPSE_K


def spread_over_k(by_k: dict[float, list[float]]) -> float:
    """Largest over smallest median distance of a column."""
    medians = [median(values) for values in by_k.values()]
    return max(medians) / min(medians)


def working(
    found: dict[Column, dict[float, list[float]]], constant: float
) -> dict[Column, float]:
    """Spread of each column whose typical cell is not broken."""
    return {
        column: spread_over_k(by_k)
        for column, by_k in found.items()
        if not is_broken(median(median(v) for v in by_k.values()), constant)
    }


def pooled(by_k: dict[float, list[float]]) -> float:
    """Median over all k and seeds of a column."""
    return median(value for values in by_k.values() for value in values)


def price_of_biases(runs: Sequence[Run], loss: str) -> float:
    """Median distance at k = 50 over that at k = 1 at alpha k^n = 1, biases as are."""
    column = columns(runs, "own")[loss, 1.0]
    largest, one = max(experiments.COLLAPSE_K), 1.0
    return median(column[largest]) / median(column[one])


def best_over_wgan(runs: Sequence[Run]) -> dict[str, tuple[float, float]]:
    """Loss -> the alpha k^n of its least distance, and that distance over WGAN's.

    Scaled biases; among ``NEAR_STRAIGHT``; medians over all k and seeds.
    """
    found = columns(runs, "scaled")
    wgan = pooled(found["wgan", 0.0])
    best = {}
    for loss in BENT_LOSSES:
        least = min(NEAR_STRAIGHT, key=lambda value: pooled(found[loss, value]))
        best[loss] = least, pooled(found[loss, least]) / wgan
    return best


def _within(spreads: Iterable[float]) -> list[bool]:
    return [spread <= TOGETHER for spread in spreads]


def one_knob_checks(runs: Sequence[Run]) -> list[Check]:
    """The columns fall together where the symmetry holds, and not where it does not."""
    constant = constant_distance(runs)
    scaled = _within(working(columns(runs, "scaled"), constant).values())
    sgd = _within(working(columns(runs, "scaled", "sgd"), constant).values())
    prices = {loss: price_of_biases(runs, loss) for loss in BENT_LOSSES}
    best = best_over_wgan(runs)
    return [
        Check(
            f"with biases' steps scaled by k^layer, k does not matter at a given αk³: "
            f"largest over smallest distance over k at most {TOGETHER:g} in at least "
            f"{MOST:.0%} of the columns that work",
            f"in {sum(scaled)} of {len(scaled)} columns",
            bool(scaled) and sum(scaled) >= MOST * len(scaled),
        ),
        Check(
            f"with biases as they are k = 50 is at least {APART:g} times as far as "
            "k = 1, at αk³ = 1, for every loss",
            _listed(prices),
            min(prices.values()) >= APART,
        ),
        Check(
            f"every bent loss has an αk³ between 0.1 and 10 at which it is at most "
            f"{BETTER:g} times as far as WGAN",
            ", ".join(
                f"{LOSSES[loss].label} {ratio:.2f} at {value:g}"
                for loss, (value, ratio) in best.items()
            ),
            all(ratio <= BETTER for _, ratio in best.values()),
        ),
        Check(
            "under SGD, which sees how large a gradient is, the columns do not fall "
            f"together: less than half of those that work are within {TOGETHER:g}",
            f"{sum(sgd)} of {len(sgd)} columns are",
            bool(sgd) and sum(sgd) < len(sgd) / 2,
        ),
    ]


def _listed(values: dict[str, float]) -> str:
    return ", ".join(f"{LOSSES[loss].label} {v:.2f}" for loss, v in values.items())


def plane_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    """Four losses over the plane of k and alpha k^n, and WGAN at every k."""
    return experiments.plane(scale=scale, seeds=seeds)


def scaling_range_checks(runs: Sequence[Run]) -> list[Check]:
    """Sec. 4.3: with a scaled domain every loss trains for a wide range of k."""
    constant, name = constant_distance(runs), distance_metric(runs)
    scaled: dict[str, dict[float, list[float]]] = {}
    for run in runs:
        c = run.config
        if c.loss in BENT_LOSSES and knob(c) == SHORT:
            by_k = scaled.setdefault(c.loss, {})
            by_k.setdefault(c.lipschitz_k, []).append(distance_of(run, name))
    cells = [median(v) for by_k in scaled.values() for v in by_k.values()]
    works = sum(not is_broken(distance, constant) for distance in cells)
    spreads = {loss: spread_over_k(by_k) for loss, by_k in scaled.items()}
    ks = sorted(next(iter(scaled.values())))
    return [
        Check(
            f"with α such that αk³ = {SHORT:g}, NS, LS#, COS and EXP work at every k "
            f"from {ks[0]:g} to {ks[-1]:g}",
            f"{works} of {len(cells)} cells",
            works == len(cells),
        ),
        Check(
            f"there each is at its worst k at most {ALIKE:g} times as far as at its "
            "best",
            _listed(spreads) + " times",
            max(spreads.values()) <= ALIKE,
        ),
    ]


CLAIMS: dict[str, Claim] = {
    "scaling_range": Claim(
        "With domain scaling every loss trains for a wide range of K",
        "Sec. 1; Sec. 4.3",
        "a k at which a loss does not train however short its domain is made",
        "13_one_knob",
        plane_configs,
        scaling_range_checks,
        post_hoc=True,
    ),
    "one_knob": Claim(
        "Under spectral normalization and RMSProp, k and α are one knob, αkⁿ, up to "
        "the discriminator's biases; its best place is a loss that is nearly, not "
        "completely, straight",
        "a symmetry of the paper's setting, which the paper does not state",
        "columns of equal αk³ that differ over k with scaled biases; columns that fall "
        "together under SGD; WGAN as good as the best bent loss",
        "13_one_knob",
        one_knob_configs,
        one_knob_checks,
        seeds=3,
        of_paper=False,
    ),
}
