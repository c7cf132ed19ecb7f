"""Tables of Figure 1: what they show is what the runs hold."""

from lipgan import experiments
from lipgan.claims.toys.tables import toy_table


def test_toy_table_spells_out_divergence(toy_runs):
    table = toy_table([*toy_runs["toy2d"], *toy_runs["toy2d_ring"]])
    assert len(table) == len(experiments.FIGURE1_LOSSES)
    assert (table.loc["EXP"] == "diverged").any()
    assert (table.loc["WGAN"] != "diverged").all()
