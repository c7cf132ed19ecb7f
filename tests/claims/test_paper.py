"""Verdicts on made-up runs, for which the right answer is known."""

import math
import random
from collections import Counter

import pytest
from scipy.stats import spearmanr

from lipgan import data, metrics
from lipgan.claims import measures
from lipgan.claims.base import Check
from lipgan.claims.bound import criteria as bound
from lipgan.claims.judge import CLAIMS, VERDICTS, judge
from lipgan.claims.published import TABLE3, broken_cells, decided_pairs
from lipgan.claims.toys import criteria as toys
from lipgan.config import Config
from lipgan.experiments import TABLE3_K, TABLE3_LOSSES, figure1, table3

CONSTANT = 330.0
TRAINED = [name for name in CLAIMS if CLAIMS[name].configs("smoke", [0])]


def middle():
    """A fourth data set that agrees with the paper's three: their geometric means."""
    cells = TABLE3["mnist"]
    return {c: math.prod(t[c] for t in TABLE3.values()) ** (1 / 3) for c in cells}


@pytest.fixture
def table3_run(made_run):
    def make(distances, scale="embedded", seed=0):
        runs = []
        for config in table3(scale=scale, seeds=[seed]):
            value = distances[config.loss, config.lipschitz_k]
            found = {"fd_digits_constant": CONSTANT}
            fields = {}
            if math.isinf(value):
                fields = {"status": "diverged", "diverged_at": 7}
            else:
                found["fd_digits_2k"] = value
            runs.append(made_run(config, found, **fields))
        return runs

    return make


def holds(verdict):
    return [check.holds for check in verdict.checks]


def test_agreement_in_everything_is_reproduced(table3_run):
    verdict = judge("table3", table3_run(middle()))
    assert verdict.status == "reproduced"
    assert holds(verdict) == [True] * len(verdict.checks)
    assert (verdict.seeds, verdict.scale) == ((0,), "embedded")


def test_divergence_counts_as_broken(table3_run):
    distances = middle()
    for cell in broken_cells():
        if cell[0] == "exp":
            distances[cell] = math.inf
    assert judge("table3", table3_run(distances)).checks[0].holds


def test_right_pattern_in_the_wrong_order_is_partly(table3_run):
    distances, broken = middle(), broken_cells()
    working = [c for c in distances if c not in broken]
    values = sorted((distances[c] for c in working), reverse=True)
    order = sorted(working, key=lambda c: distances[c])
    distances |= dict(zip(order, values, strict=True))  # the best becomes the worst
    verdict = judge("table3", table3_run(distances))
    assert verdict.status == "partly"
    assert holds(verdict)[0]


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_cells_are_not_reproduced(seed, table3_run):
    cells, values = zip(*middle().items(), strict=True)
    shuffled = random.Random(seed).sample(values, len(values))
    distances = dict(zip(cells, shuffled, strict=True))
    verdict = judge("table3", table3_run(distances))
    assert verdict.status == "not reproduced"
    assert not any(holds(verdict))


def test_a_table_that_works_everywhere_is_not_reproduced(table3_run):
    distances = {c: 10 + i for i, c in enumerate(middle())}
    assert judge("table3", table3_run(distances)).status == "not reproduced"


def test_the_median_over_seeds_is_judged(table3_run):
    good = [table3_run(middle(), seed=s) for s in (0, 1)]
    bad = table3_run({c: 1.0 for c in middle()}, seed=2)
    verdict = judge("table3", [*good[0], *good[1], *bad])
    assert verdict.status == "reproduced"
    assert verdict.seeds == (0, 1, 2)


@pytest.mark.parametrize("name", CLAIMS)
def test_smoke_scale_is_not_tested(name, table3_run):
    verdict = judge(name, table3_run(middle(), scale="smoke"))
    assert (verdict.status, verdict.checks) == ("not tested", ())


def test_one_smoke_run_spoils_the_verdict(table3_run):
    runs = table3_run(middle()) + table3_run(middle(), scale="smoke", seed=1)[:1]
    assert judge("table3", runs).status == "not tested"


@pytest.mark.parametrize("name", TRAINED)
def test_no_runs_are_not_tested(name):
    assert judge(name, []).status == "not tested"


