"""What several seeds say together, and whether cells differ by more than they do.

Cells of one seed share initialization, data order and noise, so they are compared seed
by seed: a difference counts if the mean of its logarithm over the seeds lies two
standard errors beyond what is asked.
"""

import math
from collections.abc import Sequence
from statistics import fmean, median, stdev

from lipgan.claims.measures import distances_by
from lipgan.claims.numerals import digits
from lipgan.runs import Run

Distances = dict[tuple, float]
STANDARD_ERRORS = 2.0

FARTHER = 2.0  # times as far as each of them that WGAN's critic has to move


def by_seed(runs: Sequence[Run], *fields: str) -> list[Distances]:
    """Per seed: values of these config fields -> distance, infinite if it diverged."""
    tables: dict[int, Distances] = {}
    for (seed, *cell), (value, *_) in distances_by(runs, "seed", *fields).items():
        tables.setdefault(seed, {})[tuple(cell)] = value
    return list(tables.values())


def log_ratio(a: float, b: float) -> float:
    """log(a / b); infinite where one of them is, NaN where both are."""
    if math.isinf(a) or math.isinf(b):
        return math.nan if a == b else math.inf if math.isinf(a) else -math.inf
    return math.log(a / b)


def beyond(values: Sequence[float], least: float = 0.0) -> bool:
    """Whether one number per seed exceeds ``least`` by more than its spread.

    A single seed has no spread and only has to exceed it. Where a seed has no finite
    number, all of them have to exceed it.
    """
    if len(values) < 2 or not all(map(math.isfinite, values)):
        return bool(values) and all(v > least for v in values)
    error = stdev(values) / math.sqrt(len(values))
    return fmean(values) - STANDARD_ERRORS * error > least


def ratio(values: Sequence[float]) -> str:
    """The geometric mean behind logarithms, and its range over the seeds, as words."""
    if not values:
        return "no seed"
    if not all(map(math.isfinite, values)):
        return "not finite on every seed"
    text = f"{math.exp(fmean(values)):.3g}"
    if len(values) < 2:
        return text
    low, high = math.exp(min(values)), math.exp(max(values))
    return f"{text} ({low:.3g} to {high:.3g} over seeds)"


def interval(low: float, high: float) -> str:
    """Both ends with three digits."""
    return f"[{digits(low)}, {digits(high)}]"


def spread(values: Sequence[float]) -> str:
    """Median and range of the seeds that did not diverge, and how many did."""
    if not values:
        return "–"
    finite = [v for v in values if math.isfinite(v)]
    lost = len(values) - len(finite)
    if not finite:
        return "diverged"
    text = digits(median(finite))
    low, high = digits(min(finite)), digits(max(finite))
    text += f" ({low} to {high})" if low != high else ""
    return text + (f", {lost} of {len(values)} diverged" if lost else "")
