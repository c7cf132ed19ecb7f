"""Regularizers at once: each part does what it does alone, with its own strength."""

import pytest
import torch
from torch.testing import assert_close

from lipgan.__main__ import main
from lipgan.config import Config, fingerprint
from lipgan.engine.cohort import Cohort
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Batch, Strength
from lipgan.runs import RunStore
from lipgan.training import train

CPU = torch.device("cpu")
SECOND = Strength(torch.tensor([3.0, 0.5]), torch.tensor([0.1, 7.0]))
GIVEN = Strength(torch.tensor([1.0, 2.0]), torch.tensor([10.0, 4.0]), SECOND)


def batch_of(x_real, x_fake):
    def same(*shape, purpose="penalty"):
        return torch.rand(2, *shape, generator=torch.Generator().manual_seed(7))

    return Batch(x_real, x_fake, same, {})


def steep(x):
    return 3 * x.square().flatten(2).sum(2)


def test_penalties_add_up_each_with_its_own_strength():
    batch = batch_of(torch.randn(2, 5, 3), torch.randn(2, 5, 3))
    found = REGULARIZERS["gp+r1"].penalty(steep, batch, GIVEN)
    gp = REGULARIZERS["gp"].penalty(steep, batch, GIVEN)
    r1 = REGULARIZERS["r1"].penalty(steep, batch, SECOND)
    assert_close(found, gp + r1)
    assert not torch.allclose(
        found, gp + REGULARIZERS["r1"].penalty(steep, batch, GIVEN)
    )


def test_the_first_part_that_uses_k_has_the_first_k():
    """R1 uses no k, so it leaves the first one to ALP; R1 has the first weight."""
    batch = batch_of(torch.randn(2, 5, 3), torch.randn(2, 5, 3))
    alone = Strength(GIVEN.k, SECOND.weight)
    found = REGULARIZERS["r1+alp"].penalty(steep, batch, GIVEN)
    alp = REGULARIZERS["alp"].penalty(steep, batch, alone)
    assert_close(found, REGULARIZERS["r1"].penalty(steep, batch, GIVEN) + alp)


def test_without_second_strengths_all_parts_have_the_first():
    batch = batch_of(torch.randn(2, 5, 3), torch.randn(2, 5, 3))
    given = Strength(GIVEN.k, GIVEN.weight)
    parts = [REGULARIZERS[name].penalty(steep, batch, given) for name in ("r1", "r2")]
    assert_close(REGULARIZERS["r1+r2"].penalty(steep, batch, given), sum(parts))


def test_weights_are_those_of_spectral_normalization():
    matrix, noise = torch.randn(2, 4, 9), torch.randn(2, 4)
    joined, sn = REGULARIZERS["sn+gp"], REGULARIZERS["sn"]
    state = joined.start(matrix, noise)
    assert torch.equal(state, sn.start(matrix, noise))
    assert torch.equal(joined.advance(2 * matrix, state), sn.advance(2 * matrix, state))
    found = joined.weight(matrix, state, GIVEN)
    assert torch.equal(found, sn.weight(matrix, state, GIVEN))
    assert not torch.equal(found, sn.weight(matrix, state, SECOND))


def test_scores_and_projections_are_those_of_their_parts():
    joined, x = REGULARIZERS["clip+gran"], torch.randn(2, 5, 3)
    own = Strength(SECOND.k, GIVEN.weight)
    for hook in ("scores", "generator_scores"):
        expected = getattr(REGULARIZERS["gran"], hook)(steep, x, own)
        assert torch.equal(getattr(joined, hook)(steep, x, GIVEN), expected)
    found = joined.project(torch.tensor([[9.0], [-9.0]]), GIVEN)
    assert found.tolist() == [[1.0], [-2.0]]


def test_the_penalty_sees_the_normalized_weights(tiny):
    """Its slope is that of a network whose layers have k, not that of the raw one."""
    penalties = []
    for k in (1.0, 0.1):
        fields = {"lipschitz_k": k, "second_k": 5.0, "penalty_weight": 1.0}
        (run,) = train([tiny(regularizer="sn+gp", **fields)], device="cpu")
        penalties.append(run.history["penalty"][0])
    # (slope - 5)^2 grows as the layers' constant falls
    assert penalties[0] < penalties[1] < 25
    assert penalties[1] == pytest.approx(25, abs=0.1)


