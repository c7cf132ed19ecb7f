"""The criteria of Table 3 and of Sec. 4.2, on made-up runs."""

import math
import random

import pytest
from made_up import middle

from lipgan.claims.judge import judge
from lipgan.claims.published import TABLE3, broken_cells
from lipgan.experiments import TABLE3_K


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
