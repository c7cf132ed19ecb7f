"""What one writes without this package: one GAN, plain modules, torch's own parts."""

import time

import torch
from torch.nn.utils.parametrizations import spectral_norm

from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.gan.losses import LOSSES
from lipgan.gan.models import MODELS, initialize


def textbook_loop(config: Config, dataset: Dataset, steps: int, warm_up: int) -> float:
    """Seconds that one GAN under spectral normalization takes for so many steps.

    The data set's device does the work; ``warm_up`` steps go before the clock starts.
    """
    device = dataset.x.device
    model, loss = MODELS[config.model], LOSSES[config.loss]
    generator = model.generator(config.sizes)
    discriminator = model.discriminator(config.sizes)
    for network in (generator, discriminator):
        initialize(network, torch.Generator().manual_seed(config.seed))
        network.to(device)
    for layer in discriminator:
        if hasattr(layer, "weight"):
            spectral_norm(layer)
    opt_g = torch.optim.RMSprop(generator.parameters(), lr=config.lr_g)
    opt_d = torch.optim.RMSprop(discriminator.parameters(), lr=config.lr_d)
    factor = config.lipschitz_k ** len([m for m in discriminator if hasattr(m, "bias")])
    size, z_shape = config.batch_size, (config.batch_size, config.z_dim)
    start = 0.0
    for step in range(steps + warm_up):
        if step == warm_up:
            wait_for(device)
            start = time.perf_counter()
        x_real = dataset.batch(torch.randint(len(dataset), (size,), device=device))
        x_fake = generator(torch.randn(*z_shape, device=device)).detach()
        # k per layer as one factor: cheaper than the real thing, so kind to the loop.
        scores = factor * discriminator(x_real), factor * discriminator(x_fake)
        loss_d = loss.d_real(scores[0]).mean() + loss.d_fake(scores[1]).mean()
        opt_d.zero_grad()
        loss_d.backward()
        opt_d.step()
        x_fake = generator(torch.randn(*z_shape, device=device))
        loss_g = loss.g_fake(factor * discriminator(x_fake)).mean()
        opt_g.zero_grad()
        loss_g.backward()
        opt_g.step()
    wait_for(device)
    return time.perf_counter() - start


def wait_for(device: torch.device) -> None:
    """Let a GPU finish what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
