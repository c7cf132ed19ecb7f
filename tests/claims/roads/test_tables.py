"""Cells of the other roads, and their tables."""

import math

import numpy as np
import pytest

from lipgan import experiments
from lipgan.claims.measures import rank_correlation
from lipgan.claims.roads import tables
from lipgan.claims.roads.criteria import CURVED, LINEAR
from lipgan.experiments import ROADS, ROADS_LOSSES, SCALED_ROADS
from lipgan.gan.regularizers import REGULARIZERS

LABELS = [REGULARIZERS[name].label for name in ROADS]
WIDTHS = (0.02, 0.5, 30.0)


@pytest.fixture
def runs(made_run):
    """Call it for all runs; loose EXP diverges, with a finite domain under SN alone."""

    def make(seeds=(0, 1, 2)):
        configs = experiments.roads(seeds=seeds) + experiments.roads_scaled(seeds=seeds)
        return [made(config) for config in configs]

    def made(config):
        field, values = ROADS[config.regularizer]
        half = WIDTHS[values.index(getattr(config, field))] / 2 * (1 + config.seed)
        lost = config.loss == "exp" and half > 10
        if lost and config.regularizer != "sn":
            half = math.nan
        history = {"step": [1, 2]}
        for side in ("real", "fake"):
            history[f"score_{side}_min"] = [-half] * 2
            history[f"score_{side}_max"] = [half] * 2
        metrics = {"fd_digits_constant": 300.0}
        if lost:
            fields = {"status": "diverged", "diverged_at": 2}
            return made_run(config, metrics, history=history, **fields)
        straight = config.loss == "wgan" or half * config.alpha < 0.1
        metrics["fd_digits_2k"] = (9.0 if straight else 150.0) + config.seed
        metrics["lipschitz_gradient"] = half
        return made_run(config, metrics, history=history)

    return make


@pytest.fixture
def cells(runs):
    return tables.road_cells(runs())


def test_cells_hold_what_the_criteria_use(cells):
    found = {(c.regularizer, c.loss, c.strength, c.alpha): c for c in cells}
    assert len(found) == len(cells) == 15 * len(ROADS) + 8 * len(SCALED_ROADS)
    tight, _, loose = ROADS["sn"][1]
    cell = found["sn", "ls_sharp", tight, 1.0]
    assert cell.bends == pytest.approx([w / (1 + w / 2) for w in (0.02, 0.04, 0.06)])
    assert cell.bend == cell.bends[1]
    assert cell.width == pytest.approx(0.04)
    assert cell.slope == pytest.approx(0.02)
    assert cell.distances == (9.0, 10.0, 11.0)
    assert cell.distance == 10
    assert not cell.broken
    lost = found["sn", "exp", loose, 1.0]
    assert lost.broken
    assert lost.bend == pytest.approx(1)
    assert lost.slope == lost.distance == math.inf
    assert math.isnan(found["gn", "exp", ROADS["gn"][1][2], 1.0].bend)


def test_widths_end_with_the_criterion_of_roads_shrink(cells):
    table = tables.road_widths(cells)
    assert list(table.index) == LABELS
    assert table["loosest / tightest"].tolist() == pytest.approx([1500] * len(LABELS))
    assert table.loc["GN", "tightest"] == pytest.approx([0.04] * 5)
    assert sum(map(math.isnan, table.loc["GN", "loosest"])) == 1
    assert table.loc["GN", "strengths"] == "k = {:g}, {:g}, {:g}".format(
        *ROADS["gn"][1]
    )
    assert table.loc["R1", "strengths"].startswith("λ = ")


def test_a_domain_recorded_as_one_number_is_no_division_by_zero(runs):
    made = runs(seeds=[0])
    for run in made:
        values = ROADS[run.config.regularizer][1]
        if run.config.regularizer == "gp" and run.config.lipschitz_k == values[0]:
            for name in run.history:
                run.history[name] = [0.3] * 2
    table = tables.road_widths(tables.road_cells(made))
    assert math.isnan(table.loc["GP", "loosest / tightest"])


def test_infinite_scores_have_no_width(runs):
    made = runs(seeds=[0])
    for name, value in made[0].history.items():
        made[0].history[name] = [np.inf] * len(value)
    assert math.isnan(tables.road_cells(made)[0].width)


def test_counts_by_non_linearity(cells):
    table = tables.road_counts(cells)
    assert list(table.index) == [*LABELS, "all"]
    straight, between, bent, unknown, distance = table.columns
    assert (straight, bent) == (f"below {LINEAR:g}", f"at least {CURVED:g}")
    assert table.loc["SN", unknown] == "–"
    assert table.loc["GN", unknown] == "0 work, 1 broken"
    assert table.loc["all", unknown] == f"0 work, {len(ROADS) - 1} broken"
    assert table.loc["SN", straight] == "7 work, 0 broken"  # WGAN and the tightest
    assert table.loc["SN", distance] == [10] * 7
    counted = " ".join(table.loc["all", [straight, between, bent, unknown]])
    numbers = [int(w) for w in counted.replace(",", "").split() if w.isdigit()]
    assert sum(numbers) == 15 * len(ROADS)


def test_correlations_over_everything_and_in_parts(cells):
    table = tables.road_correlations(cells)
    groups = [group for group, _ in table.index]
    assert groups.count("one seed") == 3
    assert [name for group, name in table.index if group == "one regularizer"] == LABELS
    whole = table.loc[("medians over seeds", "all")]
    assert whole["cells"] == 15 * len(ROADS) - (len(ROADS) - 1)
    points = [c for c in cells if c.alpha == 1 and not math.isnan(c.bend)]
    expected = rank_correlation([c.bend for c in points], [c.distance for c in points])
    assert whole["non-linearity"] == expected
    assert table.loc[("one regularizer", "SN"), "cells"] == 15
    assert table.loc[("one regularizer", "GN"), "cells"] == 14
    curved = table.loc[("medians over seeds", "without WGAN"), "cells"]
    assert curved == whole["cells"] - 3 * len(ROADS)


def test_equal_distances_cannot_be_ordered(runs):
    made = [r for r in runs(seeds=[0]) if not r.diverged]
    for run in made:
        run.metrics["fd_digits_2k"] = 5.0
    table = tables.road_correlations(tables.road_cells(made))
    assert table[["non-linearity", "difference"]].isna().all(axis=None)


def test_scaling_has_alpha_across(cells):
    table = tables.road_scaling(cells)
    assert len(table) == len(SCALED_ROADS) * (len(ROADS_LOSSES) - 1)
    assert [alpha for alpha, _ in table.columns[::2]] == [
        "α = 0.001",
        "α = 1",
        "α = 1000",
    ]
    row = table.loc[(f"SN, k = {ROADS['sn'][1][1]:g}", "LS#")]
    assert row["α = 0.001", "distance"] == (9, 10, 11)
    assert row["α = 1", "non-linearity"] == pytest.approx(2 / 3)  # width 1
    assert row["α = 1000", "distance"] == (150, 151, 152)
