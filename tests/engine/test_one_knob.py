"""The symmetry: (k, alpha) and (1, alpha k^n) are one training, and what breaks it."""

import pytest
import torch
from torch.testing import assert_close

from lipgan import experiments
from lipgan.config import Config
from lipgan.engine.cohort import Cohort
from lipgan.experiments import ARMS, BENT_LOSSES, SETTINGS, arm, knob
from lipgan.gan.biases import bias_factors
from lipgan.gan.step import discriminator_step, generator_step
from lipgan.training import train

CPU = torch.device("cpu")
LAYERS, STEPS, BATCH = 3, 15, 8
EXACT = {"rtol": 1e-6, "atol": 1e-9}


@pytest.fixture(autouse=True)
def _double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def trained(k, alpha, **fields):
    """Scores and generated images of every step of one small GAN in float64.

    Scores are divided by k^n: what f is at k = 1.
    """
    fields = {"optimizer": "rmsprop_tiny_eps", "d_biases": "scaled", **fields}
    fields = {"loss": "cos", "lr_d": 2e-3, "lr_g": 2e-3, **fields}
    config = Config(
        scale="smoke", width=4, lipschitz_k=k, alpha=alpha, seed=5, **fields
    )
    cohort, history = Cohort([config], CPU), []
    for step in range(STEPS):
        noise = torch.Generator().manual_seed(step)
        x_real = torch.rand(1, BATCH, 1, 8, 8, generator=noise)
        z = torch.randn(2, 1, BATCH, config.z_dim, generator=noise)
        d, pushes = cohort.discriminators, cohort.pushes
        sample = cohort.generators.sampler(training=True)
        with torch.no_grad():
            x_fake = sample(z[0])
        uniform = cohort.noise.uniforms(step)
        scores, _ = discriminator_step(d, pushes, x_real, x_fake, uniform)
        generator_step(cohort.generators, d, pushes, sample(z[1]), torch.rand)
        history.append((scores / k**LAYERS, x_fake))
    return [torch.stack(series) for series in zip(*history, strict=True)]


@pytest.mark.parametrize("loss", [*BENT_LOSSES, "ls", "wgan"])
@pytest.mark.parametrize("k", [0.3, 7.0])
@pytest.mark.parametrize("biases", ["frozen", "scaled"])
def test_k_and_alpha_are_one_knob(loss, k, biases):
    value = 3.0
    ours = trained(k, value / k**LAYERS, loss=loss, d_biases=biases)
    assert_close(ours, trained(1.0, value, loss=loss, d_biases=biases), **EXACT)


def test_the_same_training_at_another_value_of_the_knob_differs():
    ours, other = trained(7.0, 4.0 / 7.0**LAYERS), trained(1.0, 3.0)
    assert (ours[1][-1] - other[1][-1]).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("k", "fields"),
    [
        (7.0, {"d_biases": "own"}),
        (0.02, {"optimizer": "rmsprop_eps_inside"}),
        (7.0, {"optimizer": "sgd", "lr_d": 0.1, "lr_g": 0.1}),
    ],
    ids=["biases", "epsilon", "sgd"],
)
def test_what_breaks_the_symmetry(k, fields):
    ours, other = (trained(at, 3.0 / at**LAYERS, **fields) for at in (k, 1.0))
    assert (ours[1][-1] - other[1][-1]).abs().max() > 1e-3


def test_biases_are_multiplied_layer_by_layer():
    parameters = {"0.weight": torch.ones(3, 2), "0.bias": torch.ones(3, 2)}
    parameters |= {"2.weight": torch.ones(3, 2), "2.bias": torch.ones(3, 2)}
    found = bias_factors(parameters, ["own", "frozen", "scaled"], [5.0, 5.0, 5.0])
    assert {name: f.tolist() for name, f in found.items()} == {
        "0.bias": [1.0, 0.0, 5.0],
        "2.bias": [1.0, 0.0, 25.0],
    }
    assert bias_factors(parameters, ["own"] * 3, [5.0] * 3) == {}


def test_frozen_biases_are_zero_from_the_start_on():
    config = Config(dataset="toy2d", scale="smoke", d_biases="frozen")
    cohort = Cohort([config], CPU)
    assert not any(
        b.any() for n, b in cohort.discriminators.weights.items() if n.endswith("bias")
    )


def test_arms_that_stand_for_others_are_the_same_training():
    """Every merging of `experiments.arm`, trained in both spellings."""
    torch.set_default_dtype(torch.float32)
    fields = {"scale": "smoke", "num_steps": 6}
    compared = 0
    for loss in ("ns", "cos"):
        for push in ARMS:
            for balance in ("own", "equal"):
                kept = arm(3, loss, SETTINGS[0], push, balance, **fields)
                plain = Config(
                    loss=loss, push=push, balance=balance, lipschitz_k=SETTINGS[0][1],
                    pinned_width=SETTINGS[0][0], seed=3, **fields,
                )  # fmt: skip
                if kept == plain:
                    continue
                compared += 1
                ours, theirs = train([kept, plain], device="cpu")
                for name in ("score_real_mean", "score_fake_mean", "sigma"):
                    a, b = (torch.tensor(run.history[name]) for run in (ours, theirs))
                    assert_close(a, b, rtol=2e-3, atol=2e-4)
    assert compared == 11


def test_grids_hold_what_they_say():
    made = experiments.mechanism(seeds=range(100, 105))
    assert len(made) == 925
    assert {c.num_steps for c in made} == {2000}
    plane = experiments.plane(seeds=[0])
    assert len(plane) == 8 * 13 * 4 + 8
    assert {knob(c) for c in plane if c.loss != "wgan"} == set(experiments.PLANE_KNOBS)
    collapse = experiments.collapse(seeds=[0])
    assert len({c for c in collapse if c.optimizer == "sgd"}) == 24
    shared = set(collapse) & set(plane)
    assert len(shared) == 5 * 6 * 4 + 5  # with biases as they are
