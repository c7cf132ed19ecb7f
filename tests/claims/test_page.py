"""Pages in Markdown: what they show is what the runs hold."""

import re

from lipgan import experiments
from lipgan.claims import page
from lipgan.claims.judge import CLAIMS, Verdict, judge, judged
from lipgan.claims.overview import claims_markdown
from lipgan.claims.published import TABLE3
from lipgan.runs import RunStore


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


def test_headline_names_the_verdict_on_every_other_data_set(made_run, tmp_path):
    store = RunStore(tmp_path)
    for config in experiments.table3(dataset="mnist", seeds=[1]):
        distance = TABLE3["mnist"][config.loss, config.lipschitz_k]
        metrics = {"fd_mnist_2k": distance, "fd_mnist_constant": 286.96}
        store.save(made_run(config, metrics))
    verdicts = {"table3": Verdict("partly", (), seeds=(0,), scale="embedded")}
    own = judged("table3", store, "embedded", dataset="mnist")
    text = page.headline(verdicts, evidence=store)
    assert f"On MNIST (seed 1): {page.badge(own.status)}." in text
    assert "CIFAR-10" not in text  # nothing was trained on it
    assert "On MNIST" not in page.headline(verdicts, "mnist", store)
    formulas = {"degenerate_gan": judge("degenerate_gan", [], "embedded")}
    assert " On " not in page.headline(formulas, evidence=store)


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
    assert "seeds 0–1." in text
    monkeypatch.setenv("LIPGAN_STORE", str(own.path))
    lines = page.own_verdicts(["table3"], "embedded")
    assert "verdict-not-reproduced" in lines
    assert "seed 0" in lines
    monkeypatch.setenv("LIPGAN_STORE", str(tmp_path / "empty"))
    assert "Nothing was trained here" in page.own_verdicts(["table3"], "embedded")
    for scale, dataset in (("smoke", "digits"), ("embedded", "folder:mine")):
        text = page.own_verdicts(["table3"], scale, dataset)
        assert "No such runs are published" in text
