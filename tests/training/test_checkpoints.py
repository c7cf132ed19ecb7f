"""A resumed cohort ends exactly as an undisturbed one, and no wrong file is used."""

import json
import math
from dataclasses import replace

import pytest
import torch
from PIL import Image

from lipgan.config import Config
from lipgan.engine.cohort import Cohort
from lipgan.gan.optimizers import OPTIMIZERS
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.training import Training, checkpoints, load_data, loop, train
from lipgan.training.checkpoints import (
    CheckpointError,
    Checkpoints,
    cohort_id,
    decode,
    encode,
)
from lipgan.training.stopping import Stopped


@pytest.fixture
def folder(tmp_path):
    return Checkpoints(tmp_path / "checkpoints", every=1e9)


@pytest.fixture
def stop_after(monkeypatch):
    """Call it with a number of steps, after which training is told to stop."""

    def stop_after(steps):
        asked = iter([None] * steps)
        monkeypatch.setattr(loop, "reason_to_stop", lambda _: next(asked, "enough"))

    return stop_after


def identical(ours, theirs):
    """Bit for bit, but for where and when."""
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.config == other.config
        assert (mine.status, mine.diverged_at) == (other.status, other.diverged_at)
        # as text, where NaN equals NaN and no digit is left out
        assert json.dumps(mine.history) == json.dumps(other.history)
        assert json.dumps(mine.metrics) == json.dumps(other.metrics)
        if mine.samples is None:
            assert other.samples is None
        else:
            assert (mine.samples == other.samples).all()


def interrupted(configs, folder, stop_after, *steps):
    """Train with stops after so many steps each; the runs of the last call."""
    for count in steps:
        stop_after(count)
        with pytest.raises(Stopped, match="enough"):
            train(configs, device="cpu", checkpoints=folder)
    stop_after(10_000)
    return train(configs, device="cpu", checkpoints=folder)


def four_members(tiny, **fields):
    """Two losses, two seeds, in an order that the cohort changes."""
    fields = {"num_steps": 6, "history_points": 6, **fields}
    return [tiny(loss=x, seed=s, **fields) for s in (0, 1) for x in ("wgan", "cos")]


@pytest.mark.parametrize("regularizer", [*REGULARIZERS, "sn+maxgp_memory"])
def test_resumed_cohort_is_bit_identical(regularizer, tiny, folder, stop_after):
    configs = four_members(tiny, regularizer=regularizer)
    undisturbed = train(configs, device="cpu")
    identical(interrupted(configs, folder, stop_after, 2, 2), undisturbed)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_resumes(optimizer, tiny, folder, stop_after):
    configs = four_members(tiny, optimizer=optimizer, n_dis=2)
    undisturbed = train(configs, device="cpu")
    identical(interrupted(configs, folder, stop_after, 3), undisturbed)


@pytest.mark.parametrize("dataset", ["toy2d", "toy2d_ring", "mnist"])
def test_points_and_larger_images_resume(dataset, tiny, folder, stop_after):
    fields = {"dataset": dataset, "num_steps": 4, "eval_samples": 16}
    configs = [tiny(seed=s, **fields) for s in (0, 1)]
    undisturbed = train(configs, device="cpu")
    identical(interrupted(configs, folder, stop_after, 3), undisturbed)


def test_more_steps_than_a_block_of_noise_resume(tiny, folder, stop_after):
    configs = four_members(tiny, num_steps=70)
    undisturbed = train(configs, device="cpu")
    identical(interrupted(configs, folder, stop_after, 31, 2, 30), undisturbed)


def diverging(tiny, **fields):
    return tiny(loss="exp", lipschitz_k=50.0, num_steps=9, history_points=9, **fields)


def test_diverged_members_stay_diverged(tiny, folder, stop_after):
    fine = tiny(num_steps=9, history_points=9)
    configs = [diverging(tiny), fine, diverging(tiny, seed=1), replace(fine, seed=1)]
    undisturbed = train(configs, device="cpu")
    assert [r.diverged for r in undisturbed] == [True, False, True, False]
    identical(interrupted(configs, folder, stop_after, 7), undisturbed)


