"""Members never mix, and their randomness is a function of seed, purpose and step."""

import math

import pytest
import torch
from torch.testing import assert_close

from lipgan.engine.cohort import Cohort
from lipgan.engine.noise import Noise, seeded_generator
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.step import discriminator_step
from lipgan.training import train

CPU = torch.device("cpu")
STEPS = 20
JOINED = ("sn+gp", "sn+alp", "clip+r1+r2", "r1+gran")
LOOSE = 1e-3  # relative; found 2e-5: rounding differences grow over the steps


def company(tiny, regularizer):
    """One member per loss, all different, and one that diverges at once."""
    # GP on top of SN under WGAN grows rounding differences fivefold every five steps
    steps = STEPS // 2 if regularizer in JOINED else STEPS
    shared = {
        "regularizer": regularizer,
        "num_steps": steps,
        "history_points": steps,
        "eval_samples": 32,
    }
    members = [
        tiny(
            loss=loss,
            alpha=0.4 + 0.3 * i,
            lipschitz_k=0.6 + 0.3 * i,
            seed=i % 4,
            lr_d=1e-4 * (1 + i),
            penalty_weight=1.0 + i,
            second_k=0.5 + 0.1 * i if regularizer in ("sn+gp", "sn+alp") else 0.0,
            **shared,
        )
        for i, loss in enumerate(LOSSES)
    ]
    lost = tiny(loss="exp", lipschitz_k=50.0, lr_d=1e5, seed=9, **shared)
    return [*members[:3], lost, *members[3:]]


def assert_same_run(run, other, tolerance=LOOSE):
    assert run.config == other.config
    assert (run.status, run.diverged_at) == (other.status, other.diverged_at)
    assert run.history.keys() == other.history.keys()
    for name, values in run.history.items():
        ours, theirs = (torch.tensor(v, dtype=torch.float64) for v in
                        (values, other.history[name]))  # fmt: skip
        scale = float(theirs.nan_to_num().abs().max())
        assert_close(
            ours,
            theirs,
            rtol=tolerance,
            atol=tolerance * scale,
            equal_nan=True,
            msg=lambda m, name=name: f"{name}: {m}",
        )


@pytest.fixture(scope="module", params=[*REGULARIZERS, *JOINED])
def together(request, tiny):
    configs = company(tiny, request.param)
    return train(configs, device="cpu")


def test_every_member_trains_as_if_it_were_alone(together):
    for run in together:
        (alone,) = train([run.config], device="cpu")
        if not run.diverged:
            assert_same_run(run, alone)
        else:
            assert (alone.status, alone.diverged_at) == (run.status, run.diverged_at)


def test_company_holds_one_member_that_diverged(together):
    fate = [run.diverged for run in together]
    assert fate == [i == 3 for i in range(len(LOSSES) + 1)]


def test_comparison_notices_another_seed(together, tiny):
    run = together[0]
    (other,) = train([tiny(**{**run.config.to_dict(), "seed": 77})], device="cpu")
    object.__setattr__(other, "config", run.config)
    with pytest.raises(AssertionError):
        assert_same_run(run, other)


def test_order_of_configs_is_the_order_of_runs(tiny):
    configs = company(tiny, "sn")
    order = [4, 0, 6, 2, 5, 1, 3, 10, 7, 9, 8]
    straight = train(configs, device="cpu")
    permuted = train([configs[i] for i in order], device="cpu")
    assert [run.config for run in straight] == configs
    for run, i in zip(permuted, order, strict=True):
        assert run.config == configs[i]
        if not run.diverged:
            assert_same_run(run, straight[i])


def test_different_shapes_are_trained_in_one_call_in_order(tiny):
    configs = [
        tiny(width=3),
        tiny(dataset="toy2d"),
        tiny(width=4),
        tiny(width=3, seed=1),
    ]
    runs = train(configs, device="cpu")
    assert [run.config for run in runs] == configs
    assert [run.provenance["cohort_size"] for run in runs] == [2, 1, 1, 2]


def test_gradients_of_one_member_see_no_other(tiny):
    """A member's update is the same to the last bit, whatever the other one sees."""
    updated = []
    for factor in (1.0, 100.0):
        cohort = Cohort([tiny(seed=1), tiny(seed=2)], CPU)
        x_real, x_fake = torch.ones(2, 2, 4, 1, 8, 8)
        x_real[0] *= factor
        discriminator_step(
            cohort.discriminators,
            cohort.pushes,
            x_real,
            x_fake,
            cohort.noise.uniforms(0),
        )
        updated.append({k: v.clone() for k, v in cohort.discriminators.weights.items()})
    for name, first in updated[0].items():
        assert torch.equal(first[1], updated[1][name][1])
    assert any(not torch.equal(v[0], updated[1][k][0]) for k, v in updated[0].items())


def test_noise_is_the_same_in_any_company():
    alone, many = Noise([5], CPU), Noise([9, 5, 0, 5], CPU)
    for step in (0, 1, 31, 32, 100):
        expected = alone.normal("z", step, 3, 2)[0]
        found = many.normal("z", step, 3, 2)
        assert torch.equal(found[1], expected)
        assert torch.equal(found[3], expected)
        assert not torch.equal(found[0], expected)
        assert torch.equal(
            many.uniform("t", step, 4)[1], alone.uniform("t", step, 4)[0]
        )
        own = many.indices("data", step, 100, 6)[many.rows]
        assert torch.equal(own[1], alone.indices("data", step, 100, 6)[0])


