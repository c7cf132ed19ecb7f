"""Tables and Markdown: what they show is what the runs hold."""

import math
import re

import pytest

from lipgan import experiments
from lipgan.claims import page
from lipgan.claims.bound.tables import (
    linear_table,
    lipschitz_table,
    slopes_table,
    table2_recomputed,
)
from lipgan.claims.fid_against_k.tables import ratios_beside_paper
from lipgan.claims.judge import CLAIMS, Verdict, judge, judged
from lipgan.claims.overview import claims_markdown
from lipgan.claims.published import TABLE3
from lipgan.claims.seeds import digits, spread
from lipgan.claims.toys.tables import toy_table
from lipgan.runs import RunStore
from lipgan.sweep import run_or_load
from lipgan.training import load_data
from lipgan.training.evaluate import untrained_metrics


@pytest.fixture(scope="module")
def smoke_store(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("store"))
    run_or_load(experiments.table3(scale="smoke"), store, progress=None)
    return store


def test_claims_page_has_one_row_and_one_box_per_claim(smoke_store):
    text = claims_markdown(smoke_store, "smoke", smoke_store)
    rows = [line for line in text.splitlines() if line.startswith("| <a")]
    assert len(rows) == len(CLAIMS)
    assert all("verdict-not-tested" in row for row in rows)  # smoke decides nothing
    changes = 1  # a box of its own
    assert text.count('<details class="evidence">') == len(CLAIMS) + changes
    of_paper = [claim.of_paper for claim in CLAIMS.values()]
    for count in (sum(of_paper), len(of_paper) - sum(of_paper)):
        assert f"{count} not tested." in text
    targets = re.findall(r'href="#([\w-]+)"', text)
    assert all(text.count(f'<a id="{target}"></a>') == 1 for target in targets)
    assert len(targets) >= len(CLAIMS)


def test_headline_is_the_first_claim_and_a_count_of_the_others():
    verdicts = {
        "table3": Verdict("partly", (), seeds=(0, 1), scale="embedded"),
        "small_k": Verdict("reproduced", ()),
        "large_k": Verdict("reproduced", ()),
    }
    text = page.headline(verdicts)
    assert text.startswith(page.badge("partly") + " " + CLAIMS["table3"].statement)
    assert "seeds 0–1" in text
    assert text.endswith("The other statements of this page: 2 reproduced.")
    assert "other" not in page.headline({"table3": verdicts["table3"]})
    smoke = {"table3": Verdict("not tested", (), scale="smoke")}
    assert page.headline(smoke).endswith("(scale `smoke`).")
    formulas = judge("degenerate_gan", [], "embedded")
    assert page.headline({"degenerate_gan": formulas}).count("closed formulas") == 1
    assert page.found(verdicts["table3"], 0) == page.NO_VERDICT


def test_only_complete_seeds_are_judged(made_run, tmp_path):
    store = RunStore(tmp_path)
    for config in experiments.table3(seeds=[0, 3]):
        distance = TABLE3["cifar10"][config.loss, config.lipschitz_k]
        metrics = {"fd_digits_2k": distance, "fd_digits_constant": 401.24}
        store.save(made_run(config, metrics))
    verdict = judged("table3", store, "embedded")
    assert verdict.seeds == (0, 3)
    assert verdict.checks[0].holds
    store.records()[0].unlink()
    assert len(judged("table3", store, "embedded").seeds) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.012345, "0.0123"),
        (8.0, "8.00"),
        (0.0, "0"),
        (999.4, "999"),
        (999.6, "1000"),
        (-12345.0, "-12300"),
        (99960.0, "1.00e+05"),
        (math.inf, "inf"),
    ],
)
def test_numbers_have_three_digits_and_no_needless_exponent(value, text):
    assert digits(value) == text


def test_table3_shows_median_range_and_divergence():
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00 to 3.00)"
    assert spread([2.0]) == "2.00"
    assert spread([math.inf]) == "diverged"
    assert spread([1.0, math.inf, 3.0]) == "2.00 (1.00 to 3.00), 1 of 3 diverged"


def test_linear_functions_attain_the_bound():
    table = linear_table([(3, 32, 32), (1, 8, 8)], k=2.0)
    assert table["bound 2k√d"].tolist() == pytest.approx([221.70, 32.0], abs=0.01)
    assert table.iloc[:, 0].tolist() == pytest.approx(table.iloc[:, 1].tolist())


def test_table2_of_the_paper_is_consistent():
    assert table2_recomputed()["largest difference"].max() < 1.1e-3


def test_lipschitz_table_is_ordered_like_the_theorem(smoke_store):
    runs = [run for run in smoke_store if not run.diverged]
    untrained = untrained_metrics([r.config for r in runs], load_data(runs[0].config))
    table = lipschitz_table(runs, untrained)
    assert (table["largest gradient"] <= table["∏ exact norms"] * (1 + 1e-6)).all()
    assert (table["width of Ω"] <= table["bound"]).all()
    assert (table["share used"] > 0).all()
    slopes = slopes_table(runs)
    assert (slopes["share of the bound"] <= 1).all()


def test_toy_table_spells_out_divergence(toy_runs):
    table = toy_table([*toy_runs["toy2d"], *toy_runs["toy2d_ring"]])
    assert len(table) == len(experiments.FIGURE1_LOSSES)
    assert any(math.inf in cell for cell in table.loc["EXP"])
    assert not any(math.inf in cell for cell in table.loc["WGAN"])


def test_provenance_names_commit_device_and_records(smoke_store):
    text = page.provenance_markdown(smoke_store)
    for word in ("commit", "torch", "device", "records"):
        assert f"| {word} |" in text


def test_own_verdicts_stand_beside_the_published_ones(made_run, tmp_path, monkeypatch):
    only = {"table3": CLAIMS["table3"]}
    for module in ("page", "overview"):
        monkeypatch.setattr(f"lipgan.claims.{module}.CLAIMS", only)
    evidence, own = RunStore(tmp_path / "evidence"), RunStore(tmp_path / "own")
    constant = {"fd_digits_constant": 401.24}
    for seed, store in ((0, own), (0, evidence), (1, evidence)):
        for config in experiments.table3(seeds=[seed]):
            distance = TABLE3["cifar10"][config.loss, config.lipschitz_k]
            if store is own:  # everything works
                distance = 10.0 + config.lipschitz_k / 10
            store.save(made_run(config, {"fd_digits_2k": distance, **constant}))
    text = claims_markdown(own, "embedded", evidence)
    assert text.count("<details") == 2  # the claim, and the criteria that changed
    assert "Trained where this book was built: " + page.badge("not reproduced") in text
    assert "seeds 0, 1." in text
    monkeypatch.setenv("LIPGAN_STORE", str(own.path))
    lines = page.own_verdicts(["table3"], "embedded")
    assert "verdict-not-reproduced" in lines
    assert "seed 0" in lines
    monkeypatch.setenv("LIPGAN_STORE", str(tmp_path / "empty"))
    assert "Nothing was trained here" in page.own_verdicts(["table3"], "embedded")


def test_ratios_are_one_at_k_1(made_run):
    runs = []
    for config in experiments.table3():
        distance = TABLE3["mnist"][config.loss, config.lipschitz_k]
        runs.append(made_run(config, {"fd_digits_2k": 2 * distance}))
    table = ratios_beside_paper(runs)
    assert set(table["k = 1"]) == {1.0}
    ours = table.loc["NS", "ours"].tolist()
    assert ours == pytest.approx(table.loc["NS", "paper, MNIST"].tolist())
