"""Table 3: which cells break, their order, and the same under SRN+SN.

The statements of Sec. 4.2 about single rows and columns are in ``bullets``.
"""

from collections.abc import Sequence
from itertools import combinations

from lipgan import experiments
from lipgan.claims.base import Change, Check, Claim, table3_configs
from lipgan.claims.measures import (
    cell_medians,
    constant_distance,
    is_broken,
    rank_correlation,
    rank_correlations,
)
from lipgan.claims.published import TABLE3, broken_cells, decided_pairs
from lipgan.config import Config
from lipgan.data import DATASETS
from lipgan.experiments import TABLE3_SEEDS
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

TUNED = (0, 1)  # seeds on which steps and averaging were chosen
# Allows for the two cells where the paper's data sets disagree most.
PATTERN_CELLS = 33
DECIDED_SHARE = 0.98


def papers_correlation() -> float:
    """The lowest rank correlation that two of the paper's own columns have."""
    columns = [list(column.values()) for column in TABLE3.values()]
    return min(rank_correlation(a, b) for a, b in combinations(columns, 2))


def table3_checks(runs: Sequence[Run]) -> list[Check]:
    """Table 3: which cells break, and the order of the cells."""
    medians = cell_medians(runs)
    rho, least = rank_correlations(medians), papers_correlation()
    pairs = decided_pairs()
    ordered = [medians[a] < medians[b] for a, b in pairs]
    close = [
        held
        for held, (_, b) in zip(ordered, pairs, strict=True)
        if b not in broken_cells()
    ]
    return [
        _pattern(runs),
        Check(
            f"at least {DECIDED_SHARE:.0%} of the {len(pairs)} pairs that all three "
            "data sets of the paper order alike by 1.25x are ordered so here",
            f"{sum(ordered)} of {len(pairs)} ({sum(ordered) / len(pairs):.1%}); of "
            f"those that both work in the paper {sum(close)} of {len(close)}",
            sum(ordered) >= DECIDED_SHARE * len(pairs),
        ),
        Check(
            "rank correlation with each data set as high as the lowest of the paper's "
            f"own columns with one another ({least:.3f}, MNIST and CelebA)",
            ", ".join(
                f"{DATASETS[d].label} {r:.2f}{_over_seeds(runs, d)}"
                for d, r in rho.items()
            ),
            all(r >= least for r in rho.values()),
        ),
    ]


def _pattern(runs: Sequence[Run]) -> Check:
    """Works or broken, cell by cell; beside it the seeds on which nothing was tuned."""
    wrong = _wrong(runs)
    names = [f"{LOSSES[loss].label} k={k:g}" for loss, k in sorted(wrong)]
    found = f"{35 - len(wrong)} of 35" + (f", not {', '.join(names)}" if wrong else "")
    fresh = [run for run in runs if run.config.seed not in TUNED]
    if 0 < len(fresh) < len(runs):
        found += f"; without the seeds that tuned the steps {35 - len(_wrong(fresh))}"
    return Check(
        f"works or broken as in the paper in at least {PATTERN_CELLS} of 35 cells",
        found,
        35 - len(wrong) >= PATTERN_CELLS,
    )


def _wrong(runs: Sequence[Run]) -> set[tuple[str, float]]:
    constant = constant_distance(runs)
    medians = cell_medians(runs)
    return {c for c, d in medians.items() if is_broken(d, constant)} ^ broken_cells()


def _over_seeds(runs: Sequence[Run], dataset: str) -> str:
    """Range of the rank correlation over single seeds, where there are several."""
    seeds = sorted({run.config.seed for run in runs})
    if len(seeds) < 2:
        return ""
    own = [[run for run in runs if run.config.seed == seed] for seed in seeds]
    single = [rank_correlations(cell_medians(part))[dataset] for part in own]
    return f" (single seeds {min(single):.2f} to {max(single):.2f})"


def _srn_configs(scale: str, seeds: Sequence[int]) -> list[Config]:
    return experiments.table3_srn(scale=scale, seeds=seeds)


def srn_checks(runs: Sequence[Run]) -> list[Check]:
    """Supplement: the same cells break under stable rank normalization."""
    return [_pattern(runs)]


CLAIMS: dict[str, Claim] = {
    "table3": Claim(
        "With a small spectral factor k every loss trains a GAN; with a large one only "
        "WGAN does",
        "Table 3, Sec. 4.2",
        "a loss that fails at k ≤ 1, or COS and EXP working at k ≥ 5",
        "05_fid_against_k",
        table3_configs,
        table3_checks,
        seeds=TABLE3_SEEDS,
        live=True,
        settled_by=(
            "The order among cells that work, where the paper's own data sets "
            "disagree most; runs at the paper's scale, judged by FID on its data "
            "sets, decide."
        ),
        changes=(
            Change(
                "2026-11-26",
                "a rank correlation of at least 0.88 with each data set",
                "partly",
                "two of the paper's own columns, MNIST and CelebA, correlate at 0.878 "
                "and would have failed it.",
            ),
        ),
    ),
    "srn": Claim(
        "The same holds under another regularizer, stable rank normalization (SRN+SN)",
        "Sec. 4.1, supplement",
        "other cells that break under SRN+SN than under spectral normalization",
        "05_fid_against_k",
        _srn_configs,
        srn_checks,
    ),
}
