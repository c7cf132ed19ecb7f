"""Tables of Table 3: what they show is what the runs hold."""

import pytest

from lipgan import experiments
from lipgan.claims.fid_against_k.tables import ratios_beside_paper
from lipgan.claims.published import TABLE3


def test_ratios_are_one_at_k_1(made_run):
    runs = []
    for config in experiments.table3():
        distance = TABLE3["mnist"][config.loss, config.lipschitz_k]
        runs.append(made_run(config, {"fd_digits_2k": 2 * distance}))
    table = ratios_beside_paper(runs)
    assert set(table["k = 1"]) == {1.0}
    ours = table.loc["NS", "ours"].tolist()
    assert ours == pytest.approx(table.loc["NS", "paper, MNIST"].tolist())
