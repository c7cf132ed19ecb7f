"""What is measured on a cohort when its training has ended."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from lipgan import metrics
from lipgan.config import Config
from lipgan.data import Dataset, to_uint8
from lipgan.engine.cohort import Cohort
from lipgan.metrics import MetricName
from lipgan.metrics.neural_divergence import neural_divergence
from lipgan.support.torch_state import usual_torch
from lipgan.training.observe import PROBE_SAMPLES
from lipgan.training.reference import (
    Reference,
    even_indices,
    pixel_variance,
)

# Updates behind the Neural Divergence, never more than of the training: on images of 32
# and more pixels fewer, for there 250 take as long as a sixth of the training.
CRITIC_STEPS, CRITIC_STEPS_LARGE, LARGE = 250, 100, 32
SAMPLE_GRID = (4, 8)  # rows and columns of the stored sample picture
CHUNK = 250  # samples generated at once per member


def judged_digest(dataset: Dataset, weights: str | None) -> str:
    """Identity of the data and, where a user brings these, of the judge's weights.

    Args:
        dataset: what is trained on.
        weights: ``Extractor.digest`` of what judges the samples.
    """
    return dataset.digest + (f"-{weights}" if weights else "")


@torch.no_grad()
def generated(cohort: Cohort, count: int) -> Tensor:
    """``count`` samples per member with the averaged generator in evaluation mode."""
    sample = cohort.generators.sampler(training=False, averaged=True)
    chunks = [sample(z) for z in _noise(cohort, count)]
    return torch.cat(chunks, dim=1)[:, :count]


def evaluation_noise(cohort: Cohort, count: int) -> Tensor:
    """What ``generated`` makes its samples of, (E, n, z_dim)."""
    return torch.cat(list(_noise(cohort, count)), dim=1)[:, :count]


def _noise(cohort: Cohort, count: int) -> Iterator[Tensor]:
    for index in range(math.ceil(count / CHUNK)):
        yield cohort.noise.normal("eval z", index, CHUNK, cohort.configs[0].z_dim)


def sound_members(cohort: Cohort, samples: Tensor) -> Tensor:
    """Which members have finite weights and made finite samples (E, n, ...), (E,)."""
    players = cohort.generators, cohort.discriminators
    tensors = [*(w for player in players for w in player.weights.values()), samples]
    return torch.stack([torch.isfinite(t).flatten(1).all(1) for t in tensors]).all(0)


def evaluate(
    cohort: Cohort, samples: Tensor, dataset: Dataset, reference: Reference | None
) -> tuple[list[dict[str, float]], list[Tensor | None]]:
    """Final metrics and sample pictures of all members, none of which diverged.

    Args:
        cohort: E members.
        samples: what their generators make, (E, n, *shape), see ``generated``.
        dataset: the real data.
        reference: what images are judged against, None for points.

    Returns:
        Per member a dict of metrics and, for images, a uint8 grid (C, H, W).
    """
    rows = [lipschitz_metrics(cohort, i, dataset, x) for i, x in enumerate(samples)]
    if reference is None:
        for i, (row, x) in enumerate(zip(rows, samples, strict=True)):
            row.update(point_metrics(x, dataset))
            row.update(gradient_metrics(cohort.plain_critic(i), x, dataset))
        return rows, [None] * len(rows)
    images, first = to_uint8(samples), cohort.configs[0]
    usual = CRITIC_STEPS_LARGE if images.shape[-1] >= LARGE else CRITIC_STEPS
    steps = min(usual, first.num_steps)
    divergences = neural_divergence(
        reference.compared_images, images, model=first.model, steps=steps
    )
    name = MetricName("neural_divergence", samples=steps, real=reference.real_count)
    judged = metrics_of_all(images, reference)
    for row, found, divergence in zip(rows, judged, divergences, strict=True):
        row.update(found)
        row[str(name)] = float(divergence)
    return rows, [sample_grid(x) for x in images]


def image_metrics(images: Tensor, reference: Reference) -> dict[str, float]:
    """Metrics of one generator's images (n, C, H, W), see ``metrics_of_all``."""
    return metrics_of_all(images[None], reference)[0]


def metrics_of_all(images: Tensor, reference: Reference) -> list[dict[str, float]]:
    """Metrics of every generator's images (E, n, C, H, W), uint8.

    Names give extractor and n, and where not all real images are used, their number.
    """
    rows = []
    for some in images.split(reference.at_once(images.shape[1])):
        features = torch.stack([reference.extractor.features(own) for own in some])
        members = zip(some, features, reference.distance(features), strict=True)
        rows += [_judged(*member, reference) for member in members]
    return rows


def _judged(
    images: Tensor, features: Tensor, distance: Tensor, reference: Reference
) -> dict[str, float]:
    extractor, count = reference.extractor, len(images)
    pairs = pair_metrics(features, reference)
    row = {
        MetricName.distance(extractor.name, count): distance,
        **{reference.pair_name(k, count): v for k, v in pairs.items()},
        MetricName("pixel_variance", samples=count): (
            pixel_variance(images) / reference.variance
        ),
    }
    if extractor.head is not None:
        shares = extractor.head(features).softmax(1)
        covered = metrics.class_coverage(shares.argmax(1), extractor.num_classes)
        row[MetricName("class_coverage", extractor.name, count)] = covered
        score = metrics.inception_style_score(shares)
        row[MetricName("is", extractor.name, count)] = score
    return {str(k): float(v) for k, v in row.items()} | constant_metric(reference)


