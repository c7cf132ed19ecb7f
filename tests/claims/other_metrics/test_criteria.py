"""Do the metrics agree? Judged on made-up tables, for which the answer is known."""

import math

import pytest

from lipgan import experiments
from lipgan.claims.judge import judge
from lipgan.claims.measures import metric_medians, working_cells
from lipgan.claims.other_metrics.criteria import OTHERS, agreement

CONSTANT = 330.0


@pytest.fixture
def table(made_run):
    """Call it for Table 3 with distances 1 to 35 and metrics made from the rank.

    ``change`` maps a family to a function of the rank; ``lost`` are ranks that
    diverge; ranks from ``broken`` on lie above the constant image.
    """

    def make(change=None, lost=(), broken=30, seeds=(0,)):
        runs = []
        configs = experiments.table3(seeds=seeds)
        for index, config in enumerate(configs):
            rank = index % 35
            found = {"fd_digits_constant": CONSTANT}
            if rank in lost:
                fields = {"status": "diverged", "diverged_at": 7}
                runs.append(made_run(config, found, **fields))
                continue
            found["fd_digits_2k"] = 1 + rank + (CONSTANT if rank >= broken else 0)
            for family, more_is_better in OTHERS.items():
                value = (change or {}).get(family, float)(rank)
                name = f"{family}_{'250' if 'neural' in family else 'digits_2k'}"
                found[name] = -value if more_is_better else value
            runs.append(made_run(config, found))
        return runs

    return make


def holds(runs):
    return [check.holds for check in judge("other_metrics", runs).checks]


def backwards(rank):
    """A metric that orders cells the other way round."""
    return -float(rank)


def within_broken(rank):
    """Right about what breaks, backwards among the cells that work."""
    return float(rank if rank >= 10 else 10 - rank)


def test_one_order_under_all_metrics_is_reproduced(table):
    assert holds(table()) == [True, True, True]
    assert agreement(table()) == pytest.approx(dict.fromkeys(OTHERS, 1.0))


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("is", [False, True, False]),
        ("neural_divergence", [False, True, False]),
        ("kid", [True, False, False]),
        ("density", [True, False, False]),
        ("coverage", [True, False, False]),
    ],
)
def test_one_metric_that_disagrees_is_found(family, expected, table):
    runs = table({family: backwards})
    assert holds(runs) == expected
    assert agreement(runs)[family] == pytest.approx(-1)


def test_agreement_on_what_breaks_alone_is_partly(table):
    runs = table({"kid": within_broken}, broken=10)
    assert judge("other_metrics", runs).status == "partly"
    assert holds(runs) == [True, True, False]
    assert agreement(runs, working=True)["kid"] == pytest.approx(-1)


def test_diverged_cells_come_last_under_every_metric(table):
    assert agreement(table(lost=(33, 34))) == pytest.approx(dict.fromkeys(OTHERS, 1.0))
    early = agreement(table(lost=(0, 1)))
    assert early == pytest.approx(dict.fromkeys(OTHERS, 1.0))


@pytest.mark.parametrize("family", OTHERS)
def test_a_missing_metric_is_no_agreement(family, table):
    runs = table({family: lambda rank: math.nan})
    assert math.isnan(agreement(runs)[family])
    named = family in ("is", "neural_divergence")
    assert holds(runs) == [not named, named, False]


def test_nothing_to_order_is_nan_without_a_warning(table):
    for broken in (0, 1):  # no cell that works, and a single one
        working = agreement(table(broken=broken), working=True)
        assert all(math.isnan(rho) for rho in working.values())
    assert holds(table(broken=0)) == [True, True, False]


def test_working_cells_are_below_a_third_of_the_constant_image(table):
    cells = list(experiments.table3())
    runs = table(broken=30, lost=(3,))
    working = working_cells(runs)
    assert len(working) == 29
    assert (cells[3].loss, cells[3].lipschitz_k) not in working
    assert (cells[30].loss, cells[30].lipschitz_k) not in working


def test_metric_medians_over_seeds_with_the_worst_for_divergence(table):
    runs = table({"kid": lambda rank: 5.0}, seeds=(0,))
    runs += table({"kid": lambda rank: 7.0}, seeds=(1,))
    runs += table(lost=range(35), seeds=(2,))
    assert set(metric_medians(runs, "kid", worst=1).values()) == {7.0}
    assert set(metric_medians(runs, "kid", worst=-1).values()) == {5.0}
    assert len(metric_medians(runs, "kid", worst=1)) == 35
