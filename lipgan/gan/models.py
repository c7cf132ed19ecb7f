"""Generator and discriminator of one GAN, as plain modules.

Nothing here knows of cohorts: ``engine/`` lifts these modules over a member axis.
Every discriminator maps a batch (B, *shape) to raw scores (B,), every generator maps
noise (B, z_dim) to a batch (B, *shape).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

IMAGE_SIZES = range(8, 129, 8)  # sides for which there is a DCGAN, in pixels
POINT_START = (-2.0, 0.5)  # where the toy's model distribution begins


@dataclass(frozen=True)
class Sizes:
    """What shapes a network: everything that all members of a cohort share."""

    image_size: int
    channels: int
    width: int
    z_dim: int


class Point(nn.Module):
    """A model distribution that is one free vector, repeated for every noise sample."""

    def __init__(self) -> None:
        """Start at ``POINT_START``."""
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(POINT_START))

    def forward(self, z: Tensor) -> Tensor:
        """Return the vector (2,) once per row of z: (B, 2)."""
        return self.theta.expand(len(z), -1)


def dcgan_discriminator(sizes: Sizes) -> nn.Sequential:
    """Strided convolutions that halve the image, then one valid convolution.

    LeakyReLU 0.2, biases, no batch normalization (it would void a Lipschitz bound).
    8 pixels: 3 layers; 32 pixels: 4; 64 pixels: 5; see ``base_size``.

    Source: reconstruction of the "standard CNN" of Qin et al. 2020, Sec. 4.1, after
    Radford et al. 2015; the paper's own layer table is not available.
    """
    base = base_size(sizes.image_size)
    layers: list[nn.Module] = []
    size, inputs, outputs = sizes.image_size, sizes.channels, sizes.width
    while size > base:
        layers += [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(0.2)]
        size, inputs, outputs = size // 2, outputs, 2 * outputs
    layers += [nn.Conv2d(inputs, 1, base), nn.Flatten(0)]
    return nn.Sequential(*layers)


def dcgan_generator(sizes: Sizes) -> nn.Sequential:
    """Transposed convolutions from one pixel of z_dim channels up to the image.

    Batch normalization and ReLU after every layer but the last, tanh at the end.
    """
    base = base_size(sizes.image_size)
    doublings = (sizes.image_size // base).bit_length() - 1
    outputs = sizes.width * 2 ** (doublings - 1)
    layers: list[nn.Module] = [
        nn.Unflatten(1, (sizes.z_dim, 1, 1)),
        nn.ConvTranspose2d(sizes.z_dim, outputs, base, bias=False),
    ]
    for _ in range(doublings - 1):
        layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
        layers += [nn.ConvTranspose2d(outputs, outputs // 2, 4, 2, 1, bias=False)]
        outputs //= 2
    layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
    layers += [nn.ConvTranspose2d(outputs, sizes.channels, 4, 2, 1), nn.Tanh()]
    return nn.Sequential(*layers)


def base_size(image_size: int) -> int:
    """Side of the smallest feature map, after halving down to at least 4 pixels.

    2 for images of 8, which would otherwise be halved once only.
    """
    if image_size == 8:
        return 2
    while image_size % 2 == 0 and image_size >= 8:
        image_size //= 2
    return image_size


def _mlp(widths: tuple[int, ...]) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for inputs, outputs in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(0.2)]
    return layers[:-1]


def toy_discriminator(sizes: Sizes) -> nn.Sequential:
    """2 - width - width - width - 1 with LeakyReLU 0.2."""
    w = sizes.width
    return nn.Sequential(*_mlp((2, w, w, w, 1)), nn.Flatten(0))


def toy_generator(sizes: Sizes) -> nn.Sequential:
    """z_dim - width - width - 2 with LeakyReLU 0.2: able to reach several modes."""
    w = sizes.width
    return nn.Sequential(*_mlp((sizes.z_dim, w, w, 2)))


def point_generator(sizes: Sizes) -> nn.Sequential:
    """One free vector; see ``Point``."""
    return nn.Sequential(Point())


def initialize(module: nn.Module, generator: torch.Generator) -> None:
    """Draw all parameters afresh, in place, from one random generator.

    Convolutions N(0, 0.02), batch normalization N(1, 0.02), biases 0 (DCGAN's rule);
    linear layers as torch does by default.
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, 0.0, 0.02, generator=generator)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02, generator=generator)
        elif isinstance(layer, nn.Linear):
            nn.init.kaiming_uniform_(layer.weight, a=5**0.5, generator=generator)
            bound = layer.in_features**-0.5
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
            continue
        bias = getattr(layer, "bias", None)
        if isinstance(bias, Tensor):
            nn.init.zeros_(bias)


@dataclass(frozen=True)
class Model:
    """A pair of networks. ``image_size`` None means that the data are 2-D points."""

    label: str
    image_size: int | None
    generator: Callable[[Sizes], nn.Sequential]
    discriminator: Callable[[Sizes], nn.Sequential]


MODELS: dict[str, Model] = {
    **{
        f"dcgan{side}": Model(
            f"DCGAN, {side} × {side}", side, dcgan_generator, dcgan_discriminator
        )
        for side in IMAGE_SIZES
    },
    "toy_point": Model("a free point", None, point_generator, toy_discriminator),
    "toy_mlp": Model("MLP", None, toy_generator, toy_discriminator),
}
