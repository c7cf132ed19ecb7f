"""Figure 5 and the bias over samples, judged on made-up runs."""

import math

import pytest

from lipgan.claims.judge import judge
from lipgan.claims.measures import failure, metric
from lipgan.claims.two_failures.criteria import CLAIMS, EXPECTED, HEALTHY_ALPHA

CRASH = {"density": 0.01, "coverage": 0.9, "class_coverage": 4.0}
COLLAPSE = {"density": 0.8, "coverage": 0.2, "class_coverage": 3.0}
HEALTHY = {"density": 0.8, "coverage": 0.7, "class_coverage": 10.0}
WORSE = {"density": 0.8, "coverage": 0.4, "class_coverage": 10.0}
# loss -> evenness on real samples and push of the favored class at alpha = 0.1
UNEVEN = {"ns": (0.4, 1.9), "ls": (0.6, 1.3), "cos": (0.8, 1.1), "exp": (0.1, 3.0)}


def named(numbers):
    """The numbers as metrics of the digits at 2,000 samples."""
    return {f"{family}_digits_2k": value for family, value in numbers.items()}


@pytest.fixture
def failed(made_run):
    """Call it for the verdict on Figure 5, given numbers per loss; None diverged."""

    def make(changes, seeds=(0, 1, 2)):
        numbers = {
            loss: COLLAPSE if kind == "collapsed" else CRASH
            for loss, kind in EXPECTED.items()
        }
        numbers |= changes
        runs = []
        for config in CLAIMS["two_failures"].configs("embedded", seeds):
            own = numbers[config.loss]
            own = own[config.seed] if isinstance(own, list) else own
            own = HEALTHY if config.alpha == HEALTHY_ALPHA else own
            lost = {"status": "diverged", "diverged_at": 1} if own is None else {}
            runs.append(made_run(config, named(own or {}), **lost))
        return judge("two_failures", runs)

    return make


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "reproduced"),
        ({"exp": None, "ls": None}, "reproduced"),
        ({"ns": WORSE}, "partly"),
        ({"ns": [COLLAPSE, HEALTHY, HEALTHY]}, "partly"),
        ({"ns": CRASH}, "partly"),
        ({"ns": None}, "partly"),
        ({"cos": HEALTHY}, "not reproduced"),
        ({"ls": COLLAPSE}, "not reproduced"),
        ({"exp": [None, HEALTHY, HEALTHY]}, "not reproduced"),
    ],
)
def test_two_failures_are_told_apart(changes, status, failed):
    assert failed(changes).status == status


def test_half_of_the_seeds_are_not_most(failed):
    assert failed({"ns": [COLLAPSE, HEALTHY]}, seeds=(0, 1)).status == "partly"


def test_every_seed_is_counted(failed):
    found = failed({"exp": None, "cos": [CRASH, COLLAPSE, CRASH]}).checks[0].found
    assert "COS crashed 2 of 3, collapsed 1 of 3" in found
    assert "EXP crashed 3 of 3" in found


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        (CRASH, "crashed"),
        (COLLAPSE, "collapsed"),
        (HEALTHY, "none"),
        ({"density": 0.1, "coverage": 0.5}, "none"),
        ({"density": 0.0999, "coverage": 0.5}, "crashed"),
        ({"density": 0.1, "coverage": 0.4999}, "collapsed"),
        ({}, "crashed"),
    ],
)
def test_failure_by_density_first_and_coverage_second(numbers, kind, made_run, tiny):
    assert failure(made_run(tiny(), named(numbers))) == kind


def test_divergence_is_a_crash_whatever_was_measured(made_run, tiny):
    run = made_run(tiny(), named(HEALTHY), status="diverged", diverged_at=3)
    assert failure(run) == "crashed"


def test_metric_is_found_by_its_family(made_run, tiny):
    numbers = named({"coverage": 0.3, "class_coverage": 7.0})
    run = made_run(tiny(), numbers | {"fd_digits_2k": 4.0, "fd_digits_constant": 9.0})
    assert metric(run, "coverage") == 0.3
    assert metric(run, "class_coverage") == 7.0
    assert metric(run, "fd") == 4.0
    assert math.isnan(metric(run, "kid"))
    twice = made_run(tiny(), named({"kid": 1.0}) | {"kid_pixels_2k": 2.0})
    with pytest.raises(ValueError, match="'kid' is not clear among kid_digits_2k, kid"):
        metric(twice, "kid")


@pytest.fixture
def biased(made_run):
    """Call it for the verdict on the bias, given (evenness, push) per loss and alpha.

    A loss with None has no finite slope at any moment.
    """

    def make(weak, strong=None):
        runs = []
        for config in CLAIMS["sample_bias"].configs("embedded", [0, 1, 2]):
            numbers = dict.fromkeys(UNEVEN, (1.0, 1.0)) | (strong or {})
            if config.alpha != HEALTHY_ALPHA:
                numbers = UNEVEN | weak
            even, push = numbers[config.loss] or (math.nan, math.nan)
            # the middle moments count, neither a first nor a missing one
            history = {
                "step": [1, 2, 3, 4],
                "evenness_real": [1.0, even, math.nan, even],
                "class_push": [1.0, push, push, math.nan],
            }
            if numbers[config.loss] is None:
                history["evenness_real"] = history["class_push"] = [math.nan] * 4
            runs.append(made_run(config, history=history))
        return judge("sample_bias", runs)

    return make


@pytest.mark.parametrize(
    ("weak", "strong", "holds"),
    [
        ({}, {}, [True, True, True]),
        ({"exp": None}, {}, [True, True, True]),
        ({"ns": None, "exp": None}, {}, [True, True, True]),
        (dict.fromkeys(UNEVEN), {}, [False, True, False]),
        ({"ls": (0.95, 1.3)}, {}, [False, True, True]),
        ({"ns": None, "ls": (0.95, 1.3)}, {}, [False, True, True]),
        ({}, {"cos": (0.98, 1.0)}, [True, False, True]),
        ({}, {"cos": None}, [True, False, False]),
        ({"cos": (0.8, 1.0)}, {}, [True, True, False]),
        ({}, {"ls": (1.0, 1.4)}, [True, True, False]),
    ],
)
def test_sample_bias(weak, strong, holds, biased):
    assert [check.holds for check in biased(weak, strong).checks] == holds


def test_a_loss_without_finite_slopes_is_named(biased):
    found = biased({"exp": None}).checks[0].found
    assert found == "NS 0.400, LS 0.600, COS 0.800, EXP none finite"


def test_criteria_do_not_break_a_markdown_table(biased, failed):
    checks = [*biased({}).checks, *failed({}).checks]
    assert not any("|" in check.criterion + check.found for check in checks)
