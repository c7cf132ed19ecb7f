"""The numbers in the solutions of the exercises "Break it", from published runs."""

import math
from collections.abc import Callable

from lipgan.claims import domains
from lipgan.claims.measures import metric
from lipgan.claims.numerals import digits, in_symbols
from lipgan.config import Config
from lipgan.experiments import break_it_runs
from lipgan.runs import Run
from lipgan.runs.evidence import evidence_store

Measure = str | Callable[[Run], float]

NOT_PUBLISHED = "(no such run is published)"
DIVERGED = "diverged"
NOT_MEASURED = "(not measured)"


def _late_drift(run: Run) -> float:
    """How far the center moves in the second half of training, in widths."""
    return domains.wander(run, start=0.5)


_DISTANCE: dict[str, Measure] = {"": "fd"}
_AND_WIDTH: dict[str, Measure] = {"fd-": "fd", "width-": "domain_width"}
# Page -> what its solution quotes of each run: the front of the name in its text and
# the measure.
QUOTED: dict[str, dict[str, Measure]] = {
    "04_domain_against_k": {"width-": domains.late_width, "drift-": _late_drift},
    "05_fid_against_k": _DISTANCE,
    "06_fid_against_alpha": _AND_WIDTH,
    "07_all_losses_are_one": _DISTANCE,
    "08_two_failures": {"density-": "density", "coverage-": "coverage"},
    "10_small_k": _DISTANCE,
    "11_roads": _AND_WIDTH,
    "12_gradient_fields": {"": "gradient_cosine"},
    "13_one_knob": _DISTANCE,
    "14_what_the_bend_does": _DISTANCE,
    "15_longer_training": _DISTANCE,
    "system_lgan": _AND_WIDTH,
}


def outcomes(page: str) -> dict[str, str]:
    """What the solution on this page quotes: ``break-WHAT-RUN`` -> text."""
    return {
        f"break-{what}{name}": outcome(measure, config)
        for name, config in break_it_runs(page).items()
        for what, measure in QUOTED[page].items()
    }


def outcome(measure: Measure, config: Config) -> str:
    """What came of an exercise's command, as text of three digits.

    Args:
        measure: a number of a run, or the family of a metric: see ``metric``.
        config: what the command trains.

    Returns:
        The number; ``DIVERGED``; ``NOT_MEASURED`` of a run that finished without it;
        ``NOT_PUBLISHED`` where the records hold no such run.
    """
    records = evidence_store()
    if config not in records:
        return NOT_PUBLISHED
    run = records.load(config)
    if run.diverged:
        return DIVERGED
    value = metric(run, measure) if isinstance(measure, str) else measure(run)
    if not math.isfinite(value):
        return NOT_MEASURED
    if abs(value) < 1e3:
        return in_symbols(digits(value))
    return f"{float(f'{value:.3g}'):,.0f}"
