"""A sweep that has to end early loses nothing, and the next one goes on."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lipgan import training
from lipgan.runs import RunStore
from lipgan.sweep import Unfinished, run_or_load
from lipgan.sweep import run as sweep
from lipgan.training import Training, checkpoints, loop, train
from tests.sweep.test_sweep import run_quietly


def started(monkeypatch):
    """The cohorts whose training begins."""
    begun = []

    def spy(members, **options):
        begun.append([c.width for c in members])
        return train(members, **options)

    monkeypatch.setattr(training, "train", spy)
    return begun


def test_a_time_budget_ends_a_sweep_and_the_next_goes_on(tiny, tmp_path, monkeypatch):
    configs = [tiny(width=3), tiny(loss="cos", width=4), tiny(loss="ls", width=3)]
    begun = started(monkeypatch)
    with pytest.raises(Unfinished, match="time budget is used up: 3 of 3 runs"):
        run_or_load(configs, tmp_path, device="cpu", time_budget=0.0, progress=None)
    assert list(RunStore(tmp_path)) == []
    begun.clear()
    runs = run_or_load(configs, tmp_path, device="cpu", time_budget=1e6, progress=None)
    assert [r.config for r in runs] == configs
    assert begun == [[3, 3], [4]]


def test_a_cohort_that_would_not_finish_in_time_is_not_begun(
    tiny, tmp_path, monkeypatch
):
    """The rate is that of the records of the same shape; the short cohort fits."""
    configs = [tiny(seed=s, num_steps=n) for n in (2, 10**9) for s in (0, 1)]
    run_quietly(configs[:1], tmp_path)
    begun, lines = started(monkeypatch), []
    with pytest.raises(Unfinished, match="2 of 4 runs are left; the same sweep"):
        run_or_load(
            [*configs[2:], *configs[:2]],
            tmp_path,
            device="cpu",
            time_budget=3600,
            progress=lines.append,
        )
    assert len(begun) == 1
    assert {run.config for run in RunStore(tmp_path)} == set(configs[:2])
    assert "cohort 1/2 is not begun: it would not finish in time" in lines


def stop_at_step(monkeypatch, step):
    """The deadline comes in the middle of a cohort."""
    asked = iter(range(1, 10**6))

    def reason(deadline):
        return None if deadline is None or next(asked) <= step else sweep.OUT_OF_TIME

    monkeypatch.setattr(loop, "reason_to_stop", reason)


@pytest.mark.parametrize("parallel", [False, True])
def test_a_budget_stops_within_a_cohort_and_checkpoints_keep_it(
    tiny, tmp_path, monkeypatch, parallel
):
    configs = [tiny(seed=s, num_steps=6, history_points=6) for s in (0, 1)]
    calm = run_quietly(configs, tmp_path / "calm")
    stop_at_step(monkeypatch, 4)
    options = {"device": "cpu", "progress": None, "checkpoint_every": 1e9}
    store = tmp_path / "runs"
    with ThreadPoolExecutor(1) as pool:
        executor = pool if parallel else None
        with pytest.raises(Unfinished, match="2 of 2"):
            run_or_load(configs, store, executor, time_budget=1e6, **options)
    (kept,) = (store / "checkpoints").iterdir()
    assert checkpoints.decode(kept).step == 4
    steps = []
    step = Training.step
    monkeypatch.setattr(
        Training, "step", lambda self, n, **o: steps.append(n) or step(self, n, **o)
    )
    runs = run_or_load(configs, store, device="cpu", progress=None)
    assert steps == [5, 6]
    for run, undisturbed in zip(runs, calm, strict=True):
        np.testing.assert_equal(run.history, undisturbed.history)
        assert run.metrics == undisturbed.metrics
    assert list((store / "checkpoints").iterdir()) == []


def test_a_cohort_goes_on_without_the_members_that_have_records(
    tiny, tmp_path, monkeypatch
):
    configs = [tiny(seed=s, num_steps=6) for s in range(4)]
    stop_at_step(monkeypatch, 4)
    with pytest.raises(Unfinished):
        run_or_load(
            configs[:3],
            tmp_path,
            device="cpu",
            time_budget=1e6,
            checkpoint_every=1e9,
            progress=None,
        )
    shutil.move(tmp_path / "checkpoints", tmp_path / "aside")
    run_quietly(configs[:1], tmp_path)
    shutil.move(tmp_path / "aside", tmp_path / "checkpoints")
    lines = []
    runs = run_or_load(configs, tmp_path, device="cpu", progress=lines.append)
    assert [r.config for r in runs] == configs
    assert [r.provenance["cohort_size"] for r in runs] == [1, 2, 2, 1]
    assert sum("goes on after step 4" in line for line in lines) == 1
