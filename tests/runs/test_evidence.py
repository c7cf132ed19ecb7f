"""Published evidence: what is packed comes back, and what is damaged is refused."""

import hashlib
import re
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from lipgan import experiments
from lipgan.__main__ import main
from lipgan.runs import RunStore
from lipgan.runs.catalog import README, catalog
from lipgan.runs.evidence import SUMS, Evidence, evidence_store
from lipgan.runs.store import OtherDataError
from lipgan.runs.table import EvidenceError
from lipgan.sweep.publish import publish
from lipgan.training import train

TABLES = {"table3": experiments.table3, "figure1": experiments.figure1}


@pytest.fixture(scope="module")
def runs():
    """Two losses, one diverges; one seed with weights, and one run of points."""
    cells = {"scale": "smoke", "losses": ["ns", "exp"], "ks": [1.0, 50.0]}
    images = experiments.table3(seeds=[0, 1], **cells)
    return [
        *train(images, device="cpu", keep_weights=True),
        *train(experiments.figure1(scale="smoke")[:2], device="cpu"),
    ]


@pytest.fixture
def evidence(runs, tmp_path):
    return publish(runs, tmp_path / "data", TABLES, lambda run: run.config.seed == 1)


def assert_same(back, run):
    assert (back.status, back.diverged_at) == (run.status, run.diverged_at)
    assert dict(back.provenance) == dict(run.provenance)
    assert back.data_digest == run.data_digest
    assert back.metrics == pytest.approx(run.metrics, rel=1e-6, nan_ok=True)
    assert set(back.history) == set(run.history)
    for name, values in run.history.items():
        expected = np.asarray(values, float)
        expected[~np.isfinite(expected)] = np.nan  # as in a store
        np.testing.assert_allclose(back.history[name], expected, rtol=1e-6)
    assert (back.samples is None) == (run.samples is None)
    if run.samples is not None:
        assert (back.samples == run.samples).all()


def test_what_is_published_comes_back(runs, evidence):
    assert [t.name for t in evidence.tables] == ["digits/table3", "toy2d/figure1"]
    assert len(evidence) == len(runs)
    for run in runs:
        assert run.config in evidence
        assert_same(evidence.load(run.config), run)
        assert_same(evidence.load(run.config, run.data_digest), run)
    assert {run.config for run in evidence} == {run.config for run in runs}


def test_generators_are_kept_where_asked_for(runs, evidence):
    from lipgan.runs.networks import load_generator

    for run in (run for run in runs if not run.diverged and run.config.image_size):
        back = evidence.load(run.config)
        assert (back.weights is not None) == (run.config.seed == 1)
        if back.weights is not None:
            assert load_generator(back)


def test_other_data_are_not_taken_for_these(runs, evidence):
    with pytest.raises(OtherDataError, match="is of other data"):
        evidence.load(runs[0].config, "0" * 16)


def test_rows_are_sorted_and_say_what_varies(evidence):
    table = evidence.tables[0]
    rows = list(table.rows.values())
    order = [(row["loss"], float(row["lipschitz_k"]), int(row["seed"])) for row in rows]
    assert order == [(x, k, s) for x in ("ns", "exp") for k in (1, 50) for s in (0, 1)]
    assert "dataset" not in rows[0]
    assert table.about["fields"]["dataset"] == "digits"


def test_fields_that_only_some_configs_have_come_back(tiny, tmp_path):
    runs = train([tiny(), tiny(push="mono", pinned_width=3.0)], device="cpu")
    published = publish(runs, tmp_path / "data", {})
    assert [t.name for t in published.tables] == ["digits/other"]
    assert {run.config for run in published} == {run.config for run in runs}
    for run in runs:
        assert_same(published.load(run.config), run)


def test_publishing_more_adds_to_what_is_there(runs, tmp_path):
    folder = tmp_path / "data"
    publish(runs[:1], folder, TABLES)
    publish(runs[1:], folder, TABLES)
    whole = publish(runs, tmp_path / "at once", TABLES)
    assert Evidence(folder).sums == whole.sums


def test_tables_without_a_new_run_keep_their_bytes(runs, evidence):
    before = dict(evidence.sums)
    after = publish(runs[:1], evidence.path, TABLES).sums
    assert {k: v for k, v in after.items() if "figure1" in k} == {
        k: v for k, v in before.items() if "figure1" in k
    }


def test_damaged_files_are_refused_by_name(runs, evidence):
    for name in evidence.sums:
        path = evidence.path / name
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        found = Evidence(evidence.path).damaged()
        assert [str(e) for e in found if name in str(e)], name
        path.write_bytes(content)
    assert Evidence(evidence.path).damaged() == []


