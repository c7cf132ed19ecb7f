"""What is retrained, and how its verdicts are put beside the published ones."""

import pytest

from book import reproduce
from lipgan.claims import CLAIMS
from lipgan.claims.base import Check
from lipgan.claims.judge import Verdict
from lipgan.claims.published import TABLE3
from lipgan.experiments import mechanism, table3
from lipgan.runs import RunStore


def test_every_claim_gets_its_runs_once():
    configs = reproduce.needed([0])
    assert len(configs) == len(set(configs))
    for claim in (c for c in CLAIMS.values() if c.seeds):  # 0: nothing published yet
        assert set(claim.configs("embedded", [0])) <= set(configs)


def test_only_published_seeds_are_retrained():
    assert set(reproduce.needed([4])) == {*table3(seeds=[4]), *mechanism(seeds=[104])}
    assert reproduce.needed([9]) == []


def test_verdicts_are_judged_on_the_same_seeds(made_run, tmp_path, monkeypatch):
    monkeypatch.setattr("lipgan.claims.judge.CLAIMS", {"table3": CLAIMS["table3"]})
    store = RunStore(tmp_path)
    for config in table3(seeds=[0, 1]):
        distance = TABLE3["mnist"][config.loss, config.lipschitz_k]
        metrics = {"fd_digits_2k": distance, "fd_digits_constant": 286.96}
        store.save(made_run(config, metrics))
    assert reproduce.verdicts(store, [1])["table3"].seeds == (1,)
    assert reproduce.verdicts(store, [0, 1])["table3"].seeds == (0, 1)


def test_differences_are_marked_and_counted():
    good = Verdict("reproduced", (Check("above 1", "2", True),))
    bad = Verdict("not reproduced", (Check("above 1", "0.5", False),))
    text = reproduce.comparison({"a": good, "b": good}, {"a": good, "b": bad})
    assert text.splitlines()[-1] == "1 of 2 verdicts differ"
    assert "* b" in text
    assert "* a" not in text
    assert "published: 2" in text
    assert "here:      0.5" in text


@pytest.mark.parametrize(("arguments", "message"), [(["--seeds", "9"], "[9]")])
def test_bad_seeds_are_one_line(arguments, message, capsys):
    assert reproduce.main(arguments) == 2
    assert message in capsys.readouterr().err