def pair_metrics(features: Tensor, reference: Reference) -> dict[str, Tensor]:
    """Kernel distance and shares of manifolds of generated features (n, d)."""
    real = reference.compared
    distance = metrics.kernel_distance(features, real, mean_b=reference.kernel)
    shares = metrics.manifold_shares(real, features, nearest=reference.nearest)
    return {"kid": distance, **shares}


def constant_metric(reference: Reference) -> dict[str, float]:
    """The distance of a black image: known for diverged runs as well."""
    name = MetricName.distance(reference.extractor.name, constant=True)
    return {str(name): float(reference.constant)}


def evenly_picked(dataset: Dataset, count: int) -> Tensor:
    """``count`` real samples, evenly picked, (n, *shape)."""
    indices = even_indices(len(dataset), count)
    return dataset.batch(indices.to(dataset.x.device))


def gradient_metrics(
    critic: Callable[[Tensor], Tensor], points: Tensor, dataset: Dataset
) -> dict[str, float]:
    """Whether the score rises towards the data from generated 2-D points (n, 2).

    ``gradient_cosine``: mean cosine between the score's input gradient and the way to
    the point's partner under the best assignment to real points (Zhou et al. 2019 ask
    for 1); ``gradient_norm``: median norm of that gradient.
    """
    x = points.detach().cpu().requires_grad_()
    (grad,) = torch.autograd.grad(critic(x).sum(), x)
    way = metrics.transport_directions(points, evenly_picked(dataset, len(points)))
    cosine = torch.nn.functional.cosine_similarity(grad.double(), way, dim=1)
    row = {"gradient_cosine": cosine.mean(), "gradient_norm": grad.norm(dim=1).median()}
    return _named(row, len(points))


def point_metrics(points: Tensor, dataset: Dataset) -> dict[str, float]:
    """Exact W1 and covered modes of generated 2-D points (n, 2)."""
    real = evenly_picked(dataset, len(points))
    row: dict[str, Any] = {"w1": metrics.wasserstein_assignment(points, real)}
    if dataset.labels is not None and dataset.num_classes > 1:
        present = dataset.labels.unique()  # the first few data may lack some
        centers = torch.stack([dataset.x[dataset.labels == c].mean(0) for c in present])
        nearest = torch.cdist(points, centers).argmin(1)
        row["modes_covered"] = metrics.class_coverage(nearest, len(present))
    return _named(row, len(points))


def _named(row: dict[str, Any], samples: int) -> dict[str, float]:
    """Numbers of so many samples by family, under their whole names."""
    return {str(MetricName(k, samples=samples)): float(v) for k, v in row.items()}


def lipschitz_metrics(
    cohort: Cohort, row: int, dataset: Dataset, x_fake: Tensor
) -> dict[str, float]:
    """How steep one trained discriminator really is.

    ``lipschitz_layers``: product of the layers' exact operator norms, an upper bound
    unless the regularizer acts on the scores. ``lipschitz_gradient``: largest input
    gradient found on real, fake, mixed and noise inputs, a lower bound.
    ``domain_width``: range of the score over the same inputs.
    """
    network, critic = cohort.plain_discriminator(row), cohort.plain_critic(row)
    config = cohort.configs[row]
    x_fake = x_fake[:PROBE_SAMPLES].cpu()
    x_real = evenly_picked(dataset, len(x_fake)).cpu()
    noise = torch.Generator().manual_seed(config.seed)
    uniform = 2 * torch.rand(x_real.shape, generator=noise) - 1
    x = torch.cat([x_real, x_fake, (x_real + x_fake) / 2, uniform])
    with torch.no_grad():
        scores = critic(x)
    slopes = metrics.input_gradient_norms(critic, x)
    return {
        "lipschitz_layers": math.prod(metrics.layer_norms(network, cohort.shape)),
        "lipschitz_gradient": float(slopes.max()),
        "domain_width": float(scores.max() - scores.min()),
    }


@usual_torch()
def untrained_metrics(configs: Iterable[Config], dataset: Dataset) -> list[dict]:
    """``lipschitz_metrics`` of the same networks before their first update."""
    cohort = Cohort(list(configs), torch.device("cpu"))
    samples = generated(cohort, PROBE_SAMPLES)
    return [lipschitz_metrics(cohort, i, dataset, x) for i, x in enumerate(samples)]


def sample_grid(images: Tensor) -> Tensor:
    """The first samples (n, C, H, W) as one picture (C, rows * H, columns * W)."""
    rows, columns = SAMPLE_GRID
    images = images[: rows * columns]
    missing = rows * columns - len(images)
    images = torch.cat([images, images.new_zeros(missing, *images.shape[1:])])
    _, channels, height, width = images.shape
    grid = images.view(rows, columns, channels, height, width)
    return grid.permute(2, 0, 3, 1, 4).reshape(channels, rows * height, columns * width)
