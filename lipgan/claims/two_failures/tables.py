"""Tables of Figure 5 and of the bias over input samples."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import pandas as pd

from lipgan.claims import measures
from lipgan.claims.domains import typical
from lipgan.claims.two_failures.criteria import EVEN
from lipgan.data import dataset_spec
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run
from lipgan.training.observe import PROBE_SAMPLES

KINDS = ("none", "collapsed", "crashed")
NUMBERS = {
    "density": "density",
    "coverage": "coverage",
    "classes covered": "class_coverage",
    "pixel variance / data's": "pixel_variance",
}
BIAS = {
    "evenness, real": "evenness_real",
    "evenness, fake": "evenness_fake",
    "push of the favored class": "class_push",
}


def failures_table(runs: Sequence[Run]) -> pd.DataFrame:
    """How the seeds of every alpha and loss failed, and the numbers that decide it."""
    rows = {}
    for (alpha, loss), cell in _cells(runs).items():
        row: dict[str, str | list[float]] = {"what happened": kinds(cell)}
        for title, family in NUMBERS.items():
            row[title] = [
                math.inf if r.diverged else measures.metric(r, family) for r in cell
            ]
        rows[f"α = {alpha:g}", LOSSES[loss].label] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def kinds(runs: Sequence[Run]) -> str:
    """How many of these runs failed in which way, as ``collapsed 2 of 3``."""
    found = [measures.failure(run) for run in runs]
    counts = {kind: found.count(kind) for kind in KINDS if kind in found}
    return ", ".join(
        f"{'no failure' if kind == 'none' else kind} {count} of {len(found)}"
        for kind, count in counts.items()
    )


def bias_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Evenness of slopes and push of the favored class, median over training.

    All seeds; a run whose slopes overflow has none. The last column is the push that
    chance alone would give at that evenness.
    """
    rows: dict[tuple[str, str], dict[str, list[float]]] = {}
    for (alpha, loss), cell in _cells(runs).items():
        row = {k: [typical(r, v) for r in cell] for k, v in BIAS.items()}
        row["the same by chance, about"] = [_chance(r) for r in cell]
        rows[f"α = {alpha:g}", LOSSES[loss].label] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def _chance(run: Run) -> float:
    classes = dataset_spec(run.config.dataset).num_classes
    return push_by_chance(typical(run, "evenness_real"), PROBE_SAMPLES, classes)


def push_by_chance(evenness: float, samples: int, classes: int) -> float:
    """Expected ``metrics.class_push`` of slopes that know nothing of classes.

    The largest of several class means lies above the mean of all even then, the more
    so the more the slopes differ. From the normal approximation of class means, so
    rough where a few samples do all the pushing.

    Args:
        evenness: (mean |s|)^2 / mean s^2, see ``metrics.evenness``.
        samples: how many slopes, in classes of equal size.
        classes: how many classes; NaN is returned for fewer than two.
    """
    if classes < 2 or not evenness > 0:
        return math.nan
    variation = math.sqrt(max(0.0, 1 / evenness - 1))  # standard deviation / mean
    width = variation * math.sqrt(classes / samples)  # that of the mean of one class
    return 1 + width * _expected_maximum(classes)


def _expected_maximum(count: int) -> float:
    """Of ``count`` independent standard normal numbers."""
    step, cdf = 0.01, NormalDist().cdf
    grid = [step * (i + 0.5) for i in range(800)]
    return step * sum(1 - cdf(x) ** count - cdf(-x) ** count for x in grid)


def even_but_failed(runs: Sequence[Run]) -> str:
    """Runs that failed although their slopes on real samples were even, by loss.

    On large images only those that crashed: what works is called collapsed there too.
    """
    failed: dict[str, int] = {}
    for run in runs:
        large = run.config.image_size >= measures.LARGE
        failures = ("crashed",) if large else ("crashed", "collapsed")
        even = typical(run, "evenness_real") >= EVEN
        if even and measures.failure(run) in failures:
            label = f"{LOSSES[run.config.loss].label} at α = {run.config.alpha:g}"
            failed[label] = failed.get(label, 0) + 1
    return ", ".join(f"{n} of {label}" for label, n in failed.items()) or "none"


def _cells(runs: Sequence[Run]) -> dict[tuple[float, str], list[Run]]:
    """(alpha, loss) -> its seeds, small alphas first."""
    cells: dict[tuple[float, str], list[Run]] = {}
    for run in sorted(runs, key=lambda r: r.config.alpha):
        cells.setdefault((run.config.alpha, run.config.loss), []).append(run)
    return cells
