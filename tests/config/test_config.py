"""A config checks itself, fills itself in, and hashes to its id."""

import dataclasses
import math
import subprocess
import sys

import pytest

from lipgan.config import SCALES, Config
from lipgan.gan.models import MODELS

BAD = [
    ({"loss": "bce"}, "loss: 'bce' is not one of ns, ls, "),
    ({"loss": 3}, "loss: 3 is not one of ns, "),
    ({"loss": None}, "loss: None is not one of ns, "),
    ({"loss": ["ns"]}, r"loss: \['ns'\] is not one of ns, "),
    ({"regularizer": "wn"}, "regularizer: 'wn' is not one of none, sn, srn, clip, gp"),
    ({"dataset": "imagenet"}, "dataset: 'imagenet' is not one of digits, mnist"),
    ({"dataset": 5}, "dataset: '?5'? is not one of digits, mnist"),
    ({"dataset": "folder"}, "dataset: 'folder' is not one of .*folder:PATH"),
    ({"scale": "huge"}, "scale: 'huge' is not one of smoke, embedded, paper"),
    ({"optimizer": "lion"}, "optimizer: 'lion' is not one of rmsprop"),
    ({"model": "resnet"}, "model: 'resnet' is not one of dcgan8, "),
    ({"features": "vgg"}, "features: 'vgg' is not one of "),
    ({"alpha": 0}, "alpha: 0 is not a number above 0"),
    ({"alpha": -1.0}, "alpha: -1.0 is not a number above 0"),
    ({"alpha": math.nan}, "alpha: nan is not a number above 0"),
    ({"alpha": math.inf}, "alpha: inf is not a number above 0"),
    ({"alpha": "1"}, "alpha: '1' is not a number"),
    ({"alpha": True}, "alpha: True is not a number"),
    ({"lipschitz_k": 0.0}, "lipschitz_k: 0.0 is not a number above 0"),
    ({"lipschitz_k": -5}, "lipschitz_k: -5 is not a number above 0"),
    ({"lipschitz_k": math.nan}, "lipschitz_k: nan is not a number above 0"),
    ({"lr_d": -1e-4}, "lr_d: -0.0001 is not a number above 0"),
    ({"seed": -1}, "seed: -1 is not a whole number of at least 0"),
    ({"seed": 1.0}, "seed: 1.0 is not a whole number"),
    ({"seed": True}, "seed: True is not a whole number"),
    ({"ema_decay": 1.0}, "ema_decay: 1.0 is not below 1"),
    ({"ema_decay": -0.1}, "ema_decay: -0.1 is not a number of at least 0"),
    ({"num_steps": 0}, "num_steps: 0 is not a whole number above 0"),
    ({"batch_size": 2.5}, "batch_size: 2.5 is not a whole number"),
    ({"image_size": 20}, "image_size: 20 is not a multiple of 8 from 8 to 128"),
    (
        {"model": "dcgan32"},
        "image_size: 8 does not fit model 'dcgan32', which needs 32",
    ),
    ({"image_size": 0}, "image_size: 0 does not fit data set 'digits', .* images"),
    ({"model": "toy_mlp"}, "image_size: 8 does not fit model 'toy_mlp', .* needs 0"),
    (
        {"dataset": "toy2d", "image_size": 32},
        "image_size: 32 does not fit data set 'toy2d', which holds points",
    ),
    ({"channels": 2}, "channels: 2 is not 1 or 3"),
    ({"dataset": "toy2d", "channels": 1}, "channels: 1 is not 0, for points"),
]


@pytest.mark.parametrize(("fields", "message"), BAD, ids=lambda v: str(v)[:40])
def test_bad_input_is_one_line_that_names_field_value_and_what_fits(fields, message):
    with pytest.raises(ValueError, match=message) as caught:
        Config(**fields)
    assert "\n" not in str(caught.value)


def test_config_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().alpha = 2.0


@pytest.mark.parametrize("scale", SCALES)
def test_defaults_come_from_the_scale(scale):
    config = Config(scale=scale)
    for name, value in vars(SCALES[scale]["dcgan8"]).items():
        assert getattr(config, name) == value
    assert Config(scale=scale, width=7).width == 7