def test_noise_can_be_drawn_in_any_order_of_steps():
    forward, jumping = Noise([3], CPU), Noise([3], CPU)
    steps = [forward.normal("z", step, 2) for step in range(70)]
    for step in (69, 0, 33, 31, 32):
        assert torch.equal(jumping.normal("z", step, 2), steps[step])


def test_noise_differs_by_seed_purpose_and_step():
    noise = Noise([1, 2], CPU)
    first = noise.normal("a", 0, 8)
    draws = [first[0], first[1], noise.normal("b", 0, 8)[0], noise.normal("a", 1, 8)[0]]
    draws.append(noise.normal("a", 32, 8)[0])
    for i, a in enumerate(draws):
        for b in draws[:i]:
            assert not torch.equal(a, b)


def test_noise_follows_its_distributions():
    noise = Noise([1], CPU)
    normal, uniform = noise.normal("n", 0, 20_000), noise.uniform("u", 0, 20_000)
    assert float(normal.mean()) == pytest.approx(0, abs=0.03)
    assert float(normal.std()) == pytest.approx(1, abs=0.03)
    assert float(uniform.mean()) == pytest.approx(0.5, abs=0.01)
    assert 0 <= uniform.min() <= uniform.max() < 1
    indices = noise.indices("i", 0, 10, 20_000)
    counts = torch.bincount(indices[0], minlength=10)
    assert len(counts) == 10
    assert counts.min() > 1800


def test_noise_keep_forgets_members():
    noise = Noise([4, 7, 4], CPU)
    before = noise.normal("z", 3, 5)
    noise.keep(torch.tensor([2, 1]))
    assert torch.equal(noise.normal("z", 3, 5), before[[2, 1]])


def test_seeded_generator_depends_on_its_arguments_alone():
    def draw(*key):
        torch.rand(3)  # the global state must not matter
        return torch.rand(4, generator=seeded_generator(*key))

    assert torch.equal(draw(1, "a", 2), draw(1, "a", 2))
    assert not torch.equal(draw(1, "a", 2), draw(1, "a", 3))
    assert not torch.equal(draw(1, "a", 2), draw(12, "a", 2))


def test_keep_goes_on_with_the_chosen_members(tiny):
    configs = [tiny(loss="cos"), tiny(seed=1, lipschitz_k=2.0), tiny(seed=2)]
    cohort = Cohort(configs, CPU)
    weights = {k: v.clone() for k, v in cohort.discriminators.weights.items()}
    x = torch.randn(3, 4, 1, 8, 8)
    scores = cohort.discriminators.critic()(x)
    cohort.keep([1])
    assert cohort.configs == [configs[1]]
    assert cohort.discriminators.strength.k.tolist() == [2.0]
    assert all(
        torch.equal(v[0], weights[k][1])
        for k, v in cohort.discriminators.weights.items()
    )
    assert_close(
        cohort.discriminators.critic()(x[1:2]), scores[1:2], rtol=1e-5, atol=1e-6
    )


def test_divergence_is_noted_once_per_member(tiny):
    cohort = Cohort([tiny(), tiny(seed=1)], CPU)
    scores = torch.zeros(2, 3)
    cohort.note_divergence(scores, 1)
    scores[1, 2] = math.inf
    cohort.note_divergence(scores, 2)
    cohort.note_divergence(scores * math.nan, 3)
    assert cohort.diverged_at.tolist() == [3, 2]


def test_plain_discriminator_has_the_regularized_weights(tiny):
    cohort = Cohort([tiny(lipschitz_k=0.5), tiny(seed=3, lipschitz_k=2.0)], CPU)
    x = torch.randn(2, 4, 1, 8, 8)
    scores = cohort.discriminators.critic()(x)
    for row in range(2):
        alone = cohort.plain_discriminator(row)(x[row])
        assert_close(alone, scores[row], rtol=1e-4, atol=1e-6)


def test_averaged_generators_are_the_moving_average_by_hand(tiny):
    cohort = Cohort([tiny(ema_decay=0.5), tiny(ema_decay=0.5, seed=1)], CPU)
    name, weight = next(iter(cohort.generators.weights.items()))
    expected = weight.detach().clone()
    for step in range(1, 25):
        with torch.no_grad():
            weight.add_(step)
        cohort.generators.average(step)
        decay = min(0.5, step / (step + 10))
        expected = decay * expected + (1 - decay) * weight.detach()
    assert_close(cohort.generators.averaged[name], expected)


def test_samples_are_judged_from_the_averaged_generators(tiny):
    cohort = Cohort([tiny(ema_decay=0.5)], CPU)
    z = torch.randn(1, 4, cohort.configs[0].z_dim)
    before = cohort.generators.sampler(training=False)(z)
    with torch.no_grad():
        for weight in cohort.generators.weights.values():
            weight.mul_(3)
    assert_close(cohort.generators.sampler(training=False, averaged=True)(z), before)
    assert not torch.allclose(cohort.generators.sampler(training=False)(z), before)


def test_without_averaging_the_last_weights_are_judged(tiny):
    cohort = Cohort([tiny(ema_decay=0.0)], CPU)
    assert cohort.generators.averaged == {}
    z = torch.randn(1, 4, cohort.configs[0].z_dim)
    ours = cohort.generators.sampler(training=False, averaged=True)(z)
    assert_close(ours, cohort.generators.sampler(training=False)(z))
