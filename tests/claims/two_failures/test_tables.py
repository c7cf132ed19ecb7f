"""Tables of failures and of the bias: what they show is what the runs hold."""

import math

import pytest
import torch

from lipgan import metrics
from lipgan.claims import CLAIMS
from lipgan.claims.two_failures import tables
from lipgan.claims.two_failures.criteria import HEALTHY_ALPHA
from lipgan.claims.two_failures.tables import push_by_chance


@pytest.fixture
def runs(made_run):
    """Two seeds of every cell: LS fails with even slopes, EXP diverges at 0.1."""
    made = []
    for config in CLAIMS["sample_bias"].configs("embedded", [0, 1]):
        tight = config.alpha == HEALTHY_ALPHA
        density = 0.0 if config.loss == "ls" else 0.8
        found = {
            "density_digits_2k": density,
            "coverage_digits_2k": 0.7 if tight else 0.2 + 0.1 * config.seed,
            "class_coverage_digits_2k": 10.0,
            "pixel_variance_2k": 1.0 if tight else 0.5,
        }
        even = 1.0 if tight else 0.5
        history = {"step": [1], "evenness_real": [even], "class_push": [2.0]}
        if config.loss == "exp" and not tight:
            history = {k: [math.nan] for k in history} | {"step": [1]}
            lost = {"status": "diverged", "diverged_at": 1}
            made.append(made_run(config, history=history, **lost))
        else:
            made.append(made_run(config, found, history=history))
    return made


def test_failures_table_names_what_happened(runs):
    table = tables.failures_table(runs)
    assert list(table.index)[0] == ("α = 1e-09", "NS")
    happened = table["what happened"]
    assert happened[("α = 1e-09", "NS")] == "no failure 2 of 2"
    assert happened[("α = 0.1", "NS")] == "collapsed 2 of 2"
    assert happened[("α = 0.1", "LS")] == "crashed 2 of 2"
    assert happened[("α = 0.1", "EXP")] == "crashed 2 of 2"
    assert table["coverage"][("α = 0.1", "COS")] == pytest.approx([0.2, 0.3])
    assert table["classes covered"][("α = 0.1", "COS")] == [10, 10]
    assert table["density"][("α = 0.1", "EXP")] == [math.inf] * 2


def test_failures_table_without_a_classifier_has_no_classes(runs):
    for run in runs:
        run.metrics.pop("class_coverage_digits_2k", None)
    classes = tables.failures_table(runs)["classes covered"][("α = 0.1", "NS")]
    assert all(map(math.isnan, classes))


def test_kinds_counts_seeds(runs):
    weak = [r for r in runs if r.config.alpha != HEALTHY_ALPHA]
    assert tables.kinds(weak) == "collapsed 4 of 8, crashed 4 of 8"


def test_bias_table_holds_medians_and_says_where_there_is_none(runs):
    table = tables.bias_table(runs)
    row = table.loc[("α = 0.1", "NS")]
    assert row["evenness, real"] == [0.5, 0.5]
    assert all(map(math.isnan, row["evenness, fake"]))
    assert row["push of the favored class"] == [2, 2]
    assert row["the same by chance, about"] == [push_by_chance(0.5, 512, 10)] * 2
    assert all(math.isnan(v) for cell in table.loc[("α = 0.1", "EXP")] for v in cell)


def test_seeds_without_a_finite_slope_have_no_value(runs):
    run = next(r for r in runs if r.config.loss == "cos" and r.config.seed == 1)
    run.history["evenness_real"] = [math.nan]
    row = tables.bias_table(runs).loc[("α = 1e-09", "COS")]
    assert row["evenness, real"] == [1, pytest.approx(math.nan, nan_ok=True)]


def test_failures_with_even_slopes_are_named(runs):
    assert tables.even_but_failed(runs) == "2 of LS at α = 1e-09"
    assert tables.even_but_failed(runs[:1]) == "none"


@pytest.mark.parametrize("classes", [2, 10])
def test_push_by_chance_is_that_of_slopes_that_know_no_class(classes):
    generator = torch.Generator().manual_seed(1)
    slopes = torch.rand(2000, 500, generator=generator)
    labels = (torch.arange(500) % classes).expand(2000, -1)
    found = float(metrics.class_push(slopes, labels).mean()) - 1
    evenness = float(metrics.evenness(slopes).mean())
    assert push_by_chance(evenness, 500, classes) - 1 == pytest.approx(found, rel=0.05)


def test_push_by_chance_at_its_ends():
    assert push_by_chance(1.0, 512, 10) == 1.0
    assert math.isnan(push_by_chance(math.nan, 512, 10))
    assert math.isnan(push_by_chance(0.5, 512, 0))
