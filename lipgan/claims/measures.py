"""What verdicts, tables and figures read off recorded runs."""

import math
from collections.abc import Sequence
from statistics import median

import torch

from lipgan import data, metrics
from lipgan.claims.frame import families, values_by
from lipgan.claims.published import BROKEN_SHARE, TABLE3, Cell
from lipgan.gan.losses import LOSSES
from lipgan.gan.models import POINT_START
from lipgan.metrics import MetricName
from lipgan.runs import Run

CRASHED_DENSITY = 0.1
COLLAPSED_COVERAGE = 0.5


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
    constant = constant_distance(runs)
    return [c for c, d in cell_medians(runs).items() if not is_broken(d, constant)]


def metric(run: Run, family: str) -> float:
    """The metric of this family, whatever its protocol; NaN where there is none.

    Families are ``fd``, ``is``, ``kid``, ``density``, ``coverage``, ``class_coverage``,
    ``pixel_variance``, ``neural_divergence`` and ``w1``; names go on with the protocol
    (``kid_digits_2k``; ``kid_mnist_2k_10k`` where it used a part of the real images).
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


def is_broken(distance: float, constant: float) -> bool:
    """True for a distance of at least a third of the constant image's, or NaN."""
    return not distance < BROKEN_SHARE * constant


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


def width_ratio(run: Run) -> float:
    """Measured width of Omega over Theorem 1's bound with K from exact layer norms."""
    inputs = run.config.image_size**2 * run.config.channels
    bound = metrics.domain_bound(run.metrics["lipschitz_layers"], inputs)
    return run.metrics["domain_width"] / bound


def slope_ratio(run: Run) -> float:
    """Width of Psi (real term, last moment) over Corollary 1's bound; 0 for WGAN."""
    config, last = run.config, {k: v[-1] for k, v in run.history.items()}
    low, high = last["score_real_min"], last["score_real_max"]
    term = LOSSES[config.loss].d_real
    inputs = config.image_size**2 * config.channels
    width = config.alpha * metrics.domain_bound(run.metrics["lipschitz_layers"], inputs)
    bound = metrics.slope_interval_bound(
        term, config.alpha * low, config.alpha * high, width
    )
    attained = last["slope_real_max"] - last["slope_real_min"]
    return attained / bound if bound > 0 else 0.0


def toy_start() -> float:
    """Initial distance of the toy's point from the data's geometric median."""
    center = metrics.geometric_median(data.load("toy2d").x)
    return float((torch.tensor(POINT_START, dtype=torch.float64) - center).norm())


def toy_distance(run: Run) -> float:
    """How far a toy ends from its data; infinite if it diverged.

    One point: distance from the geometric median, averaged over the last tenth of the
    recorded moments. Several modes: exact W1 to the data.
    """
    if run.diverged:
        return math.inf
    if run.config.model != "toy_point":
        return metric(run, "w1")
    center = metrics.geometric_median(data.load(run.config.dataset).x)
    path = torch.tensor(run.history["points"], dtype=torch.float64)[:, 0]
    tail = path[-max(1, len(path) // 10) :]
    return float((tail - center).norm(dim=1).mean())


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


def spread(values: Sequence[float]) -> str:
    """Median and range of the seeds that did not diverge, and how many did."""
    finite = [v for v in values if math.isfinite(v)]
    lost = len(values) - len(finite)
    if not finite:
        return "diverged"
    text = f"{median(finite):.3g}"
    if len(finite) > 1:
        text += f" ({min(finite):.3g} to {max(finite):.3g})"
    return text + (f", {lost} of {len(values)} diverged" if lost else "")
