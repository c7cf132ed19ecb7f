"""The criteria of Theorem 1, on made-up runs."""

import pytest

from lipgan.claims.bound import criteria as bound
from lipgan.claims.judge import judge
from lipgan.config import Config


# Theorem 1: d = 64 inputs, so the bound is 2 K 8 = 16 K; slopes of the linear loss are
# equal, those of LS differ by twice the width of the scores.
def theorem1_run(made_run, config, width, norm):
    half = width / 2
    history = {
        "score_real_min": [-half],
        "score_real_max": [half],
        "slope_real_min": [-half * 2 - 2],
        "slope_real_max": [half * 2 - 2],
        "sigma": [[1.0, 1.0, 1.0]],
        "step": [1],
    }
    return made_run(
        config, {"domain_width": width, "lipschitz_layers": norm}, history=history
    )


@pytest.fixture
def theorem1_runs(made_run):
    def make(widths, norm=lambda k: k**3):
        return [
            theorem1_run(made_run, Config(loss="ls", lipschitz_k=k), w, norm(k))
            for k, w in widths.items()
        ]

    return make


def test_narrow_domains_that_shrink_with_k_reproduce_theorem_1(theorem1_runs):
    runs = theorem1_runs({0.5: 1.0, 1.0: 8.0, 5.0: 500.0})
    assert judge("theorem1", runs).status == "reproduced"
    assert bound.width_ratio(runs[1]) == pytest.approx(0.5)
    # LS: Psi is 2 x width, its bound M x 16 K with M = 2.
    assert bound.slope_ratio(runs[1]) == pytest.approx(0.5)


def test_a_domain_wider_than_the_bound_refutes_theorem_1(theorem1_runs):
    runs = theorem1_runs({0.5: 1.0, 1.0: 16.1, 5.0: 500.0})
    _, domain, slopes = judge("theorem1", runs).checks
    assert (domain.holds, slopes.holds) == (False, False)
    assert domain.implementation
    assert slopes.implementation


def test_a_domain_that_does_not_shrink_refutes_it(theorem1_runs):
    runs = theorem1_runs({0.5: 1.9, 1.0: 1.5, 5.0: 1.0})
    assert judge("theorem1", runs).status == "not reproduced"
