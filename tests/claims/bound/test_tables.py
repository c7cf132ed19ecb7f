"""Tables of Theorem 1: what they show is what the runs hold."""

import pytest

from lipgan.claims.bound.tables import (
    linear_table,
    lipschitz_table,
    slopes_table,
    table2_recomputed,
)
from lipgan.training import load_data
from lipgan.training.evaluate import untrained_metrics


def test_linear_functions_attain_the_bound():
    table = linear_table([(3, 32, 32), (1, 8, 8)], k=2.0)
    assert table["bound 2k√d"].tolist() == pytest.approx([221.70, 32.0], abs=0.01)
    assert table.iloc[:, 0].tolist() == pytest.approx(table.iloc[:, 1].tolist())


def test_table2_of_the_paper_is_consistent():
    assert table2_recomputed()["largest difference"].max() < 1.1e-3


def test_lipschitz_table_is_ordered_like_the_theorem(smoke_store):
    runs = [run for run in smoke_store if not run.diverged]
    untrained = untrained_metrics([r.config for r in runs], load_data(runs[0].config))
    table = lipschitz_table(runs, untrained)
    assert (table["largest gradient"] <= table["∏ exact norms"] * (1 + 1e-6)).all()
    assert (table["width of Ω"] <= table["bound"]).all()
    assert (table["share used"] > 0).all()
    slopes = slopes_table(runs)
    assert (slopes["share of the bound"] <= 1).all()
