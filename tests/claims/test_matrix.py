"""Claims by data sets: verdicts where there are runs, and nowhere else."""

import pytest

from lipgan.claims.elsewhere import ELSEWHERE
from lipgan.claims.images.table import MARK
from lipgan.claims.judge import CLAIMS, Verdict, judge, needed
from lipgan.claims.matrix import COLUMNS, carried_over, matrix, matrix_markdown
from lipgan.claims.overview import claims_page
from lipgan.claims.published import TABLE3
from lipgan.runs import RunStore

HOME = {name: Verdict("partly", ()) for name in CLAIMS}


@pytest.fixture
def mnist_store(as_runs, tmp_path):
    """The paper's own MNIST column of Table 3, as if it had been found here."""
    store = RunStore(tmp_path)
    configs = needed("table3", "embedded", (1, 2, 3), "mnist")
    column = TABLE3["mnist"]
    for run in as_runs(configs, lambda c: column[c.loss, c.lipschitz_k], 286.96):
        store.save(run)
    return store


def test_every_claim_elsewhere_is_a_claim_and_lists_its_runs():
    for dataset, claims in ELSEWHERE.items():
        assert claims.keys() <= CLAIMS.keys()
        for claim in claims.values():
            configs = claim.configs("embedded", claim.seeds)
            assert {c.dataset for c in configs} == {dataset}
            assert 0 not in {c.seed for c in configs}


def test_the_papers_column_is_reproduced_by_itself(mnist_store):
    cells = matrix(mnist_store, HOME)
    for name in ("table3", "small_k", "wgan_small_k", "large_k", "best_cell"):
        verdict = cells[name, "MNIST"]
        assert (verdict.status, verdict.seeds) == ("reproduced", (1, 2, 3)), name
    assert not cells["table5", "MNIST"].checks
    assert not cells["table3", "CIFAR-10 (JPEG copy)"].checks
    assert cells["table3", "CelebA"] is None
    assert cells["table3", "digits, toys"].status == "partly"


def test_broken_cells_at_small_k_are_noticed(as_runs):
    configs = needed("small_k", "embedded", (1, 2, 3), "mnist")

    def distance(config):
        broken = config.loss == "cos" and config.lipschitz_k == 0.5
        own = TABLE3["mnist"][config.loss, config.lipschitz_k]
        return 286.96 * MARK if broken else own

    checks = ELSEWHERE["mnist"]["small_k"].checks(as_runs(configs, distance, 286.96))
    assert [check.holds for check in checks] == [False, True]
    assert "19 of 20" in checks[0].found


def test_the_markdown_has_a_cell_for_each_and_links_to_the_evidence(mnist_store):
    cells = matrix(mnist_store, HOME, ["table3", "theorem1"])
    text = matrix_markdown(cells, "claims.html")
    head, _, *rows = text.splitlines()
    assert head.count("|") == len(COLUMNS) + 2
    assert len(rows) == 2
    assert 'href="claims.html#evidence-table3-mnist-embedded"' in rows[0]
    assert rows[0].count('label="not tested"') == 2  # criteria, but no runs
    assert rows[1].count("–") == len(COLUMNS) - 1
    assert carried_over(HOME)[0] == "omega_shrinks"
    assert "theorem1" not in carried_over(HOME)


def test_the_box_of_a_claim_holds_each_column_with_evidence(mnist_store):
    cells = matrix(mnist_store, HOME, list(CLAIMS))
    text = claims_page(cells, HOME, "embedded")
    assert '<a id="evidence-table3-mnist-embedded"></a>' in text
    box = text.split('<a id="evidence-table3-mnist-embedded"></a>')[1]
    assert box.lstrip().startswith("**On MNIST:** ")
    assert "fixed before the results" in box.split("</details>")[0]
    assert text.count('<details class="evidence">') == len(CLAIMS) + 1  # and changes
    elsewhere = [key for key, v in cells.items() if v and v.checks]
    assert text.count("**On ") == len(elsewhere) > 0


def test_claims_without_criteria_on_a_data_set_are_refused():
    with pytest.raises(ValueError, match="'theorem1' has no criteria on 'mnist'"):
        judge("theorem1", [], "embedded", "mnist")
    with pytest.raises(ValueError, match="claim: 'table9' is not one of"):
        needed("table9", "embedded", [0])
