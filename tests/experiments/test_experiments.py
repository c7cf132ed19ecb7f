"""The grids: what they hold, and that they fit together."""

import pytest

from lipgan.config import SCALES, Config
from lipgan.experiments import (
    EXPERIMENTS,
    FIELD_LOSSES,
    FIELD_REGULARIZERS,
    LGAN_LOSSES,
    ROADS,
    ROADS_LOSSES,
    SCALED_ROADS,
    gradient_fields,
    gran_k,
    lgan,
    roads,
    roads_scaled,
)
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_grid_is_made_at_every_scale_without_repetition(name, scale):
    configs = EXPERIMENTS[name](scale=scale, seeds=[0, 4])
    assert {c.scale for c in configs} == {scale}
    assert {c.seed for c in configs} == {0, 4}
    assert len(set(configs)) == len(configs)


def test_roads_have_three_strengths_tightest_first():
    """Those that are published: a new regularizer asks for its runs first."""
    assert set(ROADS) <= set(REGULARIZERS) - {"none"}
    for key, (field, values) in ROADS.items():
        tighter_is_smaller = field == "lipschitz_k"
        assert sorted(values, reverse=not tighter_is_smaller) == list(values)
        own = REGULARIZERS[key]
        assert own.uses_k if tighter_is_smaller else own.uses_weight
    assert len(roads()) == len(ROADS) * 3 * len(ROADS_LOSSES)


def test_members_of_one_regularizer_train_together():
    assert len({c.cohort_key for c in roads(seeds=[0, 1])}) == len(ROADS)


def test_discriminators_are_faster_than_those_of_the_paper_s_tables():
    for configs in (roads(), roads_scaled(), lgan(), gran_k()):
        plain = Config()
        assert {c.lr_d for c in configs} == {5 * plain.lr_d}
        assert {c.lr_g for c in configs} == {plain.lr_g}
        assert {c.num_steps for c in configs} == {plain.num_steps // 2}
    assert {c.lr_d for c in roads(lr_d=0.5, num_steps=7)} == {0.5}


def test_scaled_roads_differ_from_a_road_in_alpha_alone():
    plain = set(roads())
    for config in roads_scaled():
        fields = {**config.to_dict(), "alpha": 1.0}
        assert Config(**fields) in plain
        assert config.regularizer in SCALED_ROADS
        assert config.loss != "wgan"


def test_wgan_under_maxgp_is_shared_with_the_roads():
    weights = ROADS["maxgp"][1]
    shared = {c for c in lgan() if c.loss == "wgan" and c.penalty_weight in weights}
    assert len(shared) == len(weights)
    assert shared <= set(roads())
    assert {c.loss for c in lgan()} == set(LGAN_LOSSES)


def test_gradient_fields_hold_every_critic_once_with_a_frozen_generator():
    configs = gradient_fields()
    assert {c.lr_g for c in configs} == {0.0}
    pairs = {(c.regularizer, c.loss) for c in configs}
    assert pairs == {(r, loss) for r in FIELD_REGULARIZERS for loss in FIELD_LOSSES}
    critics = {(LOSSES[k].d_real, LOSSES[k].d_fake) for k in FIELD_LOSSES}
    assert len(FIELD_LOSSES) == len(critics)
