"""What a step costs: seconds on the machine at hand, products on paper."""

import time
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from lipgan.config import Config
from lipgan.gan.models import MODELS
from lipgan.training.choice import WARM_UP
from lipgan.training.loop import Training
from lipgan.training.start import load_data, pick_device


def step_costs(
    configs: Sequence[Config],
    regularizers: Sequence[str],
    *,
    steps: int = 5,
    repeats: int = 3,
    device: str = "auto",
) -> dict[str, float]:
    """Seconds per training step of one cohort under each of several regularizers.

    The cohorts take turns, so that a busy moment of the machine hits all of them; the
    fastest turn counts.

    Args:
        configs: members of one ``Config.cohort_key``; their regularizer is replaced.
        regularizers: keys of ``REGULARIZERS``.
        steps: of a turn.
        repeats: turns of every cohort, after ``WARM_UP`` steps.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ValueError: the configs do not fit one cohort, or the device is unknown.
    """
    if len({c.cohort_key for c in configs}) != 1:
        raise ValueError("configs: they do not fit one cohort")
    dataset = load_data(configs[0]).to(pick_device(device))
    trainings = {
        key: Training([replace(c, regularizer=key) for c in configs], dataset)
        for key in regularizers
    }
    best = dict.fromkeys(regularizers, float("inf"))
    done = 0
    for count in (WARM_UP, *[steps] * repeats):
        for key, training in trainings.items():
            start = time.perf_counter()
            for step in range(done, done + count):
                losses = training.step(step + 1, measure=step == done + count - 1)
            losses["loss_g"].sum().item()  # waits for a GPU
            seconds = (time.perf_counter() - start) / count
            best[key] = min(best[key], seconds) if done else best[key]
        done += count
    return best


def multiply_adds(config: Config) -> int:
    """Multiply-adds of one member's step in its layers, without its regularizer.

    Every discriminator update takes a batch of generated samples, scores 2 B samples
    and goes back to the weights; a generator update takes B samples, scores them and
    goes back through the discriminator to the generator's weights. Padding counts as
    if it were image.
    """
    model, batch = MODELS[config.model], config.batch_size
    shape = (config.channels, config.image_size, config.image_size)
    d = _layers(model.discriminator(config.sizes), shape if config.image_size else (2,))
    g = _layers(model.generator(config.sizes), (config.z_dim,))
    # Backward: once for the weights, and once for the inputs but of the first layer.
    d_update = sum(g) + 2 * (3 * sum(d) - d[0])
    g_update = sum(g) + 2 * sum(d) + 2 * sum(g) - sum(g[:1])
    return batch * (config.n_dis * d_update + g_update)


def _layers(network: nn.Sequential, shape: tuple[int, ...]) -> list[int]:
    """Multiply-adds of each layer's forward pass, for one sample."""
    counts, x = [], torch.zeros(1, *shape)
    network = network.eval()
    with torch.no_grad():
        for layer in network:
            y = layer(x)
            if isinstance(layer, nn.Linear | nn.Conv2d):
                counts.append(layer.weight[0].numel() * y.numel())
            elif isinstance(layer, nn.ConvTranspose2d):
                counts.append(layer.weight[0].numel() * x.numel())
            x = y
    return counts


def product_rate(device: str = "auto", size: int = 1024) -> float:
    """Multiply-adds per second of a product of two float32 matrices of this size."""
    place = pick_device(device)
    a, b = (torch.randn(size, size, device=place) for _ in range(2))
    best = float("inf")
    for _ in range(12):
        start = time.perf_counter()
        (a @ b)[0, 0].item()  # waits for a GPU
        best = min(best, time.perf_counter() - start)
    return size**3 / best
