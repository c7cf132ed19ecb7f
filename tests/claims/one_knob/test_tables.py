"""Tables of one knob, from runs that nobody trained."""

import math

import pytest

from lipgan import experiments
from lipgan.claims.one_knob.tables import (
    knob_price_table,
    knob_table,
    small_k_on_the_knob,
    spread_table,
)
from lipgan.experiments import knob

CONSTANT = 800.0


@pytest.fixture
def columns(as_runs):
    def distance(config):
        if config.loss == "wgan":
            return 25.0
        slow = config.d_biases == "own" and config.lipschitz_k == 50
        return (20.0 + math.log10(knob(config))) * (2 if slow else 1)

    return as_runs(experiments.collapse(seeds=[0, 1]), distance, CONSTANT)


def test_spread_over_k_shows_what_biases_do(columns):
    table = spread_table(columns)
    assert list(table.columns)[0] == "αkⁿ = 0.001"
    assert set(table.loc["steps times k^layer"].loc["NS"]) == {1.0}
    assert table.loc[("as they are", "COS"), "αkⁿ = 1"] == 2


def test_prices_stand_in_order_of_k(columns):
    table = knob_price_table(columns)
    assert list(table.columns) == [f"k = {k:g}" for k in experiments.COLLAPSE_K]
    assert table.loc[("as they are", "NS"), "k = 50"] == 40
    assert table.loc[("frozen at 0", "WGAN"), "k = 1"] == 25


def test_knob_table_compares_with_wgan(columns):
    table = knob_table(columns)
    assert table.loc["EXP", "αkⁿ = 1"].tolist() == [20, 0.8]
    assert table.loc["EXP", "WGAN"].tolist() == [25, 1]
    assert table.columns[-1] == "WGAN"
    assert small_k_on_the_knob() == "0.008"
