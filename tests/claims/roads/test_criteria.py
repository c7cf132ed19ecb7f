"""Criteria of the other roads: made-up worlds meet them or do not."""

import math

import pytest

from lipgan import experiments
from lipgan.claims import CLAIMS, domains
from lipgan.claims.judge import judge
from lipgan.claims.roads.criteria import LINEAR, cells
from lipgan.config import Config
from lipgan.experiments import strength

CONSTANT = 330.0
WIDTHS = (0.02, 0.5, 30.0)  # of Omega, from the tightest strength to the loosest
NAMES = ["roads_shrink", "one_curve", "along_the_curve"]


def tightness(config):
    """0 for the tightest strength of this config's regularizer, 2 for the loosest."""
    return experiments.ROADS[config.regularizer][1].index(strength(config))


def width_of(config):
    return WIDTHS[tightness(config)]


def bent(config, width, bend):
    """The thesis: distance follows the non-linearity, whatever the width."""
    return 8 + 240 * bend


def steep(config, width, bend):
    """The rival: it follows the slope of the discriminator, here the width."""
    return 8 + 240 * min(width / 10, 1)


@pytest.fixture
def world(made_run):
    """Call it for all runs of a claim, given each run's width and distance.

    A distance of infinity makes a run that diverged; ``blind`` leaves it no finite
    score.
    """

    def make(name, quality=bent, width=width_of, seeds=(0,), blind=False):
        runs = []
        for config in CLAIMS[name].configs("embedded", seeds):
            half = width(config) / 2
            ends = {"min": -half, "mean": 0.0, "max": half}
            history = {
                f"score_{side}_{end}": [value] * 4
                for side in ("real", "fake")
                for end, value in ends.items()
            }
            run = made_run(config, history={"step": [1, 2, 3, 4], **history})
            distance = quality(config, width(config), domains.nonlinearity(run))
            metrics, fields = {"fd_digits_constant": CONSTANT}, {}
            if math.isinf(distance):
                fields = {"status": "diverged", "diverged_at": 4}
                if blind:
                    history = {name: [math.nan] for name in history}
            else:
                metrics |= {"fd_digits_2k": distance}
                metrics |= {"lipschitz_gradient": width(config)}
            fields["history"] = {"step": [1, 2, 3, 4], **history}
            runs.append(made_run(config, metrics, **fields))
        return runs

    return make


@pytest.mark.parametrize("name", NAMES)
def test_the_thesis_meets_all_criteria(name, world):
    found = judge(name, world(name))
    assert found.status == "reproduced", found.checks


@pytest.mark.parametrize("name", NAMES)
def test_one_seed_is_enough_and_smoke_is_not(name, world):
    runs = world(name, seeds=[1])
    assert judge(name, runs).seeds == (1,)
    assert CLAIMS[name].configs("smoke", [0])
    assert judge(name, [], "smoke").status == "not tested"


def test_a_regularizer_that_never_narrows_the_domain_is_found(world):
    def stuck(config):
        return 1.0 if config.regularizer == "alp" else width_of(config)

    found = judge("roads_shrink", world("roads_shrink", width=stuck))
    assert found.status == "not reproduced"
    assert "ALP 1," in found.checks[0].found
    assert "SN 1.5e+03" in found.checks[0].found


def test_the_median_over_losses_decides_about_a_domain(world):
    def stuck(*losses):
        return lambda c: 1.0 if c.loss in losses else width_of(c)

    two = world("roads_shrink", width=stuck("ns", "exp"))
    three = world("roads_shrink", width=stuck("ns", "exp", "cos"))
    assert judge("roads_shrink", two).status == "reproduced"
    assert judge("roads_shrink", three).status == "not reproduced"


def test_domains_of_runs_that_diverged_at_once_are_left_out(world):
    def lost(config, width, bend):
        gone = config.loss in ("exp", "cos") and tightness(config) == 2
        return math.inf if gone else 10.0

    found = judge("roads_shrink", world("roads_shrink", lost, blind=True))
    assert found.status == "reproduced"
    assert "nan" not in found.checks[0].found


def test_a_world_that_follows_the_slope_is_no_curve(world):
    found = judge("one_curve", world("one_curve", steep))
    assert found.status == "not reproduced"
    assert [c.holds for c in found.checks[:2]] == [False, False]  # WGAN breaks, too


