"""Nothing is trained twice, nothing finished is lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch

from lipgan import training
from lipgan.runs import RecordError, RunStore
from lipgan.sweep import load_known, run_or_load
from lipgan.sweep.parts import NoRoomError
from lipgan.training import Training, train


@pytest.fixture
def configs(tiny):
    """Two cohorts: two widths."""
    return [tiny(width=3), tiny(loss="cos", width=4), tiny(loss="ls", width=3)]


def never(*_, **__):
    raise AssertionError("trained although every record exists")


def run_quietly(configs, store, executor=None):
    return run_or_load(configs, store, executor, device="cpu", progress=None)


def assert_alike(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.config == other.config
        for name, value in mine.metrics.items():
            assert other.metrics[name] == pytest.approx(value, rel=1e-5)
        for key in ("loss_d", "loss_g", "score_real_mean"):
            assert other.history[key] == pytest.approx(mine.history[key], rel=1e-4)


def test_second_call_trains_nothing_and_returns_the_same(
    configs, tmp_path, monkeypatch
):
    first = run_quietly(configs, tmp_path)
    monkeypatch.setattr(training, "train", never)
    second = run_quietly(configs, tmp_path)
    assert [r.config for r in second] == configs
    assert_alike(first, second)


def test_a_record_from_before_a_metric_was_added_is_the_same_run(
    tiny, tmp_path, monkeypatch
):
    (run,) = run_quietly([tiny()], tmp_path / "new")
    later = {"precision_digits_64", "recall_digits_64"}
    assert later <= set(run.metrics)
    old = replace(run, metrics={k: run.metrics[k] for k in run.metrics.keys() - later})
    RunStore(tmp_path / "old").save(old)
    monkeypatch.setattr(training, "train", never)
    (found,) = run_quietly([tiny()], tmp_path / "old")
    assert found == old
    assert RunStore(tmp_path / "old").holds(run)


def test_the_guard_against_training_can_fail(configs, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "train", never)
    with pytest.raises(AssertionError, match="trained although"):
        run_quietly(configs, tmp_path)


def test_only_missing_configs_are_trained(configs, tmp_path, monkeypatch):
    run_quietly(configs[:1], tmp_path)
    trained = []

    def spy(members, **options):
        trained.extend(members)
        return train(members, **options)

    monkeypatch.setattr(training, "train", spy)
    runs = run_quietly(configs, tmp_path)
    assert [r.config for r in runs] == configs
    assert set(trained) == set(configs[1:])


def test_equal_configs_are_trained_once(tiny, tmp_path, monkeypatch):
    trained = []

    def spy(members, **options):
        trained.extend(members)
        return train(members, **options)

    monkeypatch.setattr(training, "train", spy)
    runs = run_quietly([tiny(), tiny(seed=1), tiny()], tmp_path)
    assert [r.config.seed for r in runs] == [0, 1, 0]
    assert len(trained) == 2
    assert len(RunStore(tmp_path).records()) == 2


def test_an_executor_gives_the_same_runs(configs, tmp_path):
    here = run_quietly(configs, tmp_path / "here")
    with ThreadPoolExecutor(2) as executor:
        there = run_quietly(configs, tmp_path / "there", executor)
    assert [r.config for r in there] == configs
    assert_alike(here, there)
    assert len(RunStore(tmp_path / "there").records()) == 3


def test_interruption_keeps_the_finished_cohorts(configs, tmp_path, monkeypatch):
    calls = []

    def interrupted(members, **options):
        calls.append(members)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return train(members, **options)

    monkeypatch.setattr(training, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_quietly(configs, tmp_path)
    store = RunStore(tmp_path)
    assert {r.config for r in store} == set(calls[0]) == {configs[0], configs[2]}


def test_a_failing_cohort_on_an_executor_keeps_the_others(
    configs, tmp_path, monkeypatch
):
    def failing(members, **options):
        if members[0].width == 4:
            raise OSError("node lost")
        return train(members, **options)

    monkeypatch.setattr(training, "train", failing)
    with ThreadPoolExecutor(1) as executor, pytest.raises(OSError, match="node lost"):
        run_quietly([configs[1], configs[0], configs[2]], tmp_path, executor)
    assert {r.config for r in RunStore(tmp_path)} == {configs[0], configs[2]}


def test_a_damaged_record_stops_the_sweep(configs, tmp_path):
    run_quietly(configs[:1], tmp_path)
    path = RunStore(tmp_path).records()[0]
    path.write_text(path.read_text().replace("completed", "finished!"))
    with pytest.raises(RecordError, match=path.stem):
        run_quietly(configs, tmp_path)


def test_progress_says_what_is_done(configs, tmp_path):
    lines = []
    run_or_load(configs, tmp_path, device="cpu", progress=lines.append)
    for cohort in ("cohort 1/2: ", "cohort 2/2: "):
        assert any(line.startswith(cohort) for line in lines)
    assert any("step 2/2: " in line for line in lines)
    assert all("\n" not in line for line in lines)


def test_a_bad_device_is_refused_before_anything_else(configs, tmp_path):
    with pytest.raises(ValueError, match="device: 'gpu' is not one of"):
        run_or_load(configs, tmp_path / "new", device="gpu")
    assert not (tmp_path / "new").exists()


def test_load_known_trains_nothing(configs, tmp_path, monkeypatch):
    run_quietly(configs[1:2], tmp_path)
    monkeypatch.setattr(training, "train", never)
    assert [r.config for r in load_known(configs, tmp_path)] == configs[1:2]


def test_without_a_store_the_published_record_comes_first(
    configs, tmp_path, monkeypatch
):
    evidence, own = tmp_path / "evidence", tmp_path / "own"
    published = run_quietly(configs[:1], evidence)
    monkeypatch.setenv("LIPGAN_EVIDENCE", str(evidence))
    monkeypatch.setenv("LIPGAN_STORE", str(own))
    runs = run_or_load(configs, device="cpu", progress=None)
    assert runs[0].provenance == published[0].provenance
    assert {run.config for run in RunStore(own)} == set(configs[1:])
    assert len(RunStore(evidence).records()) == 1


def test_a_store_that_is_given_stands_alone(configs, tmp_path, monkeypatch):
    run_quietly(configs[:1], tmp_path / "evidence")
    monkeypatch.setenv("LIPGAN_EVIDENCE", str(tmp_path / "evidence"))
    run_quietly(configs[:1], tmp_path / "own")
    assert len(RunStore(tmp_path / "own").records()) == 1


def test_out_of_memory_splits_a_cohort_and_every_run_arrives(
    tiny, tmp_path, monkeypatch
):
    configs = [tiny(seed=s, num_steps=4) for s in range(5)]
    calm = run_quietly(configs, tmp_path / "calm")
    step = Training.step

    def step_with_little_room(self, n, **options):
        if len(self.configs) > 2 and n == 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return step(self, n, **options)

    monkeypatch.setattr(Training, "step", step_with_little_room)
    runs = run_quietly(configs, tmp_path / "runs")
    assert [r.provenance["cohort_size"] for r in runs] == [2, 2, 1, 2, 2]
    assert_alike(runs, calm)


def test_a_shape_without_room_costs_only_itself(configs, tmp_path, monkeypatch):
    def train_narrow(members, **options):
        if members[0].width == 3:
            raise MemoryError
        return train(members, **options)

    monkeypatch.setattr(training, "train", train_narrow)
    with pytest.raises(NoRoomError, match="memory: NS-SN k=1 seed 0 does not fit"):
        run_quietly(configs, tmp_path)
    assert {r.config for r in RunStore(tmp_path)} == {configs[1]}


def test_a_failing_cohort_costs_only_itself(configs, tmp_path, monkeypatch):
    def failing(members, **options):
        if members[0].width == 3:
            raise OSError("disk lost")
        return train(members, **options)

    monkeypatch.setattr(training, "train", failing)
    with pytest.raises(OSError, match="disk lost"):
        run_quietly(configs, tmp_path)
    assert {r.config for r in RunStore(tmp_path)} == {configs[1]}


def test_a_member_that_diverges_at_once_does_not_stop_the_others(tiny, tmp_path):
    configs = [tiny(lr_d=3e38), tiny(), tiny(seed=1)]
    runs = run_quietly(configs, tmp_path)
    assert [r.diverged_at for r in runs] == [1, None, None]
    assert_alike(runs[1:], run_quietly(configs[1:], tmp_path / "alone"))
