"""Seconds per step: what is measured, in which order of size, and what is refused."""

import pytest

from lipgan.training import costs


@pytest.fixture(scope="module")
def seconds(tiny):
    configs = [tiny(lipschitz_k=k) for k in (0.5, 1.0)]
    names = ["none", "sn", "gp", "alp"]
    return costs.step_costs(configs, names, steps=3, repeats=5, device="cpu")


def test_every_regularizer_takes_some_time(seconds):
    assert list(seconds) == ["none", "sn", "gp", "alp"]
    assert all(0 < value < 10 for value in seconds.values())


def test_a_derivative_of_a_derivative_costs_something(seconds):
    assert seconds["gp"] > seconds["none"]


def test_the_fastest_turn_counts_and_the_first_does_not(tiny, monkeypatch):
    turns = [0.5, 7.0, 9.0, 3.0, 4.0, 8.0]  # seconds; cohorts take turns
    clock = [0.0]
    for turn in turns:
        clock += [clock[-1] + turn] * 2
    times = iter(clock)
    monkeypatch.setattr(costs.time, "perf_counter", lambda: next(times))
    found = costs.step_costs([tiny()], ["none", "sn"], steps=2, repeats=2, device="cpu")
    assert found == {"none": 2.0, "sn": 1.5}


def test_configs_of_two_shapes_are_refused(tiny):
    with pytest.raises(ValueError, match="configs: they do not fit one cohort"):
        costs.step_costs([tiny(), tiny(width=8)], ["none"], device="cpu")


def test_no_configs_are_refused():
    with pytest.raises(ValueError, match="configs: they do not fit one cohort"):
        costs.step_costs([], ["none"], device="cpu")


def test_an_unknown_device_is_refused(tiny):
    with pytest.raises(ValueError, match="device: 'tpu' is not one of"):
        costs.step_costs([tiny()], ["none"], device="tpu")
