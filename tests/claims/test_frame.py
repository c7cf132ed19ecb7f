"""One row per run, and what is read off the rows by cell."""

import math

import pytest

from lipgan.claims.frame import frame, medians_by, values_by


@pytest.fixture
def runs(tiny, made_run):
    found = {"fd_digits_2k": 3.0, "fd_digits_constant": 9.0, "kid_digits_2k": 0.5}
    worse = found | {"fd_digits_2k": 5.0}
    return [
        made_run(tiny(loss="wgan", seed=0), found),
        made_run(tiny(loss="ns", seed=0), found, status="diverged", diverged_at=1),
        made_run(tiny(loss="wgan", seed=1), worse),
    ]


def test_a_row_holds_config_status_metrics_and_distance(runs):
    table = frame(runs)
    assert list(table["loss"]) == ["wgan", "ns", "wgan"]
    assert list(table["status"]) == ["completed", "diverged", "completed"]
    assert list(table["fd"]) == [3.0, 3.0, 5.0]
    assert list(table["kid"]) == [0.5] * 3
    assert list(table["distance"]) == [3.0, math.inf, 5.0]


def test_values_and_medians_by_cell_in_the_order_of_the_runs(runs):
    found = values_by(runs, "distance", "loss")
    assert list(found.items()) == [(("wgan",), [3.0, 5.0]), (("ns",), [math.inf])]
    assert values_by([], "distance", "loss") == {}
    assert medians_by(runs, "distance", "loss") == {("wgan",): 4.0, ("ns",): math.inf}


def test_medians_leave_out_what_is_not_a_number(runs):
    def measure(run):
        return math.nan if run.diverged or run.config.seed == 0 else 7.0

    assert medians_by(runs, measure, "loss") == {("wgan",): 7.0}
