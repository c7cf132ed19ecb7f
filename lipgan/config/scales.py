"""The three scales: how large and how long, for each kind of model."""

from dataclasses import dataclass, replace

from lipgan.gan.models import IMAGE_SIZES


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a scale decides for one kind of model.

    Attributes:
        num_steps: generator updates.
        width: channels of the first layer, or units of the toy's layers.
        z_dim: length of the noise vector.
        batch_size: samples per update.
        lr_d: learning rate of the discriminator.
        lr_g: learning rate of the generator; 0 freezes it as it was initialized.
        eval_samples: generated samples behind every metric.
        ema_decay: of the moving average of the generator's weights, whose samples are
            judged, per step; 0 judges the last weights.
        history_points: moments, evenly spaced, at which the history is recorded.
        data_limit: first so many samples of the data set; 0 means all of them.
    """

    num_steps: int
    width: int
    z_dim: int
    batch_size: int
    lr_d: float
    lr_g: float
    eval_samples: int
    ema_decay: float = 0.0
    history_points: int = 50
    data_limit: int = 0


def _smoke(width: int, batch_size: int = 16) -> Settings:
    return Settings(
        num_steps=6,
        width=width,
        z_dim=8,
        batch_size=batch_size,
        lr_d=2e-4,
        lr_g=2e-4,
        eval_samples=64,
        ema_decay=0.9,
        history_points=3,
        data_limit=256,
    )


_PAPER = Settings(
    num_steps=100_000,
    width=64,
    z_dim=100,
    batch_size=64,
    lr_d=5e-5,
    lr_g=5e-5,
    eval_samples=10_000,
)
_EMBEDDED_LARGE = Settings(
    num_steps=4_000,
    width=16,
    z_dim=64,
    batch_size=64,
    lr_d=2e-4,
    lr_g=2e-4,
    eval_samples=2_000,
    ema_decay=0.998,
)
# At 32 pixels by a rule on seed 0, ``claims.images.validity.chosen_steps``: 2,000 are
# enough for MNIST, not for CIFAR-10.
STEPS = {("embedded", "mnist"): 2_000}
# Chosen on seeds 0 and 1 of Table 3 among 500 to 6,000 steps, last or averaged weights,
# RMSProp as in torch or TensorFlow: the shortest that orders the cells steadily.
_DIGITS = replace(_EMBEDDED_LARGE, z_dim=32)
_POINT = Settings(
    num_steps=2_000,
    width=64,
    z_dim=1,
    batch_size=4,
    lr_d=1e-3,
    lr_g=2e-3,
    eval_samples=4,
)
_RING = Settings(
    num_steps=3_000,
    width=64,
    z_dim=4,
    batch_size=64,
    lr_d=1e-3,
    lr_g=1e-3,
    eval_samples=512,
)

_DCGANS = [f"dcgan{side}" for side in IMAGE_SIZES]

# scale -> model -> settings
SCALES: dict[str, dict[str, Settings]] = {
    "smoke": {
        **dict.fromkeys(_DCGANS, _smoke(4)),
        "toy_point": _smoke(16, 4),
        "toy_mlp": _smoke(16),
    },
    "embedded": {
        **dict.fromkeys(_DCGANS, _EMBEDDED_LARGE),
        "dcgan8": _DIGITS,
        "toy_point": _POINT,
        "toy_mlp": _RING,
    },
    # Settings of Qin et al. 2020, Sec. 4.1; width and z_dim are reconstructions.
    "paper": {
        **dict.fromkeys(_DCGANS, _PAPER),
        "dcgan8": replace(
            _DIGITS, num_steps=100_000, lr_d=5e-5, lr_g=5e-5, ema_decay=0.0
        ),
        "toy_point": _POINT,
        "toy_mlp": _RING,
    },
}
