"""Runs as one tidy table, and what is read off it: values and medians by cell."""

import math
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from lipgan.metrics import MetricName
from lipgan.runs import Run

# A column of the frame, or what is measured of a run.
Measure = str | Callable[[Run], float]


def families(run: Run) -> dict[str, float]:
    """Family -> the metric, whatever its protocol; those of constant images left out.

    Raises:
        ValueError: two metrics of one family.
    """
    found: dict[str, str] = {}
    for text in run.metrics:
        name = MetricName.parse(text)
        if name.constant:
            continue
        other = found.setdefault(name.family, text)
        if other != text:
            names = f"{other}, {text}"
            raise ValueError(f"metric: {name.family!r} is not clear among {names}")
    return {family: run.metrics[text] for family, text in found.items()}


def frame(runs: Sequence[Run]) -> pd.DataFrame:
    """One row per run, in their order.

    Returns:
        The fields of the config, ``status``, the metrics by family (NaN where a run has
        none) and ``distance``, the Frechet distance, infinite if the run diverged.
    """
    rows = []
    for run in runs:
        found = families(run)
        row = vars(run.config) | found | {"status": run.status}
        row["distance"] = found.get("fid", found.get("fd", math.nan))
        if run.diverged:
            row["distance"] = math.inf
        rows.append(row)
    return pd.DataFrame(rows)


def values_by(
    runs: Sequence[Run], measure: Measure, *fields: str
) -> dict[tuple, list[float]]:
    """Values of these config fields -> what is measured of each run, in their order."""
    return {cell: own.tolist() for cell, own in _cells(runs, measure, fields)}


def medians_by(
    runs: Sequence[Run], measure: Measure, *fields: str
) -> dict[tuple, float]:
    """Values of these config fields -> median of the measure.

    NaN is left out, and so are cells that hold nothing else.
    """
    medians = {c: float(own.median()) for c, own in _cells(runs, measure, fields)}
    return {cell: value for cell, value in medians.items() if not math.isnan(value)}


def _cells(
    runs: Sequence[Run], measure: Measure, fields: Sequence[str]
) -> Iterable[tuple[tuple, pd.Series]]:
    """The measure by cell, in the order of the runs."""
    if not runs:
        return []
    table = frame(runs)
    if callable(measure):
        table = table.assign(measured=[measure(run) for run in runs])
        measure = "measured"
    return table.groupby(list(fields), sort=False)[measure]
