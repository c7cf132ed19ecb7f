"""The criteria of the mechanism, on runs that nobody trained."""

import math

import pytest

from lipgan.claims.what_the_bend_does.criteria import CLAIMS as MECHANISM
from lipgan.claims.what_the_bend_does.criteria import (
    PREDICTED,
    Arms,
    image_mechanism_checks,
)
from lipgan.experiments import (
    ARMS,
    BENT_LOSSES,
    SETTINGS,
    TURNING,
    arm,
    mechanism,
)

CONSTANT = 800.0

TANGENT = 20.0


def holds(claim, runs):
    return [check.holds for check in claim.checks(runs)]


def as_predicted(config):
    """What the predictions say, everywhere; broken where they say nothing."""
    if config.push == "tangent":
        return TANGENT
    good = PREDICTED.get((config.loss, config.push, config.balance), False)
    straight = config.balance == "equal" and config.loss in ("ns", "exp")
    return TANGENT * (1.2 if good or straight else 10.0)


@pytest.fixture
def judged_mechanism(as_runs):
    def make(distance=as_predicted):
        claim = MECHANISM["what_the_bend_does"]
        configs = claim.configs("embedded", range(5))
        assert {c.seed for c in configs} == set(range(100, 105))
        return holds(claim, as_runs(configs, distance, CONSTANT))

    return make


def test_the_predictions_are_what_the_criteria_ask(judged_mechanism):
    assert judged_mechanism() == [True] * 6


CHANGED = {
    "signs and balance do not mend COS": (("cos", "mono", "equal", 3.0), 0),
    "balance mends COS": (("cos", "own", "equal", 3.0), 1),
    "equal sizes mend LS#": (("ls_sharp", "even", "own", 3.0), 2),
    "COS was not broken": (("cos", "own", "own", 10.0), 3),
    "dealing out sizes breaks NS": (("ns", "perm", "equal", 3.0), 4),
    "natural cells stay broken": (("cos", "mono", "equal", 0.0), 5),
}


@pytest.mark.parametrize("name", CHANGED)
def test_each_criterion_of_the_mechanism_can_fail(name, judged_mechanism):
    (cell, fails) = CHANGED[name]

    def distance(config):
        here = config.loss, config.push, config.balance, config.pinned_width
        mended = as_predicted(config) < 2 * TANGENT
        return TANGENT * (5 if mended else 1) if here == cell else as_predicted(config)

    expected = [True] * 6
    expected[fails] = False
    assert judged_mechanism(distance) == expected


@pytest.fixture
def judged_on_images(as_runs):
    def make(distance=as_predicted):
        configs = mechanism("mnist", seeds=[100, 101, 102])
        runs = as_runs(configs, distance, CONSTANT)
        return [check.holds for check in image_mechanism_checks(runs)]

    return make


def test_on_images_two_settings_carry_the_criteria(judged_on_images):
    assert judged_on_images() == [True] * 6


CHANGED_ON_IMAGES = {
    "signs and balance do not mend NS": (("ns", "own", "equal", 3.0), [0, 1]),
    "balance mends LS#": (("ls_sharp", "own", "equal", 3.0), [1]),
    "equal sizes mend COS": (("cos", "even", "own", 3.0), [2]),
    "EXP works in the free cell": (("exp", "own", "own", 0.0), [3]),
    "dealing out sizes breaks EXP": (("exp", "perm", "equal", 3.0), [4]),
    "the free cell stays broken": (("ls_sharp", "mono", "equal", 0.0), [5]),
}


@pytest.mark.parametrize("name", CHANGED_ON_IMAGES)
def test_each_criterion_on_images_can_fail(name, judged_on_images):
    cell, failing = CHANGED_ON_IMAGES[name]

    def distance(config):
        here = config.loss, config.push, config.balance, config.pinned_width
        mended = as_predicted(config) < 2 * TANGENT
        return TANGENT * (5 if mended else 1) if here == cell else as_predicted(config)

    found = judged_on_images(distance)
    assert [i for i, held in enumerate(found) if not held] == failing


def test_four_of_five_seeds_decide(as_runs):
    configs = MECHANISM["what_the_bend_does"].configs("embedded", range(5))

    def distance(config):
        lost = config.push == "mono" and config.seed == 102
        return math.inf if lost else as_predicted(config)

    arms = Arms(as_runs(configs, distance, CONSTANT))
    assert arms.mended("cos", SETTINGS[0], ("mono", "equal")) is True
    assert arms.ratios("cos", SETTINGS[0], ("mono", "equal"))[2] == math.inf

    def middling(config):
        return TANGENT * (1 if config.push == "tangent" else 2)

    arms = Arms(as_runs(configs, middling, CONSTANT))
    assert arms.mended("cos", SETTINGS[0], ("mono", "equal")) is None


def test_every_arm_of_every_loss_has_a_run_that_stands_for_it(as_runs):
    configs = MECHANISM["what_the_bend_does"].configs("embedded", [0])
    arms = Arms(as_runs(configs, as_predicted, CONSTANT))
    for loss in BENT_LOSSES:
        for setting in SETTINGS:
            for push in ARMS:
                assert len(arms.ratios(loss, setting, (push, "equal"))) == 1
    assert arm(100, "ns", SETTINGS[0], "mono") == arm(100, "ns", SETTINGS[0], "norm")
    assert set(TURNING) < set(BENT_LOSSES)


def test_inequality_is_the_cause_only_if_equal_sizes_mend_losses_that_turn(as_runs):
    claim = MECHANISM["bias_causes"]
    configs = claim.configs("embedded", range(5))

    def unequal_is_harm(config):
        if config.push in ("tangent", "even"):
            return TANGENT
        return 10 * TANGENT

    assert holds(claim, as_runs(configs, unequal_is_harm, CONSTANT)) == [True, True]
    assert holds(claim, as_runs(configs, as_predicted, CONSTANT)) == [False, False]

    def one_stays_broken(config):
        lost = (config.loss, config.push, config.lipschitz_k) == ("cos", "even", 50)
        return 10 * TANGENT if lost else unequal_is_harm(config)

    assert holds(claim, as_runs(configs, one_stays_broken, CONSTANT)) == [False, True]