def test_paper_scale_has_the_papers_settings():
    config = Config(dataset="cifar10", scale="paper")
    assert (config.num_steps, config.batch_size, config.n_dis) == (100_000, 64, 1)
    assert (config.lr_d, config.lr_g, config.optimizer) == (5e-5, 5e-5, "rmsprop")


def test_every_scale_knows_every_model():
    for models in SCALES.values():
        assert set(models) == set(MODELS)


@pytest.mark.parametrize(
    ("dataset", "model", "shape"),
    [
        ("digits", "dcgan8", (8, 1)),
        ("mnist", "dcgan32", (32, 1)),
        ("cifar10", "dcgan32", (32, 3)),
        ("celeba", "dcgan64", (64, 3)),
        ("toy2d", "toy_point", (0, 0)),
        ("toy2d_ring", "toy_mlp", (0, 0)),
    ],
)
def test_model_follows_the_data_set(dataset, model, shape):
    config = Config(dataset=dataset)
    assert (config.model, (config.image_size, config.channels)) == (model, shape)


def test_a_folder_of_images_that_is_elsewhere_needs_its_shape():
    config = Config(dataset="folder:/pictures", image_size=64, channels=3)
    assert config.model == "dcgan64"
    with pytest.raises(FileNotFoundError, match="dataset: '/pictures' is not a folder"):
        Config(dataset="folder:/pictures")


OTHER = {
    "optimizer": "adam",
    "ema_decay": 0.5,
    **{"loss": "ls", "regularizer": "sn+gp+r2", "scale": "smoke", "seed": 1},
    **{"dataset": "mnist", "features": "pixels"},
    **{"push": "mono", "balance": "equal", "d_biases": "scaled"},
}


def test_config_id_changes_with_every_field():
    base = Config(regularizer="sn+gp+r1")  # uses every strength there is
    ids = {base.config_id}
    for field in dataclasses.fields(Config):
        value = getattr(base, field.name)
        if field.name in ("model", "image_size", "channels"):
            continue  # one choice only for digits
        changed = OTHER.get(field.name, value + 1 if field.type is not str else None)
        ids.add(dataclasses.replace(base, **{field.name: changed}).config_id)
    assert len(ids) == 1 + len(dataclasses.fields(Config)) - 3


def test_config_id_sees_a_difference_in_the_last_digit():
    assert Config(alpha=0.1).config_id != Config(alpha=0.1 + 1e-16).config_id


def test_config_id_is_the_same_for_equal_configs_in_other_words():
    assert Config(alpha=1).config_id == Config(alpha=1.0).config_id
    assert Config(num_steps=4000).config_id == Config().config_id
    assert Config(**Config(loss="cos").to_dict()) == Config(loss="cos")


def test_config_id_is_stable_across_processes():
    code = (
        "from lipgan.config import Config; print(Config(loss='cos', alpha=1e-25)"
        ".config_id)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == Config(loss="cos", alpha=1e-25).config_id


def test_cohort_key_is_shared_by_what_trains_together():
    base = Config()
    together = [
        "loss",
        "alpha",
        "lipschitz_k",
        "seed",
        "lr_d",
        "lr_g",
        "penalty_weight",
        "push",
        "balance",
        "pinned_width",
        "d_biases",
    ]
    for name in together:
        value = getattr(base, name)
        value = OTHER[name] if isinstance(value, str) else value + 1
        assert dataclasses.replace(base, **{name: value}).cohort_key == base.cohort_key
    for name in ("num_steps", "width", "batch_size", "n_dis"):
        value = getattr(base, name) + 1
        assert dataclasses.replace(base, **{name: value}).cohort_key != base.cohort_key


def test_label_says_what_differs():
    assert Config(loss="cos", lipschitz_k=5.0).label == "COS-SN k=5 seed 0"
    assert Config(alpha=1e-9).label == "NS-SN k=1 α=1e-09 seed 0"
    assert Config(regularizer="none", seed=3).label == "NS-none seed 3"
