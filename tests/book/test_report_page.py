"""The reproducibility report counts what the records say, and invents nothing."""

import re

import pytest

from book import report_page
from lipgan import experiments
from lipgan.claims import CLAIMS
from lipgan.claims.base import Check
from lipgan.claims.judge import Remembered, Verdict
from lipgan.claims.matrix import COLUMNS
from lipgan.runs import RunStore

HEADINGS = [
    "Scope of reproducibility",
    "Methodology",
    "What differs from the paper",
    "Results",
    "What was easy",
    "What was difficult",
    "Communication with the authors",
    "Cost and hardware",
]


HOME, MNIST = list(COLUMNS)[:2]


def untested():
    verdict = Verdict("not tested", (), scale="smoke")
    return {(name, column): verdict for name in CLAIMS for column in (HOME, MNIST)}


@pytest.fixture
def store(tmp_path, made_run):
    """Published runs of one table, 35 in one cohort."""
    store = RunStore(tmp_path)
    for config in experiments.table3("digits", "embedded", seeds=[0]):
        store.save(made_run(config))
    return store


def test_report_has_the_parts_that_venues_ask_for(store):
    text = report_page.report_page(untested(), store, "smoke")
    assert re.findall("^## (.*)$", text, re.M) == HEADINGS
    steps = experiments.table3("digits", "embedded")[0].num_steps
    assert f"| digits | embedded | dcgan8 | 35 | 1 | {steps:,} |" in text
    assert text.count('class="verdict') == len(CLAIMS)


def test_cost_is_counted_once_per_cohort(made_run):
    configs = experiments.table3("digits", "embedded", seeds=[0, 1])
    runs = [made_run(config) for config in configs]
    for run in runs:
        run.provenance.update(cohort_seconds=3600.0, threads=2)
    assert "70 published runs took 2.00 core hours and 0.00 GPU" in " ".join(
        report_page.cost_lines(runs)
    )
    for run in runs[:35]:
        run.provenance.update(device="cuda: H100", finished="later")
    lines = report_page.cost_lines(runs)
    assert "2.00 core hours and 1.00 GPU hours" in lines[0]
    assert "| cuda: H100 | 2 | 35 | 1.00 |" in lines


def test_every_record_is_read_once(store, monkeypatch):
    reads = []
    usual = RunStore.load
    monkeypatch.setattr(
        RunStore,
        "load",
        lambda self, c, *rest: reads.append(c.config_id) or usual(self, c, *rest),
    )
    remembered = Remembered(store.path)
    report_page.report_page(untested(), remembered, "smoke")
    report_page.report_page(untested(), remembered, "smoke")
    assert len(reads) == len(set(reads)) == 35


def test_a_verdict_that_fails_names_what_would_settle_it(store):
    verdicts = untested()
    name = next(name for name in CLAIMS if CLAIMS[name].settled_by)
    failed = (Check("a criterion", "a number", False),)
    verdicts[name, HOME] = Verdict("not reproduced", failed, scale="embedded")
    text = report_page.report_page(verdicts, store, "embedded")
    assert CLAIMS[name].settled_by[1:] in text
    assert "a number" in text


def test_verdicts_on_the_papers_images_are_counted_where_there_are_any(store):
    cells = untested()
    text = report_page.report_page(cells, store, "embedded")
    assert f"{MNIST}: " not in text
    assert "on the paper's own images\n" not in text
    checks = Check("a", "b", True), Check("c", "d", False), Check("e", "f", True)
    cells["table3", MNIST] = Verdict("partly", checks, (1,), "embedded")
    text = report_page.report_page(cells, store, "embedded")
    statement = CLAIMS["table3"].statement
    assert f"{MNIST}, seed 1: {statement}. a: b; not: c.\n" in text
    assert f"{MNIST}: 1 partly, {len(CLAIMS) - 1} not tested." in text


def test_differences_are_those_of_the_scales(store):
    text = report_page.report_page(untested(), store, "embedded")
    assert "| generator steps | 2,000 to 4,000 | 100,000 |" in text
    assert "| learning rates | 0.0002 | 5e-05 |" in text
