"""Distances and failures of recorded runs, by cell; how two orders of cells agree."""

import math
from collections.abc import Sequence
from statistics import median

from lipgan.claims.frame import families, values_by
from lipgan.claims.published import BROKEN_SHARE, LARGE_BROKEN_SHARE, TABLE3, Cell
from lipgan.metrics import MetricName
from lipgan.runs import Run

CRASHED_DENSITY = 0.1
COLLAPSED_COVERAGE = 0.5

LARGE = 32  # pixels a side from which images have criteria of their own


def distance_metric(runs: Sequence[Run]) -> str:
    """Name of the Frechet distance in these runs' metrics."""
    names = {
        name
        for run in runs
        for name in run.metrics
        if MetricName.parse(name).is_distance
    }
    if len(names) != 1:
        raise ValueError(f"runs: expected one Frechet distance, found {sorted(names)}")
    return names.pop()


def distance_label(runs: Sequence[Run]) -> str:
    """That name for an axis: ``FD on digits features``; ``FID`` on Inception's."""
    name = MetricName.parse(distance_metric(runs))
    return "FID" if name.family == "fid" else f"FD on {name.features} features"


def constant_distance(runs: Sequence[Run]) -> float:
    """Distance of a black image, as recorded with these runs."""
    features = MetricName.parse(distance_metric(runs)).features
    return runs[0].metrics[str(MetricName.distance(features, constant=True))]


def distances_by(runs: Sequence[Run], *fields: str) -> dict[tuple, list[float]]:
    """Values of these config fields -> distance per seed; infinite if it diverged."""
    distance_metric(runs)  # two of them could not be compared
    return values_by(runs, "distance", *fields)


def cell_distances(runs: Sequence[Run]) -> dict[Cell, list[float]]:
    """(loss, k_SN) -> distance per seed; infinite for a run that diverged."""
    return distances_by(runs, "loss", "lipschitz_k")


def cell_medians(runs: Sequence[Run]) -> dict[Cell, float]:
    """(loss, k_SN) -> median distance over seeds, where divergence counts as worst."""
    return {cell: median(values) for cell, values in cell_distances(runs).items()}


def working_cells(runs: Sequence[Run]) -> list[Cell]:
    """The cells whose median distance is not broken."""
    known = constant_distance(runs), broken_share(runs)
    return [c for c, d in cell_medians(runs).items() if not is_broken(d, *known)]


def metric(run: Run, family: str) -> float:
    """The metric of this family, whatever its protocol; NaN where there is none.

    Families are ``fd``, ``is``, ``kid``, ``density``, ``coverage``, ``class_coverage``,
    ``precision``, ``recall``, ``pixel_variance``, ``neural_divergence`` and ``w1``;
    names go on with the protocol (``kid_digits_2k``; ``kid_mnist_2k_10k`` where it used
    a part of the real images). Records made before a metric was added lack it.
    """
    return families(run).get(family, math.nan)


def metric_medians(runs: Sequence[Run], family: str, worst: int) -> dict[Cell, float]:
    """(loss, k_SN) -> median of a metric over seeds.

    Args:
        runs: runs of Table 3.
        family: see ``metric``.
        worst: 1 where a large value is bad, -1 where a small one is; runs that
            diverged get that infinity.
    """

    def measured(run: Run) -> float:
        return worst * math.inf if run.diverged else metric(run, family)

    cells = values_by(runs, measured, "loss", "lipschitz_k")
    return {cell: median(values) for cell, values in cells.items()}


def failure(run: Run) -> str:
    """How a run failed, if it did: diverged or ``crashed``, ``collapsed``, ``none``.

    Density and coverage (Naeem et al. 2020) tell fidelity from diversity: samples
    outside the real data's neighborhoods are a crash, samples inside that reach less
    than half of it are a collapse. Non-finite scores count as a crash.
    """
    if run.diverged or not metric(run, "density") >= CRASHED_DENSITY:
        return "crashed"
    return "collapsed" if metric(run, "coverage") < COLLAPSED_COVERAGE else "none"


def is_broken(distance: float, constant: float, share: float = BROKEN_SHARE) -> bool:
    """True for a distance of at least this share of the constant image's, or NaN."""
    return not distance < share * constant


def broken_share(runs: Sequence[Run]) -> float:
    """The share that the criteria of these runs' data set call broken.

    A third on digits, and half on images of 32 x 32 pixels, whose features leave less
    room between a working cell and a constant image.
    """
    return BROKEN_SHARE if runs[0].config.image_size < LARGE else LARGE_BROKEN_SHARE


def middle_of(values: Sequence[float]) -> float:
    """Median of the values that are numbers; NaN if none is."""
    known = [v for v in values if not math.isnan(v)]
    return median(known) if known else math.nan


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float:
    """Spearman's rho; NaN where a value is NaN or one side constant (all diverged)."""
    from scipy.stats import spearmanr

    missing = any(map(math.isnan, [*a, *b]))
    if missing or len(set(a)) < 2 or len(set(b)) < 2:
        return math.nan
    return float(spearmanr(a, b)[0])


def rank_correlations(medians: dict[Cell, float]) -> dict[str, float]:
    """Spearman's rho with each of the paper's data sets, diverged cells tied last."""
    return {
        dataset: rank_correlation([medians[c] for c in column], list(column.values()))
        for dataset, column in TABLE3.items()
    }


def cell_seconds(runs: Sequence[Run]) -> dict[tuple[str, int], float]:
    """Seconds of training per run: those of a cohort over its members.

    Every cohort counts once, whichever of its members are given.

    Returns:
        By data set and number of steps; over all machines that these runs come from.
    """
    cohorts: dict[tuple[str, int], set[tuple[str, float, int]]] = {}
    for run in runs:
        where = run.provenance
        key = (run.config.dataset, run.config.num_steps)
        cohort = where["finished"], where["cohort_seconds"], where["cohort_size"]
        cohorts.setdefault(key, set()).add(cohort)
    return {
        key: sum(seconds for _, seconds, _ in found) / sum(n for _, _, n in found)
        for key, found in cohorts.items()
    }


def discriminator_layers(runs: Sequence[Run]) -> float:
    """Layers of the discriminator, from a record; NaN without one."""
    counts = {len(run.history["sigma"][0]) for run in runs if run.history.get("sigma")}
    return float(counts.pop()) if len(counts) == 1 else math.nan