def test_unknown_claims_are_refused():
    with pytest.raises(ValueError, match="claim: 'table99' is not one of theorem1, "):
        judge("table99", [])


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((True, True), "reproduced"),
        ((True, False), "partly"),
        ((False, True), "not reproduced"),
        ((False, False), "not reproduced"),
    ],
)
def test_the_first_check_decides(outcomes, status, table3_run, monkeypatch):
    made = [Check("asked", "found", holds) for holds in outcomes]
    claim = CLAIMS["table3"]
    changed = type(claim)(**{**vars(claim), "checks": lambda runs: made})
    monkeypatch.setitem(CLAIMS, "table3", changed)
    assert status in VERDICTS
    assert judge("table3", table3_run(middle())).status == status


def test_broken_cells_are_the_eight_of_the_paper():
    steep = {(loss, k) for loss in ("cos", "exp") for k in (5.0, 10.0, 50.0)}
    assert broken_cells() == steep | {("ns", 50.0), ("ls", 50.0)}


def test_published_table_has_35_cells_per_data_set():
    cells = {(loss, k) for loss in TABLE3_LOSSES for k in TABLE3_K}
    assert len(cells) == 35
    assert all(set(column) == cells for column in TABLE3.values())


def test_decided_pairs_are_328_and_ordered_alike():
    pairs = decided_pairs()
    assert len(pairs) == len(set(pairs)) == 328
    assert all(t[b] >= 1.25 * t[a] for t in TABLE3.values() for a, b in pairs)
    assert not {(b, a) for a, b in pairs} & set(pairs)


def test_the_papers_columns_correlate_at_088_to_090():
    names = list(TABLE3)
    found = [
        spearmanr(list(TABLE3[a].values()), list(TABLE3[b].values()))[0]
        for i, a in enumerate(names)
        for b in names[:i]
    ]
    assert len(found) == 3
    assert all(0.875 <= rho < 0.905 for rho in found)


def test_rank_correlation_is_one_with_the_own_column():
    assert measures.rank_correlations(TABLE3["celeba"])["celeba"] == pytest.approx(1)


def test_broken_is_a_third_of_the_constant_image():
    assert measures.is_broken(100.0, 300.0)
    assert not measures.is_broken(99.9, 300.0)
    assert measures.is_broken(math.inf, 300.0)
    assert measures.is_broken(math.nan, 300.0)


def test_two_kinds_of_distance_are_refused(table3_run):
    runs = table3_run(middle())
    runs[0].metrics["fid_inception_10k"] = 3.0
    with pytest.raises(ValueError, match="runs: expected one Frechet distance, found"):
        judge("table3", runs)


@pytest.mark.parametrize("name", TRAINED)
def test_every_claim_names_its_runs(name):
    one, two = (CLAIMS[name].configs("embedded", seeds) for seeds in ([3], [3, 4]))
    (seed,) = {c.seed for c in one}
    assert seed in (3, 103)  # interventions have seeds of their own, from 100
    assert len(two) == 2 * len(one) == len(set(two))
    assert {c.scale for c in two} == {"embedded"}


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


SECTION_4_2 = ("small_k", "wgan_small_k", "large_k", "best_cell")


@pytest.mark.parametrize("claim", SECTION_4_2)
def test_bullets_of_section_4_2_follow_from_a_table_that_shows_them(claim, table3_run):
    ideal = {}
    for loss, k in TABLE3["mnist"]:
        ideal[loss, k] = (10 if loss == "wgan" else 8 if k == 1 else 9) + (k < 1) / k
        if k > 1 and loss != "wgan":
            ideal[loss, k] = 50 + k
    assert judge(claim, table3_run(ideal)).status == "reproduced"


@pytest.mark.parametrize("claim", SECTION_4_2)
def test_bullets_of_section_4_2_fail_on_the_table_turned_around(claim, table3_run):
    ks = dict(zip(TABLE3_K, reversed(TABLE3_K), strict=True))
    turned = {(loss, ks[k]): d for (loss, k), d in middle().items()}
    turned["wgan", 0.2] = 0.1
    turned["wgan", 50.0] = 100.0
    turned["wgan", 0.5] = turned["wgan", 0.25] = 0.2
    assert judge(claim, table3_run(turned)).status == "not reproduced"


def test_closed_formulas_are_judged_without_runs():
    assert judge("equation10", [], "embedded").status == "not tested"  # a theorem
    assert all(c.holds for c in judge("equation10", [], "embedded").checks)
    assert judge("degenerate_gan", [], "embedded").status == "not reproduced"
    assert judge("alpha_floor", [], "embedded").status == "not reproduced"
    assert judge("equation10", [], "smoke").status == "not tested"
    assert judge("table3", [], "embedded").status == "not tested"
