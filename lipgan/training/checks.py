"""What is found out before training, so that nothing fails after it."""

import math
from dataclasses import replace
from functools import lru_cache

import torch

from lipgan.config import FLOAT32, Config
from lipgan.data import Dataset
from lipgan.engine.cohort import Cohort
from lipgan.gan.models import MODELS, Sizes
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.training.evaluate import evaluate, generated
from lipgan.training.reference import Reference, make_reference

MIN_IMAGES = 6  # each needs five neighbors, see metrics.density_coverage
DRY_IMAGES = 16  # real ones
DRY_SAMPLES = 4  # generated ones: each needs three neighbors for precision and recall


def check_count(dataset: Dataset) -> None:
    """Refuse, with ValueError, fewer images than the metrics can do with."""
    if len(dataset) < MIN_IMAGES:
        raise ValueError(
            f"dataset: {dataset.name!r} gives {len(dataset)} images; at least "
            f"{MIN_IMAGES} are needed to judge generated ones (see data_limit)"
        )


def dry_evaluation(
    config: Config, dataset: Dataset, reference: Reference | None
) -> None:
    """All that follows training, on a few samples of one untrained GAN.

    Args:
        config: any member of the cohort.
        dataset: the real data.
        reference: what images are to be judged against, None for points.

    Raises:
        ValueError: this config could be trained on these data, but not judged.
    """
    small = replace(config, num_steps=1, eval_samples=DRY_SAMPLES)
    cohort = Cohort([small], dataset.x.device)
    if reference is not None:
        labels = None if dataset.labels is None else dataset.labels[:DRY_IMAGES]
        dataset = replace(dataset, x=dataset.x[:DRY_IMAGES], labels=labels)
        reference = make_reference(dataset, reference.extractor)
    evaluate(cohort, generated(cohort, small.eval_samples), dataset, reference)


def beyond_float32(config: Config) -> str | None:
    """A line about a k whose power over the layers float32 cannot hold, or None."""
    if not REGULARIZERS[config.regularizer].k_per_layer:
        return None
    layers = _layers(config.model, config.sizes)
    exponent = layers * math.log10(config.lipschitz_k)
    if math.log10(FLOAT32.tiny) <= exponent <= math.log10(FLOAT32.max):
        return None
    what = "vanish" if exponent < 0 else "overflow"
    return (
        f"lipschitz_k: {config.lipschitz_k:g} over {layers} layers is 10^{exponent:.0f}"
        f", which float32 cannot hold: scores may {what}"
    )


@lru_cache(maxsize=64)
def _layers(model: str, sizes: Sizes) -> int:
    """How many weight matrices a discriminator has."""
    with torch.device("meta"):
        network = MODELS[model].discriminator(sizes)
    return sum(name.endswith("weight") for name, _ in network.named_parameters())
