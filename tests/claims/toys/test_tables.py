"""Tables of Figure 1: what they show is what the runs hold."""

import math

from lipgan import experiments
from lipgan.claims.toys.tables import toy_table


def test_toy_table_spells_out_divergence(toy_runs):
    table = toy_table([*toy_runs["toy2d"], *toy_runs["toy2d_ring"]])
    assert len(table) == len(experiments.FIGURE1_LOSSES)
    assert any(math.inf in cell for cell in table.loc["EXP"])
    assert not any(math.inf in cell for cell in table.loc["WGAN"])