def test_a_vanishing_second_part_leaves_the_first_alone(tiny):
    fields = {"num_steps": 4, "history_points": 4}
    alone, both, felt = train(
        [
            tiny(**fields),
            tiny(regularizer="sn+r1", penalty_weight=1e-30, **fields),
            tiny(regularizer="sn+r1", penalty_weight=1e3, **fields),
        ],
        device="cpu",
    )
    assert both.history["loss_d"] == pytest.approx(alone.history["loss_d"], rel=1e-5)
    assert felt.history["loss_d"] != pytest.approx(alone.history["loss_d"], rel=1e-3)


def test_a_plain_critic_scores_as_its_cohort_does(tiny):
    configs = [tiny(regularizer="clip+gran", second_k=k, seed=3) for k in (0.5, 2.0)]
    cohort, x = Cohort(configs, CPU), torch.randn(2, 4, 1, 8, 8)
    scores = cohort.discriminators.critic()(x)
    for row in range(2):
        assert_close(cohort.plain_critic(row)(x[row]), scores[row])
    assert not torch.allclose(scores[0], cohort.discriminators.critic()(x[[1, 1]])[0])


BAD = [
    ("sn+gpp", "regularizer: 'gpp' is not one of none, sn, .*; did you mean 'gp'"),
    ("sn+", "regularizer: '' is not one of none, sn"),
    ("gp+sn", "regularizer: 'gp.sn' is spelled 'sn.gp'"),
    ("sn+sn", "regularizer: 'sn.sn' is spelled 'sn'"),
    ("none+sn", "regularizer: 'none.sn' joins 'none' to others"),
    ("sn+srn", "regularizer: 'sn.srn' has more than one part .* weights: sn, srn"),
    ("gran+gn", "regularizer: 'gran.gn' has more than one part .* scores: gran, gn"),
]


@pytest.mark.parametrize(("name", "message"), BAD)
def test_what_cannot_be_joined_is_one_line(name, message):
    with pytest.raises(ValueError, match=message):
        Config(regularizer=name)


def test_a_strength_that_no_part_would_use_is_refused():
    with pytest.raises(ValueError, match="second_k: 2 is for joined .* not for 'sn'"):
        Config(second_k=2.0)
    with pytest.raises(ValueError, match="second_weight: 2 is .* not for 'sn.gp'"):
        Config(regularizer="sn+gp", second_weight=2.0)
    with pytest.raises(ValueError, match="second_k: -1 is not a number of at least 0"):
        Config(regularizer="sn+gp", second_k=-1)


def test_a_config_is_explicit_about_every_strength():
    config = Config(regularizer="sn+gp", lipschitz_k=3)
    assert (config.second_k, config.second_weight) == (3.0, 0.0)
    assert "second_weight" not in config.to_dict()
    assert Config(**config.to_dict()) == config
    assert fingerprint(config.to_dict()) == config.config_id
    same = Config(regularizer="sn+gp", lipschitz_k=3, second_k=3)
    other = Config(regularizer="sn+gp", lipschitz_k=3, second_k=1)
    assert config.config_id == same.config_id != other.config_id
    assert config.cohort_key == other.cohort_key != Config().cohort_key


def test_the_command_line_trains_joined_ones(tmp_path, capsys):
    asked = "train --dataset toy2d --scale smoke --regularizer sn+gp --second-k 0.5"
    assert main([*asked.split(), "--store", str(tmp_path)]) == 0
    (run,) = RunStore(tmp_path)
    assert (run.config.regularizer, run.config.second_k) == ("sn+gp", 0.5)
    wrong = asked.replace("sn+gp", "gp+sn")
    assert main([*wrong.split(), "--store", str(tmp_path)]) == 2
    assert "is spelled 'sn+gp'" in capsys.readouterr().err


def test_label_has_all_strengths():
    label = Config(regularizer="sn+gp", second_k=5, penalty_weight=2).label
    assert label == "NS-SN+GP k=1/5 λ=2 seed 0"
    label = Config(regularizer="r1+r2", second_weight=1).label
    assert label == "NS-R1+R2 λ=10/1 seed 0"
    assert Config(regularizer="sn+r1").label == "NS-SN+R1 k=1 λ=10 seed 0"


def test_registry_lists_single_ones_and_finds_joined_ones():
    assert "sn+gp" not in list(REGULARIZERS)
    assert REGULARIZERS["sn+gp"].label == "SN+GP"
    with pytest.raises(KeyError, match="wn"):
        REGULARIZERS["wn"]
    with pytest.raises(KeyError, match="wn"):
        REGULARIZERS["sn+wn"]
