"""Verdicts on the optimizer's epsilon, from made-up runs."""

import math

import pytest

from lipgan.claims.judge import judge
from lipgan.claims.small_k import criteria
from lipgan.config import Config
from lipgan.experiments import SMALL_K, small_k

# (optimizer, loss) -> distance at k = 0.2 where that at 1 is 10; share of the steps
# that epsilon leaves. Prices follow the shares: the paper's explanation holds.
FOLLOWS = {
    "rmsprop": (20.0, 0.4),
    "rmsprop_tiny_eps": (11.0, 1.0),
    "rmsprop_eps_inside": (60.0, 0.05),
    "rmsprop_fast_decay": (20.0, 0.4),
    "rmsprop_tf": (60.0, 0.05),
    "adam": (50.0, 0.4),
}


@pytest.fixture
def small_k_runs(made_run):
    """Call it for runs at all optimizers; ``changed`` replaces entries of FOLLOWS.

    A key of ``changed`` may name a loss as well: ("adam", "ns").
    """

    def make(changed=None, usual=10.0, seeds=(0,)):
        runs = []
        for config in small_k(seeds=seeds):
            table = FOLLOWS | (changed or {})
            own = table[config.optimizer]
            distance, share = table.get((config.optimizer, config.loss), own)
            if config.lipschitz_k == max(SMALL_K):
                distance, share = usual, 1.0
            runs.append(one_run(made_run, config, distance, share))
        return runs

    return make


def one_run(made_run, config, distance, share):
    history = {"step": [1, 2], "step_share_g": [share] * 2, "step_share_d": [1.0, 1.0]}
    metrics, fields = {"fd_digits_constant": 2800.0}, {"history": history}
    if math.isinf(distance):
        fields |= {"status": "diverged", "diverged_at": 2}
    else:
        metrics["fd_digits_2k"] = distance
    return made_run(config, metrics, **fields)


def holds(verdict):
    return [check.holds for check in verdict.checks]


def test_a_price_that_follows_epsilon_reproduces_the_explanation(small_k_runs):
    verdict = judge("epsilon", small_k_runs(seeds=(0, 1, 2)))
    assert verdict.status == "reproduced"
    assert verdict.checks[0].found == "NS 1.10, WGAN 1.10; with 1e-8 NS 2.00, WGAN 2.00"
    assert verdict.checks[2].found == "it leaves 40.00% (NS), 40.00% (WGAN)"


def test_half_of_the_price_is_the_border(small_k_runs):
    assert (
        judge("epsilon", small_k_runs({"rmsprop_tiny_eps": (15.0, 1.0)}))
        .checks[0]
        .holds
    )
    over = small_k_runs({"rmsprop_tiny_eps": (15.1, 1.0)})
    assert judge("epsilon", over).status == "not reproduced"


@pytest.mark.parametrize("loss", ["ns", "wgan"])
def test_a_price_that_stays_without_epsilon_refutes_it(loss, small_k_runs):
    runs = small_k_runs({("rmsprop_tiny_eps", loss): (20.0, 1.0)})
    assert judge("epsilon", runs).status == "not reproduced"


def test_without_a_price_there_is_nothing_to_explain(small_k_runs):
    runs = small_k_runs({"rmsprop": (9.0, 0.4), "rmsprop_tiny_eps": (5.0, 1.0)})
    assert not holds(judge("epsilon", runs))[0]


def test_an_epsilon_that_takes_little_is_partly(small_k_runs):
    runs = small_k_runs({"rmsprop": (20.0, 0.99)})
    verdict = judge("epsilon", runs)
    assert verdict.status == "partly"
    assert holds(verdict) == [True, True, False]


def test_a_larger_epsilon_must_cost_more(small_k_runs):
    runs = small_k_runs({("rmsprop_eps_inside", "ns"): (15.0, 0.05)})
    assert holds(judge("epsilon", runs)) == [True, False, True]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"rmsprop_eps_inside": (math.inf, 0.0)}, [True, True, True]),
        ({"rmsprop_tiny_eps": (math.inf, 0.0)}, [False, True, True]),
        ({"rmsprop": (math.inf, 0.0)}, [True, False, False]),
        (
            {"rmsprop": (math.inf, 0.0), "rmsprop_tiny_eps": (math.inf, 0.0)},
            [False, False, False],
        ),
    ],
)
def test_divergence_is_the_highest_price(changed, expected, small_k_runs):
    verdict = judge("epsilon", small_k_runs(changed))
    assert holds(verdict) == expected
    assert "diverged" in " ".join(check.found for check in verdict.checks)


def test_a_usual_k_that_diverged_has_no_price(small_k_runs):
    prices = criteria.price_of_small_k(small_k_runs(usual=math.inf))
    assert all(math.isnan(price) for price in prices.values())
    assert not any(holds(judge("epsilon", small_k_runs(usual=math.inf)))[:2])


def test_prices_are_ratios_of_medians(made_run):
    values = {0.2: (10.0, 30.0, 20.0), 1.0: (4.0, math.inf, 5.0)}
    runs = [
        one_run(made_run, Config(lipschitz_k=k, seed=seed), distance, 1.0)
        for k, distances in values.items()
        for seed, distance in enumerate(distances)
    ]
    assert criteria.price_of_small_k(runs) == {("rmsprop", "ns"): 4.0}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "reproduced"),
        ({"adam": (29.0, 0.4)}, "not reproduced"),
        ({"adam": (29.0, 0.4), ("adam", "wgan"): (40.0, 0.4)}, "reproduced"),
        ({"adam": (10.0, 0.4), ("adam", "ns"): (math.inf, 0.4)}, "reproduced"),
        ({"rmsprop": (math.inf, 0.4)}, "not reproduced"),
        ({"rmsprop": (math.inf, 0.4), "adam": (math.inf, 0.4)}, "not reproduced"),
    ],
)
def test_adam_is_unstable_if_small_k_costs_it_half_as_much_again_or_it_diverges(
    changed, status, small_k_runs
):
    verdict = judge("adam", small_k_runs(changed))
    assert verdict.status == status
    assert "nan" not in verdict.checks[0].found
