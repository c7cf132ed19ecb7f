"""Self-checks: right answers pass, wrong ones do not, and none is written down."""

import math
from types import SimpleNamespace

import pytest

from lipgan import experiments
from lipgan.claims import selfcheck
from lipgan.runs.evidence import evidence_store
from lipgan.sweep import load_known

SEEDS = range(3)
# Worked out by hand.
FORMULAS = {
    "bound-the-domain": 2 * 28,
    "degenerate-a-loss": -1 / (1 + math.exp(0.2)),
    "all-losses-are-one": 2 / 0.5,
    "two-ways-to-fail": 0.75**2 / 0.75,
    "why-small-k-is-slower": math.sqrt(1e-10 / 3),
    "other-roads-to-lipschitz": 1 - math.exp(-2),
    "gradients-that-inform": 1 / math.sqrt(2),
    "what-the-bend-does": 0.5**2 / 1,
    "system-gran": 1 / 1.1,
    "system-lgan": 2 * math.cosh(1),
}


def with_layers(count):
    return SimpleNamespace(history={"sigma": [[1.0] * count]})


RUNS = {
    "fid-against-alpha": ([with_layers(3)], 8e-6),
    "one-knob": ([with_layers(3)], 0.2),
    "system-alr": (
        [
            SimpleNamespace(
                config=SimpleNamespace(penalty_weight=10.0, regularizer="alp")
            )
        ],
        2.5,
    ),
}


@pytest.mark.parametrize(("page", "right"), FORMULAS.items())
def test_formulas(page, right):
    assert selfcheck.check(page, right).startswith("Right: ")
    assert selfcheck.check(page, 1.1 * right).startswith("Not yet: ")
    assert "wrong sign" in selfcheck.check(page, -right)


@pytest.mark.parametrize("page", RUNS)
def test_answers_from_runs(page):
    runs, right = RUNS[page]
    assert selfcheck.check(page, right, runs).startswith("Right: ")
    assert "too small" in selfcheck.check(page, 0.9 * right, runs)
    assert "too large" in selfcheck.check(page, 1.1 * right, runs)
    assert "do not hold an answer" in selfcheck.check(page, right, [])


def published(table, **fields):
    runs = load_known(table(seeds=SEEDS, **fields), evidence_store())
    assert runs
    return runs


def test_the_toy_that_diverges():
    runs = published(experiments.figure1, dataset="toy2d")
    assert selfcheck.check("toy-in-two-dimensions", " exp", runs) == "Right: EXP."
    assert "not WGAN" in selfcheck.check("toy-in-two-dimensions", "WGAN", runs)
    assert "do not hold" in selfcheck.check("toy-in-two-dimensions", "EXP", [])


def test_answers_from_the_published_tables():
    table3 = published(experiments.table3)
    distances = {}
    for run in table3:
        cell = (run.config.loss, run.config.lipschitz_k)
        distances.setdefault(cell, []).append(run.metrics.get("fd_digits_2k", math.inf))
    worse = sorted(distances["cos", 5.0])[1] / sorted(distances["cos", 1.0])[1]
    assert selfcheck.check("fid-against-k-sn", worse, table3).startswith("Right")
    black = table3[0].metrics["fd_digits_constant"]
    assert selfcheck.check("other-metrics", black / 3, table3).startswith("Right")
    domains = published(experiments.figure4)
    power = selfcheck.QUESTIONS["domain-against-k"].solve(domains)
    assert 2 < power < 4  # three layers
    assert math.isnan(selfcheck.QUESTIONS["domain-against-k"].solve([]))


@pytest.mark.parametrize("page", selfcheck.QUESTIONS)
def test_a_cell_as_shipped_asks_for_an_answer(page):
    assert "in the place of None" in selfcheck.check(page, None)


@pytest.mark.parametrize("answer", ["56", True, [56.0], float])
def test_an_answer_of_the_wrong_kind_is_named(answer):
    assert "is a number" in selfcheck.check("bound-the-domain", answer)


def test_not_a_number_is_not_right():
    assert selfcheck.check("bound-the-domain", math.nan).startswith("Not yet")


def test_unknown_page_is_refused():
    with pytest.raises(ValueError, match="page: 'nowhere' is not one of bound-the-dom"):
        selfcheck.check("nowhere", 1)
