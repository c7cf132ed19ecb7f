"""Criteria of three systems' own claims, on made-up runs that meet and miss them."""

import math

import pytest

from lipgan.claims import CLAIMS
from lipgan.claims.judge import judge
from lipgan.claims.systems.criteria import STRICT
from lipgan.claims.systems.gran import PLATEAU

CONSTANT = 300.0
STEPS = 8
NAMES = ["alr_viable", "lgan_beats_wgan", "gran_plateaus"]


def history(config, moves=0.1, push=0.5):
    """A domain of width 2 whose center moves on steadily, and one slope of the loss."""
    centers = [moves * 2 * i / (STEPS // 2 - 1) for i in range(STEPS)]
    made = {"step": list(range(1, STEPS + 1))}
    for side, offset in (("real", 0.5), ("fake", -0.5)):
        made[f"score_{side}_min"] = [c - 1 for c in centers]
        made[f"score_{side}_mean"] = [c + offset for c in centers]
        made[f"score_{side}_max"] = [c + 1 for c in centers]
    return made | {"slope_fake_min": [push] * STEPS, "slope_fake_max": [0.9] * STEPS}


def as_claimed(config):
    """(distance, moves of the center in widths, smallest slope) as the claims want."""
    if config.regularizer == "gran":
        far = {0.05: 12.0, 0.2: 10.0, 1.0: 15.0, 5.0: 25.0, 20.0: 60.0}
        if config.loss == "wgan":
            return 11.0, 0.1, 1.0
        return far[config.lipschitz_k], 0.1, 0.5 / (1 + config.lipschitz_k)
    if config.regularizer == "maxgp":
        strict = config.loss in STRICT
        return (10.0, 0.2, 0.5) if strict else (14.0, 3.0, 0.5)
    return {"sn": 12.0, "gp": 11.0, "alp": 13.0}[config.regularizer], 0.1, 1.0


@pytest.fixture
def verdict(made_run):
    """Call it for the verdict on runs as claimed after a change; inf diverges."""

    def make(name, change=lambda config, *found: found):
        runs = []
        for config in CLAIMS[name].configs("embedded", [0, 1, 2]):
            distance, moves, push = change(config, *as_claimed(config))
            metrics = {"fd_digits_constant": CONSTANT}
            fields = {"history": history(config, moves, push)}
            if math.isinf(distance):
                fields |= {"status": "diverged", "diverged_at": STEPS}
            else:
                metrics["fd_digits_2k"] = distance + 0.1 * config.seed
            runs.append(made_run(config, metrics, **fields))
        return judge(name, runs)

    return make


def held(found):
    return [check.holds for check in found.checks]


@pytest.mark.parametrize("name", NAMES)
def test_runs_as_claimed_meet_the_criteria(name, verdict):
    found = verdict(name)
    assert found.status == "reproduced", found.checks
    assert found.seeds == (0, 1, 2)


@pytest.mark.parametrize("name", NAMES)
def test_runs_at_smoke_scale_say_nothing(name, made_run):
    configs = CLAIMS[name].configs("smoke", [0])
    runs = [made_run(config, {"fd_digits_64": 1.0}) for config in configs]
    assert judge(name, runs).status == "not tested"


def test_equal_runs_show_competition_but_no_gain(verdict):
    def alike(config, *found):
        return 10.0, 0.1, 0.5

    assert verdict("alr_viable", alike).status == "reproduced"
    assert verdict("lgan_beats_wgan", alike).status == "not reproduced"
    assert verdict("gran_plateaus", alike).status == "not reproduced"


# ALR


def alp_at(distance):
    def change(config, own, *rest):
        return (distance if config.regularizer == "alp" else own, *rest)

    return change


@pytest.mark.parametrize(
    ("distance", "status"),
    [
        (21.0, "reproduced"),
        (30.0, "partly"),  # works, but far behind
        (CONSTANT / 3 + 1, "not reproduced"),
        (math.inf, "not reproduced"),
    ],
)
def test_alr_must_work_and_keep_up(distance, status, verdict):
    assert verdict("alr_viable", alp_at(distance)).status == status


@pytest.mark.parametrize(("seeds", "status"), [(1, "reproduced"), (2, "partly")])
def test_alr_is_judged_by_its_best_strength_and_the_median_seed(seeds, status, verdict):
    def change(config, distance, *rest):
        best = config.lipschitz_k == 1.0
        if config.regularizer == "alp":
            distance = distance if best else 50.0
            distance = math.inf if best and config.seed < seeds else distance
        return distance, *rest

    assert verdict("alr_viable", change).status == status


def test_alr_without_rivals_is_viable(verdict):
    def change(config, distance, *rest):
        return distance if config.regularizer == "alp" else math.inf, *rest

    assert verdict("alr_viable", change).status == "reproduced"


# LGAN


@pytest.mark.parametrize("loss", STRICT)
@pytest.mark.parametrize("distance", [15.0, math.inf])
def test_every_strict_objective_must_beat_wgan(loss, distance, verdict):
    def change(config, own, *rest):
        return distance if config.loss == loss else own, *rest

    found = verdict("lgan_beats_wgan", change)
    assert found.status == "not reproduced"
    assert held(found)[1] == math.isfinite(distance)  # without critics none is steady


def test_the_hinge_may_be_worse(verdict):
    def change(config, own, *rest):
        return math.inf if config.loss == "hinge" else own, *rest

    assert verdict("lgan_beats_wgan", change).status == "reproduced"


def test_critics_must_be_steadier_than_wgans(verdict):
    def change(config, distance, moves, push):
        return distance, 4.0 if config.loss == "lgan_sqrt" else moves, push

    assert verdict("lgan_beats_wgan", change).status == "partly"


def test_a_wgan_that_diverges_is_beaten_but_moves_nowhere(verdict):
    def change(config, own, *rest):
        return math.inf if config.loss == "wgan" else own, *rest

    found = verdict("lgan_beats_wgan", change)
    assert held(found) == [True, False]
    assert "WGAN inf" in found.checks[0].found


# GraN


def adam_ns_at_the_end(change):
    """Change the runs of NS under Adam at the largest K only."""

    def apply(config, *found):
        chosen = (config.loss, config.optimizer) == ("ns", "adam")
        return change(*found) if chosen and config.lipschitz_k == 20 else found

    return apply


def test_a_large_k_without_plateau_is_not_reproduced(verdict):
    change = adam_ns_at_the_end(lambda distance, moves, _: (distance, moves, PLATEAU))
    assert held(verdict("gran_plateaus", change)) == [False, True]


def test_a_plateau_without_consequence_is_partly_reproduced(verdict):
    change = adam_ns_at_the_end(lambda _, moves, push: (10.5, moves, push))
    assert held(verdict("gran_plateaus", change)) == [True, False]


@pytest.mark.parametrize(("push", "plateau"), [(0.01, True), (math.nan, False)])
def test_divergence_at_a_large_k_is_a_consequence(push, plateau, verdict):
    change = adam_ns_at_the_end(lambda _, moves, __: (math.inf, moves, push))
    assert held(verdict("gran_plateaus", change)) == [plateau, True]


@pytest.mark.parametrize(("far", "worth"), [(20.0, True), (10.0, False)])
def test_k_of_standard_gans_is_worth_tuning_where_one_is_not_best(far, worth, made_run):
    runs = []
    for config in CLAIMS["gran_k"].configs("embedded", [0, 1]):
        distance = far if config.lipschitz_k == 1.0 else 10.0
        metrics = {"fd_digits_constant": CONSTANT, "fd_digits_2k": distance}
        runs.append(made_run(config, metrics))
    assert held(judge("gran_k", runs)) == [worth]


@pytest.mark.parametrize(("gran", "better"), [(8.0, True), (12.0, False)])
def test_gran_must_beat_the_better_of_its_rivals(gran, better, made_run):
    level = {"gran": gran, "sn": 15.0, "gp": 10.0}
    runs = [
        made_run(
            config,
            {"fd_digits_constant": CONSTANT, "fd_digits_2k": level[config.regularizer]},
        )
        for config in CLAIMS["gran_images"].configs("embedded", [0, 1])
    ]
    assert held(judge("gran_images", runs)) == [better]
