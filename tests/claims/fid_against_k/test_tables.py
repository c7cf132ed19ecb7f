"""Tables of Table 3: what they show is what the runs hold."""

import pytest
from made_up import COPY

from lipgan import experiments
from lipgan.claims.fid_against_k.tables import broken_beside_paper, ratios_beside_paper
from lipgan.claims.published import TABLE3, broken_cells


def test_ratios_are_one_at_k_1(made_run):
    runs = []
    for config in experiments.table3():
        distance = TABLE3["mnist"][config.loss, config.lipschitz_k]
        runs.append(made_run(config, {"fd_digits_2k": 2 * distance}))
    table = ratios_beside_paper(runs)
    assert set(table["k = 1"]) == {1.0}
    ours = table.loc["NS", "ours"].tolist()
    assert ours == pytest.approx(table.loc["NS", "paper, MNIST"].tolist())


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({}, "8 of 35 cells are broken here, against 8 in two of the paper's three"),
        ({"dataset": "mnist"}, "10 of 35 cells are broken here, against 10 in the"),
        (COPY, "7 of 35 cells are broken here, against 7 in the paper"),
    ],
)
def test_broken_cells_are_counted_beside_the_own_column(fields, counted, as_runs):
    configs = experiments.table3(seeds=[1], **fields)
    broken = broken_cells(configs[0].features)

    def distance(c):
        return 299.0 if (c.loss, c.lipschitz_k) in broken else 20.0

    assert broken_beside_paper(as_runs(configs, distance, 300.0)).startswith(counted)