def test_a_world_in_which_nothing_fails_is_no_curve(world):
    found = judge("one_curve", world("one_curve", lambda *_: 10.0))
    assert found.status == "partly"  # without WGAN the axes are one: the first is out
    assert found.checks[0].untestable
    assert [c.holds for c in found.checks] == [False, True, False, True]


@pytest.mark.parametrize(("factor", "status"), [(1.2, "reproduced"), (3.0, "partly")])
def test_a_regularizer_with_a_level_of_its_own(factor, status, world):
    def apart(config, width, bend):
        own = factor if config.regularizer == "gn" and bend < LINEAR else 1.0
        return own * bent(config, width, bend)

    found = judge("one_curve", world("one_curve", apart))
    assert found.status == status
    assert found.checks[3].holds == (status == "reproduced")


def test_straight_cells_that_diverge_do_not_work(world):
    def lost(config, width, bend):
        gone = config.loss == "wgan" and tightness(config) == 2
        return math.inf if gone else bent(config, width, bend)

    found = judge("one_curve", world("one_curve", lost))
    works = found.checks[1]
    assert not works.holds
    count, total = map(int, works.found.split(";")[0].split(" of "))
    assert total - count == len(experiments.ROADS)


def test_bent_cells_that_diverge_count_as_broken(world):
    def lost(config, width, bend):
        return math.inf if width > 1 and config.loss != "wgan" else 8 + bend

    found = judge("one_curve", world("one_curve", lost))
    assert found.checks[2].holds
    curved = 4 * len(experiments.ROADS)
    assert found.checks[2].found.startswith(f"{curved} of ")


def test_cells_that_never_had_a_finite_domain_have_no_place_on_the_curve(world):
    def lost(config, width, bend):
        gone = config.loss == "exp" and tightness(config) == 2
        return math.inf if gone else bent(config, width, bend)

    runs = world("one_curve", lost, blind=True)
    found = judge("one_curve", runs)
    kept = len(cells(runs)) - len(experiments.ROADS)
    assert found.checks[0].found.endswith(f"over {kept} cells")
    assert found.status == "reproduced"


@pytest.mark.parametrize(("gone", "holds"), [((0,), True), ((0, 1), False)])
def test_most_seeds_decide_whether_a_cell_diverged(gone, holds, world):
    def lost(config, width, bend):
        unlucky = config.loss == "wgan" and config.seed in gone
        return math.inf if unlucky else bent(config, width, bend)

    runs = world("one_curve", lost, seeds=[0, 1, 2])
    assert judge("one_curve", runs).checks[1].holds == holds


def test_scaling_that_does_nothing_moves_no_cell(world):
    def stuck(config, width, bend):
        return 200.0 if config.loss == "cos" else 10.0

    found = judge("along_the_curve", world("along_the_curve", stuck))
    assert found.status == "not reproduced"
    assert [c.holds for c in found.checks] == [False, False, False]
    assert found.checks[2].found == f"0 of {len(experiments.SCALED_ROADS)}"


def test_cells_that_do_not_mind_a_large_alpha_are_found(world):
    def robust(config, width, bend):
        return bent(config, width, bend if config.alpha <= 1 else 0.0)

    assert judge("along_the_curve", world("along_the_curve", robust)).status == "partly"


def test_divergence_at_a_large_alpha_is_worse_but_not_than_divergence(world):
    def lost(config, width, bend):
        return math.inf if config.alpha > 1 else 10.0

    def lost_before(config, width, bend):
        return 10.0 if config.alpha < 1 else math.inf

    found = judge("along_the_curve", world("along_the_curve", lost, blind=True))
    assert found.status == "reproduced"
    found = judge("along_the_curve", world("along_the_curve", lost_before))
    assert [c.holds for c in found.checks] == [True, False, True]


def test_divergence_at_a_small_alpha_is_not_mended(world):
    def lost(config, width, bend):
        return math.inf if config.alpha < 1 else bent(config, width, bend)

    found = judge("along_the_curve", world("along_the_curve", lost))
    assert found.status == "not reproduced"
    assert found.checks[0].found.startswith("0 of ")


def test_strength_is_the_field_that_is_varied():
    assert strength(Config(regularizer="r1", penalty_weight=3.0)) == 3.0
    assert strength(Config(regularizer="gp", lipschitz_k=0.5)) == 0.5
