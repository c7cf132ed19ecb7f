"""Criteria of the tables at 32 x 32: the paper's columns meet their own, others fail.

The paper's columns pass through the code that judges runs.
"""

import math
import random

import pytest
from made_up import COPY, holds

from lipgan import experiments
from lipgan.claims.base import Check
from lipgan.claims.images.criteria import (
    BROKEN,
    CELLS,
    CRITERIA,
    MIDDLE,
    ORDERED,
    ORDERED_WORKING,
    WORKING,
    ordered,
    pairs_of,
    table3_checks,
)
from lipgan.claims.images.table import Table, column_of, published, read
from lipgan.claims.judge import CLAIMS, judge
from lipgan.claims.published import CONSTANT_FID, TABLE3
from lipgan.config import Config

COLUMNS = ("mnist", "cifar10")
EVERY = [(name, column) for name in CRITERIA for column in COLUMNS]


def with_cells(column, **changed):
    """The paper's column with some cells changed, named like ``cos_5``."""
    cells = dict(TABLE3[column])
    for name, factor in changed.items():
        loss, k = name.split("_", 1)
        cells[loss, float(k.replace("_", "."))] *= factor
    return Table(column, (cells,), CONSTANT_FID[column])


def test_cells_are_23_surely_working_7_surely_broken_and_5_between():
    assert (len(WORKING), len(BROKEN), len(MIDDLE)) == (23, 7, 5)
    assert {*WORKING, *BROKEN, *MIDDLE} == set(CELLS) == set(TABLE3["mnist"])


# The paper's own columns, and tables that show nothing


@pytest.mark.parametrize(("name", "column"), EVERY)
def test_a_column_of_the_paper_meets_its_own_criteria(name, column):
    checks = CRITERIA[name](published(column))
    assert all(holds(checks)), checks


@pytest.mark.parametrize("name", sorted(CRITERIA.keys() - {"straight", "best"}))
@pytest.mark.parametrize("column", COLUMNS)
def test_equal_distances_do_not(name, column):
    table = Table(column, (dict.fromkeys(CELLS, 20.0),), CONSTANT_FID[column])
    assert not CRITERIA[name](table)[0].holds


def test_equal_distances_meet_what_asks_for_no_difference():
    alike = dict.fromkeys(CELLS, 20.0)
    assert CRITERIA["straight"](Table("mnist", (alike,), 287.0))[0].holds
    assert CRITERIA["best"](Table("mnist", (alike,), 287.0))[0].holds
    assert not CRITERIA["best"](Table("cifar10", (alike,), 287.0))[0].holds


@pytest.mark.parametrize("column", COLUMNS)
def test_a_shuffled_column_fails(column):
    rng = random.Random(3)
    outcomes = []
    for _ in range(20):
        values = rng.sample(list(TABLE3[column].values()), len(CELLS))
        cells = dict(zip(TABLE3[column], values, strict=True))
        table = Table(column, (cells,), CONSTANT_FID[column])
        outcomes.append([CRITERIA[k](table)[0].holds for k in ("extremes", "order")])
    assert not any(any(row) for row in outcomes)


def test_a_column_of_another_data_set_is_told_apart():
    own = {"mnist": "cifar10", "cifar10": "mnist"}
    for column, other in own.items():
        table = Table(column, (TABLE3[other],), CONSTANT_FID[other])
        failed = [k for k in CRITERIA if not all(holds(CRITERIA[k](table)))]
        assert "best" in failed
        assert ("middle" in failed) == (column == "mnist")


# One changed cell flips the check that it should


@pytest.mark.parametrize(
    ("name", "column", "changed", "expected"),
    [
        ("extremes", "mnist", {"cos_5": 0.1}, [True, True]),
        ("extremes", "mnist", {"cos_5": 0.01}, [True, False]),
        ("extremes", "cifar10", {"cos_5": 0.1, "exp_5": 0.1}, [False, True]),
        ("extremes", "cifar10", {"ns_0_2": 9, "wgan_50": 9}, [False, True]),
        ("extremes", "cifar10", {"ns_0_2": 12}, [True, False]),
        ("middle", "mnist", {"ns_10": 0.5}, [True, False]),
        ("middle", "mnist", {"ls_5": 0.15}, [False, True]),
        ("middle", "cifar10", {"ls_5": 0.6}, [False]),
        ("straight", "mnist", {"wgan_10": 2}, [False]),
        ("straight", "cifar10", {"wgan_50": 1.2}, [False]),
        ("lag", "mnist", {"wgan_0_25": 0.4}, [False]),
        ("lag", "cifar10", {"wgan_1": 0.6}, [False]),
        ("lag", "cifar10", {"wgan_0_2": 0.1}, [True]),
        ("price", "mnist", {"exp_0_2": 4}, [False]),
        ("price", "cifar10", {"ns_0_2": 0.05}, [False]),
        ("best", "mnist", {"exp_1": 0.7}, [False]),
        ("best", "cifar10", {"wgan_10": 0.8}, [False]),
        ("best", "cifar10", {"cos_0_5": 0.7}, [False]),
    ],
)
def test_a_changed_cell_flips_its_check(name, column, changed, expected):
    assert holds(CRITERIA[name](with_cells(column, **changed))) == expected


