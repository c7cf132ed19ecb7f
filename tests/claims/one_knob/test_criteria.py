"""The criteria of one knob, on runs that nobody trained."""

import math

import pytest

from lipgan.claims.one_knob.criteria import CLAIMS as KNOB
from lipgan.experiments import knob

CONSTANT = 800.0


def holds(claim, runs):
    return [check.holds for check in claim.checks(runs)]


def one_knob(config):
    """Scaled columns depend on alpha k^n alone; biases as they are cost at large k."""
    value = 25.0 if config.loss == "wgan" else 20.0 + 2 * abs(math.log10(knob(config)))
    if config.optimizer == "sgd":
        return value * config.lipschitz_k**0.5
    slow = config.d_biases == "own" and config.lipschitz_k >= 50
    return 2 * value if slow else value


@pytest.fixture
def judged_knob(as_runs):
    def make(distance=one_knob):
        configs = KNOB["one_knob"].configs("embedded", [0, 1, 2])
        return holds(KNOB["one_knob"], as_runs(configs, distance, CONSTANT))

    return make


def test_a_symmetry_is_confirmed(judged_knob):
    assert judged_knob() == [True] * 4


def spread_out(config):
    scaled = config.d_biases == "scaled" and config.optimizer != "sgd"
    return one_knob(config) * (1 + 0.3 * (scaled and config.lipschitz_k == 50))


def no_price(config):
    return one_knob(config) / (
        1 + (config.d_biases == "own" and config.lipschitz_k > 9)
    )


def straight_is_best(config):
    return 15.0 if config.loss == "wgan" else one_knob(config)


def sgd_too(config):
    return 30.0 if config.optimizer == "sgd" else one_knob(config)


@pytest.mark.parametrize(
    ("distance", "fails"),
    [(spread_out, 0), (no_price, 1), (straight_is_best, 2), (sgd_too, 3)],
)
def test_each_criterion_of_one_knob_can_fail(distance, fails, judged_knob):
    found = judged_knob(distance)
    assert not found[fails]


def test_columns_that_break_are_no_evidence(judged_knob):
    def broken(config):
        steep = config.loss != "wgan" and knob(config) >= 100
        return 400.0 * config.lipschitz_k**0.2 if steep else one_knob(config)

    assert judged_knob(broken)[0]


def test_a_scaled_domain_must_train_at_every_k_and_alike(as_runs):
    claim = KNOB["scaling_range"]
    configs = claim.configs("embedded", [0, 1, 2])

    def at(distance):
        return holds(claim, as_runs(configs, distance, CONSTANT))

    assert at(lambda c: 30.0 if knob(c) <= 10 else math.inf) == [True, True]

    def lost_at(value):
        return lambda c: (
            value if (c.loss, c.lipschitz_k, knob(c)) == ("exp", 50, 0.1) else 30.0
        )

    assert at(lost_at(math.inf)) == [False, False]
    assert at(lost_at(70.0)) == [True, False]
