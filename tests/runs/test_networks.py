"""Kept weights: the same generator comes back, and can be judged again."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from lipgan.__main__ import main
from lipgan.data import load
from lipgan.features.inception import INCEPTION_FILE
from lipgan.runs import RecordError, RunStore, networks
from lipgan.runs.files import SAFETENSORS
from lipgan.runs.networks import load_discriminator, load_generator
from lipgan.runs.verify import verify
from lipgan.sweep import load_known, run_or_load
from lipgan.sweep.known import data_digests
from lipgan.training.judge_again import judge_again, samples_of


@pytest.fixture
def kept(tiny, tmp_path):
    """Two runs of digits in a store, with weights."""
    configs = [tiny(loss="ns"), tiny(loss="wgan", seed=3)]
    store = RunStore(tmp_path / "runs")
    run_or_load(configs, store, device="cpu", keep_weights=True, progress=None)
    return store


def test_the_generator_that_was_judged_comes_back(kept):
    for run in kept:
        first_rows = samples_of(run, 4)[:, 0]
        assert (np.hstack(first_rows.numpy()) == run.samples[:8, :32]).all()
        z = torch.randn(3, run.config.z_dim)
        assert load_generator(run)(z).shape == (3, 1, 8, 8)


def test_the_discriminator_comes_back_normalized(kept):
    for run in kept:
        for module in load_discriminator(run):
            if hasattr(module, "weight"):
                sigma = torch.linalg.matrix_norm(module.weight.flatten(1), 2)
                assert 0.95 < float(sigma) < 1.05


def test_half_precision_halves_the_file_and_hardly_moves_the_samples(kept):
    run = next(iter(kept))
    whole, half = networks.packed(run), networks.packed(run, half=True)
    assert len(half) < 0.6 * len(whole)
    z = torch.randn(50, run.config.z_dim)
    before = load_generator(run)(z)
    run.weights.write_bytes(half)
    assert float((load_generator(run)(z) - before).abs().max()) < 0.01


def test_weights_that_were_not_kept_are_asked_for(tiny, tmp_path):
    (run,) = run_or_load([tiny()], tmp_path, device="cpu", progress=None)
    with pytest.raises(ValueError, match=r"weights: those of NS.*--keep-weights"):
        load_generator(run)


def test_damaged_weights_damage_the_record(kept):
    run = next(iter(kept))
    content = bytearray(run.weights.read_bytes())
    content[-1] ^= 1
    run.weights.write_bytes(content)
    with pytest.raises(RecordError, match="its weights are not what the checksum says"):
        kept.load(run.config)
    run.weights.unlink()
    with pytest.raises(RecordError, match="its weights are missing"):
        kept.load(run.config)


def test_runs_without_weights_are_trained_again_when_these_are_wanted(tiny, tmp_path):
    config = tiny()
    run_or_load([config], tmp_path, device="cpu", progress=None)
    (run,) = run_or_load(
        [config], tmp_path, device="cpu", keep_weights=True, progress=None
    )
    stored = RunStore(tmp_path).load(config).weights
    assert stored.name == f"{config.config_id}.safetensors"
    assert load_generator(run)


def test_judging_again_adds_metrics_and_trains_nothing(kept):
    before = {run.config: run.metrics for run in kept}
    for run in judge_again(kept, "pixels", 40):
        assert kept.load(run.config).metrics == pytest.approx(run.metrics, rel=1e-6)
        assert run.metrics.items() >= before[run.config].items()
        assert run.metrics["fd_pixels_40"] > 0
        assert run.provenance["judged_again"]["samples"] == 40


def test_judging_again_by_the_same_protocol_finds_the_same(kept):
    for run in kept:
        count = run.config.eval_samples
        name = f"fd_digits_{count}"
        (again,) = [r for r in judge_again(kept) if r.config == run.config]
        assert again.metrics[name] == pytest.approx(run.metrics[name], rel=1e-4)


def test_weights_never_take_the_place_of_others(kept):
    """A writer that dies between weights and document leaves the record whole."""
    run = next(iter(kept))
    before = dict(networks.held_weights(run))
    other = replace(run, weights={name: value + 1 for name, value in before.items()})
    name, content = run.config.config_id, networks.packed(other)
    kept.files._write_beside(name, SAFETENSORS, content)
    for expected, shift in ((run, 0), (other, 1)):
        found = networks.held_weights(kept.load(expected.config))
        assert all((found[n] == value + shift).all() for n, value in before.items())
        kept.save(other)


def test_judging_keeps_what_another_process_recorded_meanwhile(kept):
    first = judge_again(kept, "pixels", device="cpu", say=print)
    next(first)
    assert len(list(judge_again(kept, samples=32, device="cpu", say=print))) == 2
    assert len(list(first)) == 1
    for run in kept:
        assert {"fd_digits_32", "fd_pixels_64"} <= set(run.metrics)


def test_orphaned_weights_are_a_remnant(kept):
    assert verify(kept).remnants == []
    orphan = kept.path / f"{'0' * 16}.safetensors"
    orphan.write_bytes(b"")
    assert verify(kept).remnants == [orphan]


def test_the_command_judges_again(kept, capsys):
    assert main(["evaluate", "--store", str(kept.path), "--features", "pixels"]) == 0
    assert capsys.readouterr().out.count("fd_pixels_64") == 2
    assert main(["evaluate", "--store", str(kept.path), "--features", "vgg"]) == 2
    assert "features: 'vgg' is not one of" in capsys.readouterr().err


def test_records_from_before_digests_were_kept_stay_readable(made_run, tiny, tmp_path):
    store, config = RunStore(tmp_path), tiny()
    store.save(made_run(config))
    assert store.load(config, load("digits").digest).data_digest is None


def test_data_that_are_not_at_hand_need_no_digest(tiny, tmp_path, made_run):
    config = tiny(dataset="mnist", scale="embedded")
    assert data_digests(tmp_path)(config) is None
    store = RunStore(tmp_path)
    store.save(made_run(config, data_digest="04db52406fb7eb36"))
    assert len(load_known([config], store, digest=data_digests(tmp_path))) == 1


@pytest.mark.slow
def test_the_fid_of_stored_generators_is_that_of_pytorch_fid(
    tiny, tmp_path, inception_file
):
    """With random weights of Inception, on the same PNG files, by its own command."""
    config = tiny(data_limit=24, eval_samples=24)
    store = RunStore(tmp_path / "runs")
    run_or_load([config], store, device="cpu", keep_weights=True, progress=None)
    (run,) = judge_again(store, "inception", inception_weights=inception_file)
    place = tmp_path / "hub" / "checkpoints" / INCEPTION_FILE
    place.parent.mkdir(parents=True)
    shutil.copy(inception_file, place)
    sets = {"real": load("digits", limit=24).x, "fake": samples_of(run, 24)}
    for name, images in sets.items():
        (tmp_path / name).mkdir()
        for index, image in enumerate(images):
            Image.fromarray(image[0].numpy()).save(tmp_path / name / f"{index}.png")
    command = [sys.executable, "-m", "pytorch_fid", *sets, "--num-workers", "0"]
    environment = os.environ | {"TORCH_HOME": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    theirs = float(re.search(r"FID:\s+(\S+)", done.stdout)[1])
    assert run.metrics["fid_inception_24"] == pytest.approx(theirs, rel=1e-3)