@pytest.mark.parametrize("column", COLUMNS)
def test_cells_that_diverge_are_broken_and_in_order(column):
    cells = TABLE3[column] | dict.fromkeys(BROKEN, math.inf)
    table = Table(column, (cells,), CONSTANT_FID[column])
    for name in CRITERIA:
        assert all(holds(CRITERIA[name](table))), name


@pytest.mark.parametrize("column", COLUMNS)
def test_everything_diverged_fulfills_nothing(column):
    table = Table(column, (dict.fromkeys(CELLS, math.inf),), CONSTANT_FID[column])
    for name in CRITERIA:
        checks = CRITERIA[name](table)
        saturated = name == "middle" and column == "mnist"
        assert holds(checks) == [False] + [saturated] * (len(checks) - 1), name


def test_one_seed_on_which_wgan_leads_breaks_the_lag():
    good = TABLE3["mnist"]
    bad = {c: d * (0.7 if c[0] == "wgan" else 1) for c, d in good.items()}
    table = Table("mnist", (good, good, bad), 287.0)
    assert not CRITERIA["lag"](table)[0].holds
    assert CRITERIA["extremes"](table)[0].holds


# The null behind the thresholds of C7


def shuffled(column, groups, rng):
    cells = {}
    for group in groups:
        values = rng.sample([TABLE3[column][c] for c in group], len(group))
        cells |= zip(group, values, strict=True)
    return cells


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("inner", [False, True])
def test_chance_reaches_the_thresholds_of_order_in_less_than_one_case_in_20(
    column, inner
):
    groups = [WORKING] if inner else [WORKING, MIDDLE, BROKEN]
    pairs = pairs_of(column, WORKING) if inner else pairs_of(column)
    threshold = ORDERED_WORKING if inner else ORDERED[column]
    rng = random.Random(1)
    shares = [ordered(shuffled(column, groups, rng), pairs) for _ in range(1500)]
    assert 0 < sum(s >= threshold for s in shares) / len(shares) < 0.05
    assert sum(s >= threshold - 0.1 for s in shares) / len(shares) > 0.05


def test_broken_cells_make_no_pairs_among_themselves():
    for column in COLUMNS:
        pairs = pairs_of(column)
        assert not [p for p in pairs if set(p) <= set(BROKEN)]
        assert {(a, b) for a in WORKING for b in BROKEN} <= set(pairs)
        assert len(pairs) == {"mnist": 406, "cifar10": 422}[column]


# From runs


@pytest.mark.parametrize(
    ("column", "fields"), [("mnist", {"dataset": "mnist"}), ("cifar10", COPY)]
)
def test_runs_are_judged_like_the_paper_and_seed_0_does_not_count(
    column, fields, as_runs
):
    def distance(c):
        pilot = 500.0 if c.loss == "ns" else 1.0
        return pilot if c.seed == 0 else TABLE3[column][c.loss, c.lipschitz_k]

    configs = experiments.table3(seeds=[0, 1, 2, 3], **fields)
    runs = as_runs(configs, distance, CONSTANT_FID[column])
    expected = [c for judge in CRITERIA.values() for c in judge(published(column))]
    found = table3_checks(runs)
    assert [c.criterion for c in found] == [c.criterion for c in expected]
    assert all(holds(found))
    assert len(read(runs).seeds) == 3
    with pytest.raises(ValueError, match="runs: none beyond seed 0"):
        read(runs[:35])


def test_two_runs_of_one_cell_and_seed_are_refused(as_runs):
    configs = [
        Config(dataset="mnist", seed=1, num_steps=steps) for steps in (2_000, 4_000)
    ]
    with pytest.raises(ValueError, match="runs: 2 of ns at 1, seed 1"):
        read(as_runs(configs, lambda c: 5.0, 115.0))


def test_runs_without_a_column_of_the_paper_are_refused(as_runs):
    for configs in (
        experiments.table3(seeds=[1]),
        experiments.table3(dataset="mnist") + experiments.table3(**COPY),
    ):
        with pytest.raises(ValueError, match="is not one of mnist, cifar10"):
            column_of(as_runs(configs, lambda c: 5.0, 115.0))


# Checks of the implementation decide no verdict


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([(True, False), (False, True)], "reproduced"),
        ([(False, True), (True, False)], "reproduced"),
        ([(True, True), (False, False)], "not reproduced"),
        ([(True, True)], "not tested"),
    ],
)
def test_implementation_checks_do_not_count(outcomes, status, made_run, monkeypatch):
    made = [Check("asked", "found", *outcome) for outcome in outcomes]
    claim = CLAIMS["table3"]
    changed = type(claim)(**{**vars(claim), "checks": lambda runs: made})
    monkeypatch.setitem(CLAIMS, "table3", changed)
    verdict = judge("table3", [made_run(Config())])
    assert verdict.status == status
    assert len(verdict.checks) == len(made)