def test_a_member_that_diverges_at_the_first_step(tiny, folder, stop_after):
    lost = tiny(lr_d=3e38, num_steps=6, history_points=6)
    configs = [lost, *four_members(tiny)]
    undisturbed = train(configs, device="cpu")
    assert undisturbed[0].diverged_at == 1
    assert not any(r.diverged for r in undisturbed[1:])
    identical(interrupted(configs, folder, stop_after, 3), undisturbed)


def test_the_comparison_can_fail(tiny, folder, stop_after, monkeypatch):
    configs = four_members(tiny)
    undisturbed = train(configs, device="cpu")
    whole = Cohort.state.fget
    kept = property(lambda c: {k: v for k, v in whole(c).items() if k != "g_moments"})
    monkeypatch.setattr(Cohort, "state", kept)
    with pytest.raises(AssertionError):
        identical(interrupted(configs, folder, stop_after, 3), undisturbed)


def test_a_part_goes_on_without_the_rest(tiny, folder, stop_after):
    """A smaller machine, or records that another sweep has made meanwhile."""
    configs = [diverging(tiny), *four_members(tiny, num_steps=9, history_points=9)]
    stop_after(7)
    with pytest.raises(Stopped):
        train(configs, device="cpu", checkpoints=folder)
    stop_after(10_000)
    part, lines = [configs[4], configs[0], configs[1]], []
    resumed = train(part, device="cpu", checkpoints=folder, progress=lines.append)
    assert any("goes on after step 7" in line for line in lines)
    for mine, alone in zip(resumed, train(part, device="cpu"), strict=True):
        assert mine.status == alone.status
        for name, value in alone.metrics.items():
            assert mine.metrics[name] == pytest.approx(value, rel=1e-4)


def test_groups_are_those_that_went_as_far_together(tiny, folder):
    configs = [tiny(seed=s, num_steps=6) for s in range(6)]
    for seeds, step in (([0, 1, 2], 2), ([2, 3], 4)):
        training = Training([configs[s] for s in seeds], load_data(configs[0]))
        for _ in range(step):
            training.step(training.done + 1)
            training.done += 1
        folder.save(training.snapshot())
    names = [c.config_id for c in configs]
    assert folder.groups(names) == [
        (4, [names[2], names[3]]),
        (2, [names[0], names[1]]),
        (0, [names[4], names[5]]),
    ]
    assert folder.groups(names[4:]) == [(0, names[4:])]
    assert folder.groups([]) == []


@pytest.fixture
def kept(tiny, folder, stop_after):
    """A cohort stopped after four of six steps, and its file."""
    configs = four_members(tiny)
    stop_after(4)
    with pytest.raises(Stopped):
        train(configs, device="cpu", checkpoints=folder)
    (path,) = folder.directory.iterdir()
    stop_after(10_000)
    return configs, path


def test_the_file_is_named_after_its_members(kept):
    configs, path = kept
    digest = load_data(configs[0]).digest
    assert path.stem == cohort_id((c.config_id for c in reversed(configs)), digest)
    assert decode(path).step == 4


def spoil_byte(path, monkeypatch):
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)


def spoil_length(path, monkeypatch):
    path.write_bytes(path.read_bytes()[:-100])


def spoil_header(path, monkeypatch):
    path.write_bytes(path.read_bytes().replace(b'step\\": 4', b'step\\": 5'))


def spoil_all(path, monkeypatch):
    path.write_bytes(b"")


def other_version(path, monkeypatch):
    now = checkpoints._version()
    monkeypatch.setattr(checkpoints, "_version", lambda: now | {"code": "other"})


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoil_byte, "checksum"),
        (spoil_length, None),
        (spoil_header, "checksum"),
        (spoil_all, None),
        (other_version, None),
    ],
)
def test_a_bad_checkpoint_is_said_and_training_starts_anew(
    kept, folder, spoil, reason, monkeypatch
):
    configs, path = kept
    spoil(path, monkeypatch)
    lines = []
    runs = train(configs, device="cpu", checkpoints=folder, progress=lines.append)
    identical(runs, train(configs, device="cpu"))
    (line,) = [x for x in lines if "is not used" in x]
    assert path.name in line
    assert (reason or "it is") in line
    assert not any("goes on" in x for x in lines)


