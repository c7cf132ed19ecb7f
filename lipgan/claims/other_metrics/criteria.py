"""The supplement's other metrics, and the constants that calibrate the FID."""

from collections.abc import Sequence

from lipgan.claims.base import Check, Claim, table3_configs
from lipgan.claims.measures import (
    cell_medians,
    metric_medians,
    rank_correlation,
    working_cells,
)
from lipgan.experiments import TABLE3_SEEDS
from lipgan.runs import Run

AGREEMENT = 0.8  # rank correlation over all cells of Table 3
AGREEMENT_WORKING = 0.5  # and over those that work, where differences are small
# Family of metric -> whether more of it is better.
OTHERS = {
    "is": True,
    "neural_divergence": False,
    "kid": False,
    "density": True,
    "coverage": True,
}
NAMES = {
    "is": "Inception-style score",
    "neural_divergence": "Neural Divergence",
    "kid": "KID",
    "density": "density",
    "coverage": "coverage",
}


def agreement(runs: Sequence[Run], working: bool = False) -> dict[str, float]:
    """Rank correlation of each other metric with the distance over cells of Table 3.

    Positive where they order cells alike; diverged cells come last everywhere. NaN for
    a metric that these runs do not have, and where there is nothing to order.

    Args:
        runs: complete seeds of Table 3.
        working: whether to leave out broken cells.
    """
    distances = cell_medians(runs)
    cells = working_cells(runs) if working else list(distances)
    result = {}
    for family, more_is_better in OTHERS.items():
        medians = metric_medians(runs, family, worst=-1 if more_is_better else 1)
        sign = -1 if more_is_better else 1
        values = [sign * medians[c] for c in cells]
        result[family] = rank_correlation([distances[c] for c in cells], values)
    return result


def other_metrics_checks(runs: Sequence[Run]) -> list[Check]:
    """Supplement: the Inception score and Neural Divergence tell the same story."""
    everywhere, working = agreement(runs), agreement(runs, working=True)
    named = ("is", "neural_divergence")
    return [
        Check(
            "Inception-style score and Neural Divergence order the 35 cells as the "
            f"distance does (rank correlation of at least {AGREEMENT:g})",
            _listed(everywhere, named),
            all(everywhere[k] >= AGREEMENT for k in named),
        ),
        Check(
            f"so do KID, density and coverage (at least {AGREEMENT:g})",
            _listed(everywhere, [k for k in OTHERS if k not in named]),
            all(everywhere[k] >= AGREEMENT for k in OTHERS if k not in named),
        ),
        Check(
            "among the cells that work they agree as well (at least "
            f"{AGREEMENT_WORKING:g})",
            _listed(working, OTHERS),
            all(rho >= AGREEMENT_WORKING for rho in working.values()),
        ),
    ]


def _listed(values: dict[str, float], names: Sequence[str] | dict) -> str:
    return ", ".join(f"{NAMES[k]} {values[k]:.2f}" for k in names)


CLAIMS: dict[str, Claim] = {
    "other_metrics": Claim(
        "Other metrics rank the cells as the Fréchet distance does",
        "Sec. 4.1, supplement (Inception score, Neural Divergence)",
        "a metric under which other losses or values of k come out ahead",
        "09_other_metrics",
        table3_configs,
        other_metrics_checks,
        seeds=TABLE3_SEEDS,
    ),
}
