"""What holds for every claim: which runs are judged, and what a verdict is."""

import math

import pytest
from made_up import middle

from lipgan import experiments
from lipgan.claims import measures
from lipgan.claims.base import Check
from lipgan.claims.judge import (
    CLAIMS,
    VERDICTS,
    bearing,
    judge,
    judge_page,
    judge_parts,
    judged,
)
from lipgan.claims.published import TABLE3
from lipgan.runs import RunStore

TRAINED = [name for name in CLAIMS if CLAIMS[name].configs("smoke", [0])]


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


def test_closed_formulas_are_judged_without_runs():
    assert judge("equation10", [], "embedded").status == "not tested"  # a theorem
    assert all(c.holds for c in judge("equation10", [], "embedded").checks)
    assert judge("degenerate_gan", [], "embedded").status == "not reproduced"
    assert judge("alpha_floor", [], "embedded").status == "not reproduced"
    assert judge("equation10", [], "smoke").status == "not tested"
    assert judge("table3", [], "embedded").status == "not tested"


def test_a_page_on_other_data_is_judged_by_their_criteria(made_run):
    """Of the runs that a claim needs on digits, those that it needs there count."""
    table4a, table3 = (
        [
            made_run(config, {"fd_mnist_5k": 9.0, "fd_mnist_constant": 100.0})
            for config in cells
        ]
        for cells in (
            experiments.table4a("mnist", seeds=[1]),
            experiments.table3("mnist", seeds=[1]),
        )
    )
    parts = {"table4a": [*table4a, *table3], "smallest_alpha": table4a}
    found = judge_parts(parts, "embedded", "mnist")
    assert list(found) == ["table4a"]  # the other has no criteria on MNIST
    assert found["table4a"] == judge("table4a", table4a, dataset="mnist")
    assert judge_page(["table4a"], table3, "embedded", "mnist")["table4a"].status == (
        "not tested"
    )


def test_runs_that_bear_on_a_claim_count_where_all_are_at_hand(as_runs, tmp_path):
    """NS at k = 10 is nearer than at k = 1 in longer training: it no longer stands."""

    def distance(c):
        late = c.num_steps > 2_000 and (c.loss, c.lipschitz_k) == ("ns", 10.0)
        return 1.0 if late else TABLE3["mnist"][c.loss, c.lipschitz_k]

    others = bearing("large_k", "embedded", "mnist")
    table = experiments.table3("mnist", seeds=[1])
    assert bearing("best_cell", "embedded", "mnist") == []  # no statement is about it
    assert len(others) == 16 + 2  # longer, slower or wider, and the bridge
    assert not set(others) & set(table)
    store = RunStore(tmp_path)
    found = []
    for configs in (table, others[:-1], others[-1:]):
        for run in as_runs(configs, distance, 286.96):
            store.save(run)
        found.append(judged("large_k", store, "embedded", dataset="mnist"))
    alone, lacking, complete = found
    assert alone == lacking
    assert (alone.status, complete.status) == ("reproduced", "partly")
    assert len(complete.checks) == len(alone.checks) + 6
    assert bearing("large_k", "embedded") == []
    assert bearing("large_k", "embedded", "folder:/mine") == []