def test_other_members_are_refused(kept, folder, tiny):
    others = [tiny(seed=7, num_steps=6)]
    digest = load_data(others[0]).digest
    assert folder.find([others[0].config_id], digest, say=None) is None
    assert folder.groups([others[0].config_id]) == [(0, [others[0].config_id])]


def test_another_folder_of_images_does_not_go_on_from_this_one(
    tmp_path, folder, stop_after
):
    configs = []
    for name, gray in (("cats", 90), ("dogs", 200)):
        (tmp_path / name).mkdir()
        for i in range(6):
            Image.new("L", (8, 8), gray + i).save(tmp_path / name / f"{i}.png")
        fields = {"scale": "smoke", "num_steps": 6}
        configs.append(Config(dataset=f"folder:{tmp_path / name}", **fields))
    cats, dogs = configs
    assert cats.config_id == dogs.config_id
    stop_after(4)
    with pytest.raises(Stopped):
        train([cats], device="cpu", checkpoints=folder)
    stop_after(10_000)
    lines = []
    found = train([dogs], device="cpu", checkpoints=folder, progress=lines.append)
    identical(found, train([dogs], device="cpu"))
    assert any("is not used: it is of other data" in line for line in lines)
    lines.clear()
    train([cats], device="cpu", checkpoints=folder, progress=lines.append)
    assert any("goes on after step 4" in line for line in lines)


def test_a_checkpoint_goes_when_all_its_members_have_records(kept, folder):
    configs, path = kept
    digest = load_data(configs[0]).digest
    folder.tidy({c.config_id: digest for c in configs[1:]})
    assert path.exists()
    folder.tidy({c.config_id: "of other images" for c in configs})
    assert path.exists()
    folder.tidy({c.config_id: digest for c in configs})
    assert not path.exists()


def test_records_of_unknown_data_do_not_keep_a_checkpoint(kept, folder):
    configs, path = kept
    folder.tidy({c.config_id: None for c in configs})
    assert not path.exists()


def test_checkpoints_are_written_every_so_often(tiny, folder, monkeypatch):
    steps = []
    spy = replace(folder, every=0.0)
    save = Checkpoints.save
    monkeypatch.setattr(
        Checkpoints, "save", lambda self, s: steps.append(s.step) or save(self, s)
    )
    train([tiny(num_steps=4)], device="cpu", checkpoints=spy)
    assert steps == [1, 2, 3, 4]
    steps.clear()
    train([tiny(num_steps=4, seed=1)], device="cpu", checkpoints=folder)
    assert steps == [4]  # before the samples are judged
    steps.clear()
    reading = replace(folder, every=None)
    train([tiny(num_steps=4, seed=2)], device="cpu", checkpoints=reading)
    assert steps == []


def test_a_full_disk_does_not_end_training(tiny, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints.atomic, "write", full)
    lines = []
    spy = replace(folder, every=0.0)
    (run,) = train([tiny()], device="cpu", checkpoints=spy, progress=lines.append)
    assert run.status == "completed"
    assert any("no checkpoint at step 1" in line for line in lines)


def test_a_snapshot_survives_its_file(tiny, tmp_path):
    training = Training(
        four_members(tiny, regularizer="maxgp_memory"), load_data(tiny())
    )
    training.step(1)
    training.done = 1
    training.histories[0] = {"loss_d": [math.nan, 0.1, 1e-45]}
    before = training.snapshot()
    path = tmp_path / "a.safetensors"
    path.write_bytes(encode(before))
    after = decode(path)
    assert repr(after.histories) == repr(before.histories)
    assert before.tensors.keys() == after.tensors.keys()
    assert "memory/steepest" in after.tensors
    for name, tensor in before.tensors.items():
        assert torch.equal(tensor, after.tensors[name]), name
        assert tensor.dtype == after.tensors[name].dtype


def test_a_file_of_something_else_is_refused(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "a.safetensors"
    save_file({"w": torch.zeros(2)}, path)
    with pytest.raises(CheckpointError, match="not readable"):
        decode(path)
