"""Neural Divergence: how well fresh critics tell generated images from real ones.

The critics of all members are one batched program. Members never mix, and all have the
same first weights and the same random numbers, so that their comparison is paired.
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lipgan.data import to_uint8
from lipgan.engine.lifting import Lifted, Tensors
from lipgan.engine.noise import Noise, seeded_generator
from lipgan.gan.models import MODELS, Sizes
from lipgan.gan.optimizers import Adam
from lipgan.gan.regularizers.base import Batch, Critic, Strength
from lipgan.gan.regularizers.penalties import GradientPenalty
from lipgan.support.torch_state import usual_torch

ADAM = Adam(beta1=0.0, beta2=0.9)
SLOPE, PENALTY_WEIGHT = 1.0, 10.0  # of WGAN-GP: the target slope, and lambda


@dataclass(frozen=True)
class _Half:
    """One half of the images, uint8: real (1, n, C, H, W), fakes (E, m, C, H, W)."""

    real: Tensor
    fakes: Tensor

    def pairs(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """Images (E, B, C, H, W) in [-1, 1], real and generated, by indices (B,)."""
        x_fake = _floats(self.fakes[:, fake])
        return _floats(self.real[:, real]).expand_as(x_fake), x_fake


@usual_torch()
def neural_divergence(
    real: Tensor,
    fakes: Tensor,
    *,
    model: str,
    seed: int = 0,
    steps: int = 250,
    batch_size: int = 64,
    width: int = 16,
    lr: float = 8e-3,
) -> Tensor:
    """Neural Divergence of E sets of generated images from one set of real ones.

    A fresh critic f per member ascends E f(real) - E f(fake) - 10 E (|grad f| - 1)^2,
    the objective of WGAN-GP, on one half of both sets; the value is the same objective
    on the other half. It is about 0 where a critic learns nothing that holds for images
    it has not seen, and a little below where fakes repeat real images. Two images at
    distance D, repeated for ever, have the largest possible value D + D^2 / 40: the
    penalty is soft, so that values exceed the Wasserstein distance.

    A small version of the source's metric, so values compare only with values at the
    same settings. There: a DCGAN critic of width 64 with swish, 100,000 steps of batch
    256, dequantized 32 x 32 images, a moving average of the weights. Here: the model's
    discriminator and a learning rate that falls to 0. More steps give larger values.

    Args:
        real: (N, C, H, W), uint8, or float in [-1, 1]; N at least 2.
        fakes: (E, n, C, H, W), uint8, or float in [-1, 1]; n at least 2. They decide on
            the device. Floats are rounded to 256 levels: precision must not give a
            fake away.
        model: Key of ``MODELS`` for images of this size; its discriminator is used.
        seed: Decides the halves, the first weights, the batches and all noise.
        steps: Updates of the critic.
        batch_size: Real and generated images each per update; bounds the memory.
        width: Channels of the critic's first layer.
        lr: Learning rate of the first step; it falls to 0 linearly.

    Returns:
        Values (E,), float32, in units of distance between images in [-1, 1]. They are
        nan for members whose images are not finite; the others are not affected.

    Raises:
        ValueError: If an argument does not fit or a real value is not finite.

    Source:
        Gulrajani, Raffel & Metz, Towards GAN Benchmarks Which Require Generalization,
        2019; the objective is Gulrajani et al. 2017, Eq. 3.
    """
    _check(real, fakes, model)
    if min(steps, batch_size, width) < 1:
        raise ValueError(
            f"steps, batch_size, width: {steps!r}, {batch_size!r}, {width!r} are not "
            "all positive"
        )
    members, sizes = len(fakes), Sizes(real.shape[-1], real.shape[1], width, 1)
    module = MODELS[model].discriminator(sizes)
    critics = Lifted(module, tuple(real.shape[1:]))
    if members == 1 and critics.layout != "single":
        # a matrix product alone rounds unlike one of a batch, and training enlarges it
        fakes = fakes.expand(2, *fakes.shape[1:])
    sound = torch.isfinite(fakes).flatten(1).all(1)
    fakes = torch.where(sound.view(-1, 1, 1, 1, 1), fakes, torch.zeros_like(fakes))
    halves = _halves(_levels(real).to(fakes.device), _levels(fakes), seed)
    noise = Noise([seed], fakes.device)
    parameters = _first_weights(module, len(fakes), seed, fakes.device)
    _train(critics, parameters, halves[0], noise, steps, batch_size, lr)
    final = {k: p.detach() for k, p in parameters.items()}
    values = _judge(partial(critics, final), halves[1], noise, batch_size)
    return torch.where(sound & values.isfinite(), values, torch.nan)[:members]


def _check(real: Tensor, fakes: Tensor, model: str) -> None:
    shape = tuple(real.shape)
    if real.ndim != 4 or fakes.ndim != 5 or real.shape[1:] != fakes.shape[2:]:
        raise ValueError(
            f"real, fakes: shapes {shape} and {tuple(fakes.shape)} are not "
            "(N, C, H, W) and (E, n, C, H, W) with images of one shape"
        )
    if len(real) < 2 or fakes.shape[1] < 2 or not len(fakes):
        raise ValueError(
            f"real, fakes: {len(real)} real images and {len(fakes)} sets of "
            f"{fakes.shape[1]} are too few; two halves and one set are needed"
        )
    if model not in MODELS:
        raise ValueError(f"model: {model!r} is not one of {', '.join(MODELS)}")
    if shape[2:] != (MODELS[model].image_size,) * 2:
        raise ValueError(f"model: {model!r} does not fit images of {shape[2:]} pixels")


def _levels(images: Tensor) -> Tensor:
    return images if images.dtype == torch.uint8 else to_uint8(images)


def _floats(images: Tensor) -> Tensor:
    return images.float().div_(127.5).sub_(1.0)


def _halves(real: Tensor, fakes: Tensor, seed: int) -> tuple[_Half, _Half]:
    """Split at random, for stored order may be sorted; all fakes at the same places."""
    orders = []
    for name, count in (("real", len(real)), ("fake", fakes.shape[1])):
        generator = seeded_generator(seed, f"neural divergence {name} halves")
        orders.append(torch.randperm(count, generator=generator).to(fakes.device))
    (r1, r2), (f1, f2) = (order.tensor_split(2) for order in orders)
    return _Half(real[r1][None], fakes[:, f1]), _Half(real[r2][None], fakes[:, f2])


def _first_weights(
    module: nn.Module, members: int, seed: int, device: torch.device
) -> Tensors:
    """The same random weights for every member, (E, ...), that require gradients.

    He's rule for LeakyReLU 0.2, as in the source: from the small weights of DCGAN's
    rule, a critic would spend most of a short training on reaching slope 1.
    """
    generator = seeded_generator(seed, "neural divergence critic")
    weights = {}
    for name, parameter in module.named_parameters():
        first = torch.zeros_like(parameter, requires_grad=False)
        if first.ndim > 1:
            nn.init.kaiming_normal_(first, a=0.2, generator=generator)
        stacked = first.to(device).expand(members, *first.shape).clone()
        weights[name] = stacked.requires_grad_()
    return weights


def _objective(critic: Critic, x_real: Tensor, x_fake: Tensor, t: Tensor) -> Tensor:
    """E f(real) - E f(fake) - penalty, (E,); t (E, B) places the penalty's points."""
    real, fake = critic(torch.cat([x_real, x_fake], dim=1)).chunk(2, dim=1)
    return real.mean(1) - fake.mean(1) - _penalty(critic, x_real, x_fake, t)


