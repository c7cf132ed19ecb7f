"""Time per training step: one cohort against textbook loops, same cells, same steps.

Usage: python benchmarks/table3.py [STEPS] [THREADS]

The peer is what one would write without this package: plain modules, torch's own
``spectral_norm`` parametrization and ``RMSprop``, one GAN after the other. Both sides
train the 35 cells of Table 3 on digits at embedded scale; the loops are timed on as
many steps of every cell as the cohort makes.
"""

import sys
import time

import torch
from torch.nn.utils.parametrizations import spectral_norm

from lipgan import experiments
from lipgan.config import Config
from lipgan.data import Dataset
from lipgan.losses import LOSSES
from lipgan.models import MODELS, initialize
from lipgan.training import Training, load_data

WARM_UP = 3  # steps before the clock starts, on both sides


def textbook_loop(config: Config, dataset: Dataset, steps: int) -> float:
    """Seconds that one GAN takes for so many steps."""
    model, loss = MODELS[config.model], LOSSES[config.loss]
    generator = model.generator(config.sizes)
    discriminator = model.discriminator(config.sizes)
    for network in (generator, discriminator):
        initialize(network, torch.Generator().manual_seed(config.seed))
    for layer in discriminator:
        if hasattr(layer, "weight"):
            spectral_norm(layer)
    opt_g = torch.optim.RMSprop(generator.parameters(), lr=config.lr_g)
    opt_d = torch.optim.RMSprop(discriminator.parameters(), lr=config.lr_d)
    factor = config.lipschitz_k ** len([m for m in discriminator if hasattr(m, "bias")])
    start = 0.0
    for step in range(steps + WARM_UP):
        if step == WARM_UP:
            start = time.perf_counter()
        x_real = dataset.batch(torch.randint(len(dataset), (config.batch_size,)))
        x_fake = generator(torch.randn(config.batch_size, config.z_dim)).detach()
        # k per layer as one factor: cheaper than the real thing, so kind to the loop.
        scores = factor * discriminator(x_real), factor * discriminator(x_fake)
        loss_d = loss.d_real(scores[0]).mean() + loss.d_fake(scores[1]).mean()
        opt_d.zero_grad()
        loss_d.backward()
        opt_d.step()
        x_fake = generator(torch.randn(config.batch_size, config.z_dim))
        loss_g = loss.g_fake(factor * discriminator(x_fake)).mean()
        opt_g.zero_grad()
        loss_g.backward()
        opt_g.step()
    return time.perf_counter() - start


def cohort(configs: list[Config], dataset: Dataset, steps: int) -> float:
    """Seconds that all GANs take together for so many steps."""
    training = Training(configs, dataset)
    for step in range(1, WARM_UP + 1):
        training.step(step, measure=False)
    start = time.perf_counter()
    for step in range(WARM_UP + 1, WARM_UP + steps + 1):
        training.step(step, measure=False)
    return time.perf_counter() - start


def main() -> None:
    """Print both times per step of 35 GANs and their ratio."""
    steps, threads = (int(a) for a in [*sys.argv[1:], "20", "2"][:2])
    torch.set_num_threads(threads)
    configs = experiments.table3()
    dataset = load_data(configs[0])
    loops = sum(textbook_loop(c, dataset, steps) for c in configs) / steps
    together = cohort(configs, dataset, steps) / steps
    print(f"35 digit GANs, {steps} steps, {threads} threads, torch {torch.__version__}")
    print(f"textbook loops, one after the other: {loops:.3f} s per step")
    print(f"one cohort: {together:.3f} s per step")
    print(f"ratio: {loops / together:.1f}")


if __name__ == "__main__":
    main()