def test_a_row_that_was_edited_is_refused_even_with_a_new_checksum(runs, evidence):
    path = evidence.path / "digits/table3/runs.csv"
    before = path.read_bytes()
    path.write_bytes(before.replace(b",ns,", b",ls,"))
    sums = (evidence.path / SUMS).read_text()
    for old, new in ((before, path.read_bytes()),):
        sums = sums.replace(*(hashlib.sha256(x).hexdigest() for x in (old, new)))
    (evidence.path / SUMS).write_text(sums)
    with pytest.raises(EvidenceError, match="another config's"):
        Evidence(evidence.path).load(runs[0].config)


def test_the_checksums_are_those_of_the_usual_tool(evidence):
    command = ["sha256sum", "--quiet", "-c", SUMS]
    try:
        done = subprocess.run(command, cwd=evidence.path, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no sha256sum on this machine")
    assert done.returncode == 0, done.stderr


def test_nothing_published_is_nothing_held(tmp_path, tiny):
    empty = Evidence(tmp_path / "none")
    assert (empty.ids(), list(empty), tiny() in empty) == (set(), [], False)
    with pytest.raises(KeyError, match="no run of"):
        empty.load(tiny())


def test_a_store_is_published_as_it_is(runs, tmp_path):
    store = RunStore(tmp_path / "store")
    for run in runs:
        store.save(run)
    published = publish(store, tmp_path / "data", TABLES)
    for run in store:
        assert_same(published.load(run.config), run)


def test_the_catalog_lists_every_table(evidence):
    text = catalog(evidence, {"digits/table3": "reproduced"})
    assert "| [digits/table3](digits/table3/runs.csv) | 8 | 0–1 |" in text
    assert text.splitlines()[-2].endswith("| reproduced |")


def test_the_published_catalog_counts_what_is_published():
    published = evidence_store()
    text = (published.path / README).read_text()
    rows = re.findall(r"^\| \[(\S+)\]\(\S+\) \| (\d+) \|", text, re.M)
    assert {name: int(count) for name, count in rows} == {
        table.name: len(table.rows) for table in published.tables
    }


def test_a_run_belongs_to_the_experiment_that_was_trained_whole(made_run, tmp_path):
    shared = experiments.mechanism("mnist", seeds=[100])
    some = {c.config_id for c in experiments.table3("mnist", seeds=[100])}
    assert some & {c.config_id for c in shared}
    names = {"table3": experiments.table3, "mechanism": experiments.mechanism}
    runs = [made_run(config, data_digest="0" * 16) for config in shared]
    published = publish(runs, tmp_path / "data", names)
    assert [table.name for table in published.tables] == ["mnist/mechanism"]
    part = publish(runs[:1] + runs[2:], tmp_path / "part", names)
    assert {table.name for table in part.tables} == {"mnist/mechanism", "mnist/table3"}


def test_generators_that_are_there_stay(runs, tmp_path):
    """Whatever is asked of the runs that come later."""
    by_seed = [[r for r in runs if r.config.seed == s] for s in (0, 1)]
    publish(by_seed[0], tmp_path, TABLES, lambda run: run.config.seed == 0)
    there = publish(by_seed[1], tmp_path, TABLES, lambda run: run.config.seed == 1)
    images = [run for run in runs if run.config.image_size and not run.diverged]
    assert {run.config.seed for run in images} == {0, 1}
    assert all(there.load(run.config).weights is not None for run in images)


def test_a_publication_that_fails_writes_nothing(runs, tmp_path):
    first = [run for run in runs if run.config.seed == 0]
    publish(first, tmp_path, TABLES)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    more = [r for r in runs if r.config.seed == 1]
    *sound, last = more
    points = replace(runs[-1], data_digest="0" * 16)
    with pytest.raises(ValueError, match="runs on different data make no table"):
        publish([*sound, last, points], tmp_path, TABLES)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_verify_counts_damage_in_a_table_of_runs(evidence, capsys):
    place = ["verify", "--store", str(evidence.path)]
    assert main(place) == 0
    assert "10 sound published runs, 0 files damaged" in capsys.readouterr().out
    table = evidence.path / "digits" / "table3" / "runs.csv"
    table.write_text(table.read_text() + "\n")
    assert main(place) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "2 sound published runs, 1 files damaged" in out
    (evidence.path / SUMS).write_text("")
    assert main(place) == 1
    assert f"{SUMS} names no file" in capsys.readouterr().out
