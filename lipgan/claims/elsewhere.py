"""How the claims that the digits settle are judged on the paper's own data sets.

A claim of the paper is held against its column of the same data set; the criteria, in
``images`` and, of the mechanism, in ``what_the_bend_does``, were committed before the
runs. Seed 0 was the pilot's and is not counted. ``spread_shrinks``, ``two_failures``
and ``sample_bias`` are held on MNIST against the digits' own criteria; they were put
here while those runs were being trained and none had been looked at. A statement of
Table 3 counts only if it survives the trainings of ``longer_training``, where there are
any: that rule was written with the other criteria of images.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from lipgan import experiments
from lipgan.claims.base import Bearing, Check, Configs, no_further_runs
from lipgan.claims.fid_against_alpha.limit import (
    spread_shrinks_checks,
    table5_and_4a,
)
from lipgan.claims.images import alpha, criteria, validity
from lipgan.claims.images.table import Table, read
from lipgan.claims.longer_training.criteria import (
    STATEMENTS,
    longer_training_checks,
    of_the_table,
    survival_checks,
)
from lipgan.claims.two_failures.criteria import (
    figure5_and_healthy,
    sample_bias_checks,
    two_failures_checks,
)
from lipgan.claims.what_the_bend_does.criteria import (
    FIRST_SEED,
    bias_causes_checks,
    image_mechanism_checks,
)
from lipgan.config import Config
from lipgan.runs import Run

SEEDS = (1, 2, 3)
CHECK_SEED = 1  # of the runs trained otherwise

Criterion = Callable[[Table], list[Check]]


@dataclass(frozen=True)
class OnData:
    """One claim on one data set.

    Attributes:
        configs: scale and seeds to the runs that are needed.
        checks: runs to lines of evidence, the decisive one first.
        seeds: that count as evidence.
        bearing: scale to further runs that count where all are at hand.
    """

    configs: Configs
    checks: Callable[[Sequence[Run]], list[Check]]
    seeds: tuple[int, ...] = SEEDS
    bearing: Bearing = no_further_runs


def _table3(claim: str, *parts: Criterion) -> Callable[[Sequence[Run]], list[Check]]:
    """Criteria on one reading of the table, and what bears on them from elsewhere."""

    def checks(runs: Sequence[Run]) -> list[Check]:
        table = read(of_the_table(runs))
        found = [check for part in parts for check in part(table)]
        return found + survival_checks(runs, claim)

    return checks


def _trained(table: Table) -> list[Check]:
    """Sec. 4.2, first bullet: every loss trains at k <= 1."""
    small = [cell for cell in criteria.CELLS if cell[1] <= 1]
    working = [cell for cell in small if not table.broken(cell)]
    return [
        Check(
            f"all {len(small)} cells with k of at most 1 are below half of a constant "
            "image's distance",
            f"{len(working)} of {len(small)}",
            len(working) == len(small),
        )
    ]


def _runs_of(table: Callable[..., list[Config]], dataset: str) -> Configs:
    """A table of ``experiments`` as the runs that a claim on this data set needs."""
    return lambda scale, seeds: table(dataset=dataset, scale=scale, seeds=seeds)


def _of_table3(dataset: str) -> dict[str, OnData]:
    """What Table 3 says, and whether it is still so in longer training."""
    table3 = _runs_of(experiments.table3, dataset)

    def otherwise(scale: str) -> list[Config]:
        tables = (experiments.longer_training, experiments.bridge)
        found = [_runs_of(table, dataset)(scale, [CHECK_SEED]) for table in tables]
        return [config for configs in found for config in configs]

    def longer(scale: str, seeds: Sequence[int]) -> list[Config]:
        return [*table3(scale, seeds), *otherwise(scale)]

    parts: dict[str, tuple[Criterion, ...]] = {
        "table3": (criteria.extremes, criteria.order),
        "small_k": (_trained, criteria.price),
        "wgan_small_k": (criteria.lag,),
        "large_k": (criteria.straight, criteria.middle),
        "best_cell": (criteria.best,),
    }
    borne_on = {statement.claim for statement in STATEMENTS}
    found = {
        name: OnData(
            table3,
            _table3(name, *own),
            bearing=otherwise if name in borne_on else no_further_runs,
        )
        for name, own in parts.items()
    }
    return found | {"longer_training": OnData(longer, longer_training_checks)}


def _of_alpha(dataset: str) -> dict[str, OnData]:
    """What Tables 4 and 5 say."""
    tables = {
        "table5": (experiments.table5, alpha.table5_checks, SEEDS),
        "table4a": (experiments.table4a, alpha.table4a_checks, (1, 2)),
        "table4b": (experiments.table4b, alpha.table4b_checks, (1, 2)),
    }
    return {
        name: OnData(_runs_of(table, dataset), checks, seeds)
        for name, (table, checks, seeds) in tables.items()
    }


def _of_domains_and_samples(dataset: str) -> dict[str, OnData]:
    """What needs runs that have been trained on MNIST alone."""
    figure5 = partial(
        OnData, partial(figure5_and_healthy, dataset=dataset), seeds=(1, 2)
    )
    mechanism = partial(
        OnData,
        _runs_of(experiments.mechanism, dataset),
        seeds=(FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2),
    )
    domains = _runs_of(experiments.image_domains, dataset)
    return {
        "two_failures": figure5(two_failures_checks),
        "sample_bias": figure5(sample_bias_checks),
        "spread_shrinks": OnData(
            _runs_of(table5_and_4a, dataset), spread_shrinks_checks, (1, 2)
        ),
        "omega_shrinks": OnData(domains, validity.domain_checks, (1, 2)),
        "what_the_bend_does": mechanism(image_mechanism_checks),
        "bias_causes": mechanism(bias_causes_checks),
    }


ELSEWHERE: dict[str, dict[str, OnData]] = {
    dataset: _of_table3(dataset) | _of_alpha(dataset)
    for dataset in ("mnist", "cifar10_jpeg")
}
ELSEWHERE["mnist"] |= _of_domains_and_samples("mnist")
