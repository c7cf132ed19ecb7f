"""Rules that every criterion obeys, whoever writes it."""

import math
import re
from pathlib import Path

import pytest

from lipgan.claims import CLAIMS
from lipgan.claims.base import Check
from lipgan.claims.domain_against_k.drift import sound
from lipgan.claims.judge import VERDICTS, Verdict, judge
from lipgan.claims.page import evidence_markdown
from lipgan.claims.published import CONSTANT_FID, TABLE3
from lipgan.claims.seeds import beyond, log_ratio
from lipgan.claims.systems.criteria import at_best
from lipgan.experiments import image_domains, table3

CHANGELOG = (Path(__file__).parents[2] / "CHANGELOG.md").read_text()
OF_TABLE3 = (
    *("table3", "small_k", "similar_small_k", "wgan_small_k", "large_k"),
    "best_cell",
)
CHANGED = [name for name, claim in CLAIMS.items() if claim.changes]


@pytest.fixture
def column(as_runs):
    """Call it for runs of Table 3 with the paper's numbers of one data set."""

    def make(dataset):
        cells = TABLE3[dataset]
        configs = table3(seeds=[0])
        constant = CONSTANT_FID[dataset]
        return as_runs(configs, lambda c: cells[c.loss, c.lipschitz_k], constant)

    return make


@pytest.mark.parametrize("name", OF_TABLE3)
def test_two_of_the_papers_columns_hold_or_the_sentence_says_where_not(name, column):
    verdicts = [judge(name, column(dataset)) for dataset in TABLE3]
    for lines in zip(*(v.checks for v in verdicts), strict=True):
        held = sum(line.holds for line in lines)
        assert held >= 2 or "the paper's" in lines[0].criterion, lines


def test_the_best_cell_names_the_column_that_fails_it(column):
    found = {d: judge("best_cell", column(d)).checks[0].holds for d in TABLE3}
    assert found == {"mnist": False, "cifar10": True, "celeba": True}
    assert "MNIST" in judge("best_cell", column("mnist")).checks[0].criterion


@pytest.mark.parametrize("mark", [{"implementation": True}, {"untestable": "no power"}])
@pytest.mark.parametrize("held", [True, False])
def test_lines_that_cannot_decide_decide_nothing(mark, held, made_run, monkeypatch):
    lines = [Check("a", "b", held, **mark), Check("c", "d", True)]
    claim = CLAIMS["table5"]
    changed = type(claim)(**{**vars(claim), "checks": lambda runs: lines})
    monkeypatch.setitem(CLAIMS, "table5", changed)
    runs = [made_run(c) for c in claim.configs("embedded", [0])]
    assert judge("table5", runs).status == "reproduced"
    text = evidence_markdown("table5", judge("table5", runs))
    assert ("(implementation check)" in text) or ("Cannot decide (no power)" in text)


@pytest.mark.parametrize(
    ("name", "lines"), [("equation10", (0, 1)), ("alpha_floor", ()), ("table5", (1,))]
)
def test_what_only_the_code_can_fail_is_marked(name, lines, as_runs):
    configs = CLAIMS[name].configs("embedded", [0])
    runs = as_runs(configs, lambda c: 9.0, 300.0)
    found = [c.implementation for c in judge(name, runs, "embedded").checks]
    assert tuple(i for i, marked in enumerate(found) if marked) == lines


@pytest.mark.parametrize(
    ("values", "least", "counts"),
    [
        ([0.1, 0.11, 0.09], 0.0, True),
        ([0.3, -0.2, 0.1], 0.0, False),  # the seeds differ by more than that
        ([0.1, 0.11, 0.09], 0.1, False),
        ([0.2], 0.1, True),
        ([], 0.0, False),
        ([math.inf, 0.1], 0.0, True),
        ([math.inf, -0.1], 0.0, False),
        ([math.nan, 0.1], 0.0, False),
    ],
)
def test_differences_count_beyond_the_spread_over_seeds(values, least, counts):
    assert beyond(values, least) == counts


def test_divergence_is_infinitely_far_and_equal_to_itself():
    assert log_ratio(math.inf, 2.0) == math.inf
    assert log_ratio(2.0, math.inf) == -math.inf
    assert math.isnan(log_ratio(math.inf, math.inf))


def test_broken_cells_are_left_out_where_domains_are_judged(as_runs):
    configs = image_domains("digits", "embedded", [0, 1])
    runs = as_runs(configs, lambda c: 120.0 if c.regularizer == "gp" else 9.0, 300.0)
    assert {r.config.regularizer for r in sound(runs)} == {"sn"}


def test_a_best_at_the_edge_of_its_grid_is_called_so():

    medians = {("wgan", w): 10.0 + abs(w - 32.0) for w in (0.1, 2.0, 32.0)}
    assert "edge" in at_best(medians, ("wgan", 32.0))
    assert "edge" not in at_best(medians, ("wgan", 2.0))


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_criterion_stands_with_both_verdicts(name):
    for change in CLAIMS[name].changes:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", change.day)
        assert change.verdict in VERDICTS
        assert change.why.endswith(".")
    verdict = Verdict("partly", (Check("asked", "found", True),), (0,), "embedded")
    text = evidence_markdown(name, verdict)
    assert "written when the runs were known" in text
    last = CLAIMS[name].changes[-1].verdict
    assert f"verdict-{last.replace(' ', '-')}" in text.split("Criterion changed")[-1]


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_criterion_is_in_the_changelog(name):
    rows = [line for line in CHANGELOG.splitlines() if f"`{name}`" in line]
    assert any(f"| {CLAIMS[name].changes[-1].verdict} |" in row for row in rows), name
