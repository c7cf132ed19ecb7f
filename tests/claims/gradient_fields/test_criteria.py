"""Criteria and tables of page 12 on made-up critics; what its numbers measure."""

import math
from dataclasses import replace

import pytest
import torch

from lipgan import metrics
from lipgan.claims import CLAIMS
from lipgan.claims.gradient_fields import tables
from lipgan.claims.gradient_fields.criteria import STRICT_CRITICS
from lipgan.claims.judge import judge
from lipgan.data import load
from lipgan.training import Training, kept_critics, load_data, train
from lipgan.training.evaluate import generated, gradient_metrics

STEPS = 8


def history(moves):
    """A domain of width 2 whose center moves this many widths in the second half."""
    centers = [2 * moves * i / (STEPS // 2 - 1) for i in range(STEPS)]
    made = {"step": list(range(1, STEPS + 1))}
    for side in ("real", "fake"):
        for name, offset in (("min", -1), ("mean", 0), ("max", 1)):
            made[f"score_{side}_{name}"] = [c + offset for c in centers]
    return made


def as_claimed(config):
    """(cosine, widths moved)."""
    moves = 0.1 if config.loss in STRICT_CRITICS else 2.0
    return (0.4 if config.regularizer == "none" else 0.9), moves


@pytest.fixture
def critics(made_run):
    """Call it for runs as claimed after a change; a cosine of None diverges."""

    def make(change=lambda config, *found: found):
        runs = []
        for config in CLAIMS["gradients_inform"].configs("embedded", [0, 1, 2]):
            cosine, moves = change(config, *as_claimed(config))
            fields = {"history": history(moves)}
            if cosine is None:
                fields |= {"status": "diverged", "diverged_at": 1}
                runs.append(made_run(config, {}, **fields))
                continue
            found = {"gradient_cosine_512": cosine, "gradient_norm_512": 1.0}
            runs.append(made_run(config, found, **fields))
        return runs

    return make


def holds(name, runs):
    return [check.holds for check in judge(name, runs).checks]


def test_critics_as_claimed_meet_the_criteria(critics):
    assert holds("gradients_inform", critics()) == [True, True]
    assert holds("unique_critic", critics()) == [True, True, True]


def test_one_regularizer_that_points_elsewhere_refutes(critics):
    def change(config, cosine, moves):
        return (0.3 if config.regularizer == "alp" else cosine), moves

    assert holds("gradients_inform", critics(change)) == [False, False]


def test_a_free_critic_that_informs_as_well_refutes(critics):
    runs = critics(lambda config, cosine, moves: (0.9, moves))
    assert holds("gradients_inform", runs) == [True, False]


def test_a_diverged_critic_informs_nobody(critics):
    def change(config, cosine, moves):
        return (None if config.regularizer == "sn" else cosine), moves

    assert holds("gradients_inform", critics(change)) == [False, False]


def test_a_strict_critic_that_drifts_refutes_uniqueness(critics):
    def change(config, cosine, moves):
        return cosine, (3.0 if config.loss == "lgan_sqrt" else moves)

    assert holds("unique_critic", critics(change)) == [False, False, True]


def test_a_wgan_critic_that_stays_refutes_drift(critics):
    runs = critics(lambda config, cosine, moves: (cosine, 0.1))
    assert holds("unique_critic", runs) == [False, True, False]


def test_tables_have_a_row_per_loss_and_name_divergence(critics):
    def change(config, cosine, moves):
        lost = config.regularizer == "none" and config.loss == "exp"
        return (None if lost or config.seed == 2 and config.loss == "ls" else 0.5), 0.25

    runs = critics(change)
    table = tables.direction_table(runs)
    assert table.loc["EXP", "none"] == [math.inf] * 3
    assert sorted(table.loc["LS", "GP"]) == [0.5, 0.5, math.inf]
    assert table.loc["NS", "SN"] == [0.5] * 3
    drift = tables.drift_table(runs)
    assert drift.loc["EXP", "none"] == [math.inf] * 3
    assert drift.loc["NS", "MaxGP"] == pytest.approx([0.25] * 3)


def test_transport_directions_follow_the_best_assignment():
    fake = torch.tensor([[0.0, 0.0], [0.0, 4.0], [9.0, 9.0]])
    real = torch.tensor([[3.0, 4.0], [9.0, 9.0], [2.0, 0.0]])
    ways = metrics.transport_directions(fake, real)
    expected = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(ways, expected)


@pytest.mark.parametrize(
    ("sign", "cosine", "norm"), [(1.0, 1.0, 1.0), (-2.0, -1.0, 2.0), (0.0, 0.0, 0.0)]
)
def test_cosine_is_that_of_the_gradient_with_the_way_to_the_data(sign, cosine, norm):
    dataset = load("toy2d_ring")
    far = torch.tensor([-50.0, 0.0]) + 0.01 * torch.randn(64, 2)
    found = gradient_metrics(lambda x: sign * x[:, 0], far, dataset)
    assert found["gradient_cosine_64"] == pytest.approx(cosine, abs=1e-3)
    assert found["gradient_norm_64"] == pytest.approx(norm)


def test_kept_critics_come_in_the_order_of_their_runs(tiny):
    shared = {"dataset": "toy2d_ring", "lr_g": 0.0, "num_steps": 3}
    configs = [tiny(loss=loss, **shared) for loss in ("wgan", "cos", "ns")]
    lost = tiny(loss="exp", lipschitz_k=1e4, **shared)
    runs = train([configs[0], lost, *configs[1:]], keep_weights=True)
    critics, points = kept_critics(runs)
    assert [critic is None for critic in critics] == [False, True, False, False]
    for run, critic in zip(runs, critics, strict=True):
        if critic is not None:
            (alone,), own = kept_critics([run])
            torch.testing.assert_close(critic(points), alone(points))
            torch.testing.assert_close(own, points)
    first, third = critics[0](points), critics[3](points)
    assert (first - third).abs().max() > 1e-4


@pytest.mark.parametrize("regularizer", ["sn", "gran"])
@pytest.mark.parametrize("lr_g", [0.0, 1e-3])
def test_a_kept_critic_is_the_one_that_was_trained(tiny, regularizer, lr_g):
    config = tiny(dataset="toy2d_ring", regularizer=regularizer, lr_g=lr_g, num_steps=3)
    training = Training([config], load_data(config), keep_weights=True)
    (kept,), points = kept_critics(training.run())
    trained = training.cohort.plain_critic(0)
    torch.testing.assert_close(kept(points), trained(points), rtol=0, atol=0)
    torch.testing.assert_close(points, generated(training.cohort, len(points))[0])


def test_critics_that_were_not_kept_are_refused(tiny):
    runs = train([tiny(dataset="toy2d_ring", num_steps=3)])
    with pytest.raises(ValueError, match="keep_weights"):
        kept_critics(runs)


def test_runs_that_all_diverged_left_no_critic(made_run, tiny):
    lost = replace(made_run(tiny()), status="diverged", diverged_at=3)
    with pytest.raises(ValueError, match="all of them diverged"):
        kept_critics([lost])
