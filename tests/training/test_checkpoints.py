"""A resumed cohort ends exactly as an undisturbed one, and no wrong file is used."""

import json
from dataclasses import replace

import pytest
from PIL import Image

from lipgan.config import Config
from lipgan.engine.cohort import Cohort
from lipgan.gan.optimizers import OPTIMIZERS
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.training import Training, checkpoints, load_data, train
from lipgan.training.stopping import Stopped


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
