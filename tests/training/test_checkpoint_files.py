"""The file of a checkpoint: its name, what it holds, when it is written and goes."""

import math
from dataclasses import replace

import pytest
import torch

from lipgan.training import Training, checkpoints, load_data, train
from lipgan.training.checkpoints import (
    CheckpointError,
    Checkpoints,
    cohort_id,
    decode,
    encode,
)


def test_the_file_is_named_after_its_members(kept):
    configs, path = kept
    digest = load_data(configs[0]).digest
    assert path.stem == cohort_id((c.config_id for c in reversed(configs)), digest)
    assert decode(path).step == 4


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
    two = [tiny(regularizer="maxgp_memory", seed=seed) for seed in (0, 1)]
    training = Training(two, load_data(tiny()))
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
