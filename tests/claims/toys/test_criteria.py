"""The criteria of Figure 1, on made-up runs."""

import math
from collections import Counter

import pytest

from lipgan import data, metrics
from lipgan.claims.judge import judge
from lipgan.claims.toys import criteria as toys
from lipgan.experiments import figure1

CENTER = 3.5  # roughly how far the toy starts from its data


@pytest.fixture
def figure1_run(made_run):
    def make(distance):
        center = metrics.geometric_median(data.load("toy2d").x)
        runs = []
        for name in ("toy2d", "toy2d_ring"):
            for config in figure1(name):
                d = distance(config)
                point = [[float(center[0]) + d, float(center[1])]]
                fields = {"history": {"step": [1], "points": [point]}}
                if math.isinf(d):
                    fields |= {"status": "diverged", "diverged_at": 3}
                runs.append(made_run(config, {"w1_512": d}, **fields))
        return runs

    return make


def toy(config, far=9.0):
    return far if config.alpha == 1e10 and config.loss != "wgan" else 0.2


def test_a_toy_that_fails_only_where_the_domain_is_huge_is_reproduced(figure1_run):
    assert judge("figure1", figure1_run(toy)).status == "reproduced"
    assert (
        judge("figure1", figure1_run(lambda c: toy(c, math.inf))).status == "reproduced"
    )


def test_a_toy_that_never_fails_is_not_fully_reproduced(figure1_run):
    assert judge("figure1", figure1_run(lambda c: 0.2)).status != "reproduced"


def test_a_toy_that_fails_at_small_alpha_is_not_reproduced(figure1_run):
    runs = figure1_run(lambda c: 3.0 if c.alpha == 1e-10 else 0.2)
    assert judge("figure1", runs).status == "not reproduced"


def test_toy_distance_is_taken_from_the_geometric_median(figure1_run):
    runs = figure1_run(lambda c: 0.75)
    assert toys.toy_distance(runs[0]) == pytest.approx(0.75, abs=1e-4)
    assert toys.toy_start() == pytest.approx(CENTER, abs=0.1)
    assert Counter(r.config.dataset for r in runs) == {"toy2d": 15, "toy2d_ring": 15}