def _penalty(critic: Critic, x_real: Tensor, x_fake: Tensor, t: Tensor) -> Tensor:
    """The penalty alone, (E,), at the points that t (E, B) places."""
    targets = t.new_full((len(t),), SLOPE), t.new_full((len(t),), PENALTY_WEIGHT)
    batch = Batch(x_real, x_fake, lambda *shape, purpose="": t, {})
    return GradientPenalty().penalty(critic, batch, Strength(*targets))


def _train(
    critics: Lifted,
    parameters: Tensors,
    half: _Half,
    noise: Noise,
    steps: int,
    batch: int,
    lr: float,
) -> None:
    """Train all critics, in place."""
    members, state = len(half.fakes), ADAM.init(parameters)
    for step in range(steps):
        real = noise.indices("critic real", step, half.real.shape[1], batch)[0]
        fake = noise.indices("critic fake", step, half.fakes.shape[1], batch)[0]
        t = noise.uniform("critic penalty", step, batch).expand(members, -1)
        critic = partial(critics, parameters)
        loss = -_objective(critic, *half.pairs(real, fake), t)
        # no member's gradient sees another member, so that the sum serves all
        grads = torch.autograd.grad(loss.sum(), list(parameters.values()))
        rate = loss.new_full((members,), lr * (1 - step / steps))
        ADAM.step(parameters, dict(zip(parameters, grads, strict=True)), state, rate)


def _judge(critic: Critic, half: _Half, noise: Noise, batch: int) -> Tensor:
    """The objective on all images of a half, (E,); the smaller set is used again."""
    members, n, m = len(half.fakes), half.real.shape[1], half.fakes.shape[1]
    places = torch.arange(max(n, m), device=half.fakes.device)
    real, fake = [], []
    penalty = torch.zeros(members, device=half.fakes.device)
    for index, rows in enumerate(places.split(batch)):
        t = noise.uniform("judge penalty", index, batch)[:, : len(rows)]
        x_real, x_fake = half.pairs(rows % n, rows % m)
        scale = len(rows) / len(places)
        t = t.expand(members, -1)
        penalty += scale * _penalty(critic, x_real, x_fake, t).detach()
        with torch.no_grad():  # an image used again has the score that it had
            real += [critic(x_real)] if index * batch < n else []
            fake += [critic(x_fake)] if index * batch < m else []
    gap = torch.cat(real, 1)[:, places % n] - torch.cat(fake, 1)[:, places % m]
    return gap.mean(1) - penalty
