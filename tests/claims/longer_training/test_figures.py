"""Margins and samples of what was trained otherwise."""

import math

import pytest
from drawings import drawn, marks

from lipgan import experiments
from lipgan.claims.longer_training.criteria import STATEMENTS
from lipgan.claims.longer_training.figures import margins, samples_by_way
from lipgan.claims.longer_training.tables import table_of_ways, what_stands
from lipgan.claims.published import TABLE3
from lipgan.training import train


@pytest.fixture
def ways(as_runs):
    """The paper's MNIST column however it is trained; COS at k = 5 diverges late."""

    def distance(c):
        late = c.num_steps == 100_000 and (c.loss, c.lipschitz_k) == ("cos", 5.0)
        return math.inf if late else TABLE3["mnist"][c.loss, c.lipschitz_k]

    configs = experiments.table3(seeds=[0]) + experiments.longer_training(seeds=[0])
    return as_runs([*configs, *experiments.bridge(seeds=[0])], distance, 287.0)


def test_every_statement_has_a_row_with_the_table_the_ways_and_the_paper(ways):
    (ax,) = drawn(margins(ways)).axes
    assert [t.get_text() for t in ax.get_yticklabels()] == [s.text for s in STATEMENTS]
    lines = {line.get_label(): line for line in ax.lines}
    margin = STATEMENTS[0].margin(TABLE3["mnist"])
    for name in ("table", "width 32", "paper, MNIST"):
        assert lines[name].get_xdata()[0] == pytest.approx(margin)
    assert len(lines["paper, MNIST"].get_xdata()) == len(STATEMENTS)
    assert lines["paper, MNIST"].get_mfc() == "none"
    assert len(marks(ax, "x")) == 1  # COS at k = 5, at the right edge
    assert ax.get_xlim()[0] <= 0.5


def test_statements_that_no_training_tests_have_no_row(ways):
    few = [run for run in ways if run.config.num_steps <= 16_000]
    (ax,) = drawn(margins(few)).axes
    assert len(ax.get_yticklabels()) == 4  # NS and WGAN, at k = 1 and 10


def test_the_table_has_a_row_a_cell_and_a_column_a_way(ways):
    table = table_of_ways(ways)
    assert list(table.columns)[:2] == ["table", "32,000 steps"]
    assert (
        list(table.columns)[-1] == "100,000 steps, learning rate 5·10⁻⁵, last weights"
    )
    assert len(table) == 10
    assert table.loc["COS, k = 5", "table"] == [TABLE3["mnist"]["cos", 5.0]]
    assert table.loc["COS, k = 5"].iloc[-1] == [math.inf]
    assert math.isnan(table.loc["COS, k = 5", "width 32"])


def test_what_turns_around_is_named_with_the_training_in_which_it_does(ways, as_runs):
    stand, turn = what_stands(ways).splitlines()
    assert stand.startswith("- **Stand in every training**, 11: *NS at k = 10 is worse")
    assert turn == "- **Do not**, 0: none."

    def distance(c):
        wide = c.width > 16 and (c.loss, c.lipschitz_k) == ("wgan", 1.0)
        return 2.0 if wide else TABLE3["mnist"][c.loss, c.lipschitz_k]

    configs = [run.config for run in ways]
    stand, turn = what_stands(as_runs(configs, distance, 287.0)).splitlines()
    assert "*WGAN at k = 1 is worse than NS at k = 1* (0.51 with width 32)" in turn
    assert "COS at k = 1" in stand


def test_samples_have_a_row_a_way_and_a_column_a_cell():
    smoke = {"scale": "smoke", "seeds": [0]}
    configs = experiments.longer_training(**smoke)[-2:]  # WGAN, twice as wide
    table = [c for c in experiments.table3(**smoke) if c.loss == "wgan"]
    figure = drawn(samples_by_way(train(table + configs, device="cpu")))
    assert [ax.get_title() for ax in figure.axes[:2]] == ["WGAN\n1", "WGAN\n10"]
    assert [ax.get_ylabel() for ax in figure.axes[::2]] == ["table", "width 8"]
    assert all(ax.images for ax in figure.axes)
