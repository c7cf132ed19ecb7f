"""What cannot end well is refused before its first step."""

import numpy as np
import pytest
import torch

from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.sweep import run_or_load
from lipgan.training import load_data, start, train
from lipgan.training.checks import beyond_float32, dry_evaluation


@pytest.fixture
def untrained(monkeypatch):
    """Training must not even begin."""

    def fail(*_):
        raise AssertionError("training has begun")

    monkeypatch.setattr(start, "Training", fail)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_few_images_are_refused_in_their_own_terms(tiny, untrained, count):
    message = f"dataset: 'digits' gives {count} images; at least 6 are needed"
    with pytest.raises(ValueError, match=message):
        train([tiny(data_limit=count)])


@pytest.mark.parametrize("count", [6, 20])
def test_as_few_as_that_are_judged(tiny, count):
    (run,) = train([tiny(data_limit=count)])
    assert run.status == "completed"


def test_features_that_do_not_fit_are_refused_before_training(tiny, untrained):
    with pytest.raises(ValueError, match="features of 'mnist' need"):
        train([tiny(features="mnist")])


def test_what_evaluation_cannot_do_is_found_before_training(
    tiny, untrained, monkeypatch
):
    def fail(*_, **__):
        raise ValueError("metrics: no")

    monkeypatch.setattr("lipgan.training.evaluate.neural_divergence", fail)
    with pytest.raises(ValueError, match="metrics: no"):
        train([tiny()])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"seed": 2**64}, r"seed: 18446744073709551616 is not below 2\^64"),
        ({"eval_samples": 1}, "eval_samples: 1 is not at least 2"),
        ({"alpha": 1e-39}, "alpha: 1e-39 is not within 1.18e-38 to 3.4e.38"),
        ({"alpha": 1e39}, "alpha: 1e.39 is not within"),
        ({"lipschitz_k": 1e-46}, "lipschitz_k: 1e-46 is not within"),
    ],
)
def test_numbers_that_the_arithmetic_cannot_hold_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Config(**fields)


def test_the_largest_seed_and_the_smallest_alpha_are_trained(tiny):
    runs = train([tiny(seed=2**64 - 1), tiny(alpha=1.2e-38), tiny(alpha=1e-25)])
    assert [run.status for run in runs] == ["completed"] * 3
    assert runs[1].history["loss_d"] == pytest.approx(
        runs[2].history["loss_d"], rel=1e-3
    )


def test_a_dry_evaluation_of_points(tiny):
    config = tiny(dataset="toy2d_ring", data_limit=3)
    dry_evaluation(config, load_data(config), None)


def test_k_over_all_layers_is_noted_where_float32_cannot_hold_it(tiny):
    assert beyond_float32(tiny()) is None
    assert beyond_float32(tiny(regularizer="gp", lipschitz_k=1e-20)) is None
    (run,) = train([tiny(lipschitz_k=1e-20)])
    note = "lipschitz_k: 1e-20 over 3 layers is 10^-60, which float32 cannot hold"
    assert run.provenance["note"].startswith(note)
    assert "note" not in train([tiny()])[0].provenance


def test_numbers_of_numpy_are_numbers():
    config = Config(
        seed=np.int64(3),
        lipschitz_k=np.float32(0.1),
        alpha=np.int32(2),
        z_dim=np.uint8(9),
    )
    same = Config(seed=3, lipschitz_k=0.1, alpha=2.0, z_dim=9)
    assert (config, config.config_id) == (same, same.config_id)
    assert type(config.seed) is int
    assert type(config.lipschitz_k) is float


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"loss": "NS"}, "loss: 'NS' is not one of ns, .*; did you mean 'ns'"),
        ({"dataset": "MNIST"}, "did you mean 'mnist'"),
        ({"regularizer": "grann"}, "did you mean 'gran'"),
        ({"seed": np.bool_(True)}, "seed: .*True.* is not a whole number"),
        ({"seed": np.float64(1)}, "seed: .*1.0.* is not a whole number"),
    ],
)
def test_a_misspelt_key_gets_a_suggestion(fields, message):
    with pytest.raises(ValueError, match=message):
        Config(**fields)


def test_configs_and_seeds_are_read_once_from_any_iterable(tiny, tmp_path):
    from lipgan.experiments import figure5, longer_training, table5

    assert len(train(tiny(seed=s) for s in range(2))) == 2
    runs = run_or_load((tiny(seed=s) for s in range(2)), tmp_path, progress=None)
    assert [run.config.seed for run in runs] == [0, 1]
    for make in (table5, figure5):
        assert make(seeds=iter([4, 5])) == make(seeds=[4, 5])
    assert longer_training(seeds=iter([4])) == longer_training(seeds=4)
    assert table5("digits", "smoke", np.int64(7)) == table5("digits", "smoke", [7])


@pytest.mark.parametrize("seeds", ["3", 1.5, None, True])
def test_what_is_no_seed_is_refused(seeds):
    from lipgan.experiments import table3

    with pytest.raises(ValueError, match="seeds: .* is not a whole number or a list"):
        table3(seeds=seeds)


def test_modes_are_those_that_the_data_have(tiny):
    from lipgan.training.evaluate import point_metrics

    x = torch.tensor([[0.0, 0.0], [5.0, 5.0]])
    dataset = Dataset("ring", x, torch.tensor([0, 3]), 8)
    assert point_metrics(x, dataset)["modes_covered_2"] == 2


def test_a_run_just_trained_equals_the_run_loaded(tiny, tmp_path):
    configs = [tiny(), tiny(dataset="toy2d_ring"), tiny(lr_d=1e30, loss="exp")]
    trained = run_or_load(configs, tmp_path, progress=None)
    assert trained == run_or_load(configs, tmp_path, progress=None)


@pytest.mark.slow
def test_other_inception_weights_are_another_judge(
    tiny, tmp_path, inception_file, monkeypatch
):
    config = tiny(features="inception", num_steps=1, eval_samples=2, data_limit=6)
    options = {"store": tmp_path / "runs", "progress": None}
    (first,) = run_or_load([config], inception_weights=inception_file, **options)
    weights = torch.load(inception_file, weights_only=True)
    name = next(k for k, v in weights.items() if v.ndim == 4)
    weights[name] = weights[name] * 2
    other = tmp_path / "other.pth"
    torch.save(weights, other)
    (second,) = run_or_load([config], inception_weights=other, **options)
    assert second.data_digest != first.data_digest
    assert second.metrics["fid_inception_2"] != first.metrics["fid_inception_2"]
    monkeypatch.setattr("lipgan.training.train", None)  # both are recorded
    for file, expected in ((inception_file, first), (other, second)):
        (again,) = run_or_load([config], inception_weights=file, **options)
        assert again.metrics == expected.metrics
    with pytest.raises(FileNotFoundError, match="weights: there is no file .*gone"):
        run_or_load([config], inception_weights=tmp_path / "gone", **options)
