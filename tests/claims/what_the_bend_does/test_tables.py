"""Tables of the bend, from runs that nobody trained."""

import math

import pytest

from lipgan import experiments
from lipgan.claims.what_the_bend_does.criteria import Arms
from lipgan.claims.what_the_bend_does.tables import (
    ROWS,
    arms_table,
    measures_table,
    predicted_table,
    predictions_kept,
)
from lipgan.experiments import SETTINGS

CONSTANT = 800.0


@pytest.fixture
def arms(as_runs):
    def distance(config):
        if config.push == "tangent":
            return 20.0
        if config.loss == "exp" and not config.pinned_width:
            return math.inf
        mended = config.push == "mono" or config.loss in ("ns", "exp")
        return 22.0 if mended else 200.0

    return as_runs(experiments.mechanism(seeds=[100, 101]), distance, CONSTANT)


def test_arms_are_over_the_tangent_and_divergence_shows(arms):
    table = arms_table(arms)
    assert list(table.index) == list(ROWS)
    assert table.loc["as it is", "COS"] == [10, 10]
    assert table.loc["signs of L'(0)", "COS"] == pytest.approx([1.1, 1.1])
    natural = arms_table(arms, SETTINGS[4])
    assert natural.loc["terms balanced", "EXP"] == [math.inf] * 2
    assert Arms(arms).settings() == list(SETTINGS)


def test_predictions_are_held_against_what_came(arms):
    table = predicted_table(arms)
    row = table.loc[("COS", "as it is")]
    assert (row["predicted"], row["W = 3, k = 50"]) == ("not mended",) * 2
    assert table.loc[("EXP", "as it is"), "as predicted"] == "0 of 2"
    right = [text.split(" of ") for text in table["as predicted"]]
    total = f"{sum(int(a) for a, _ in right)} of {sum(int(b) for _, b in right)}"
    assert predictions_kept(arms) == total


def test_measures_without_history_have_no_value(arms):
    table = measures_table(arms)
    assert all(math.isnan(value) for cell in table.loc["NS"] for value in cell)
