"""What is measured on a cohort while it trains: the moments of its history."""

import math

import torch
from torch import Tensor

from lipgan import metrics
from lipgan.data import Dataset
from lipgan.engine.cohort import Cohort
from lipgan.gan.push import coherence

PROBE_SAMPLES = 512  # real and fake samples behind each recorded domain
KEPT_POINTS = 128  # generated 2-D points kept per recorded moment, for movies


def observe(cohort: Cohort, dataset: Dataset, step: int) -> dict[str, Tensor]:
    """One moment of the history; every value is (E, ...).

    ``score_*``: range of the raw score on ``PROBE_SAMPLES`` real and fake samples (the
    domain Omega, not multiplied by alpha); ``slope_*``: attained interval of the loss
    gradient L'(alpha f) of the discriminator's two terms (Psi); ``sigma``: largest
    singular value of each regularized weight matrix; ``coherence_*`` of each term and
    ``term_balance``: of what pushes the samples, see ``lipgan.gan.push``; ``place``:
    the middle of the domain in widths of it.
    """
    noise, g, d = cohort.noise, cohort.generators, cohort.discriminators
    indices = noise.indices("probe", 0, len(dataset), PROBE_SAMPLES)
    x_real = dataset.batch(indices)[noise.rows]
    z = noise.normal("probe z", 0, PROBE_SAMPLES, cohort.configs[0].z_dim)
    with torch.no_grad():
        x_fake = g.sampler(training=False)(z)
        critic = d.critic()
        scores = {"real": critic(x_real), "fake": critic(x_fake)}
        weights = d.regularized_weights()
    sigmas = [_sigma(w) for name, w in weights.items() if name.endswith("weight")]
    moment = {"sigma": torch.stack(sigmas, dim=1)}
    for name, player in (("g", g), ("d", d)):
        share = player.optimizer.step_share(player.moments)
        moment[f"step_share_{name}"] = share
    moment |= _pushed(cohort, scores)
    for side, f in scores.items():
        slopes = cohort.losses.slope(f"d_{side}", f)
        moment |= {
            f"score_{side}_min": f.amin(1),
            f"score_{side}_mean": f.mean(1),
            f"score_{side}_max": f.amax(1),
            f"slope_{side}_min": slopes.amin(1),
            f"slope_{side}_max": slopes.amax(1),
            f"evenness_{side}": metrics.evenness(slopes),
        }
        if side == "real" and dataset.labels is not None:
            labels = dataset.labels[indices][noise.rows]
            moment["class_push"] = metrics.class_push(slopes, labels)
    if cohort.shape == (2,) and not cohort.configs[0].frozen:
        kept = 1 if cohort.configs[0].model == "toy_point" else KEPT_POINTS
        moment["points"] = x_fake[:, :kept]
    return moment


def _pushed(cohort: Cohort, scores: dict[str, Tensor]) -> dict[str, Tensor]:
    """What the pushes on real and generated samples do together, (E,) each."""
    count = scores["real"].shape[1]
    pushes = cohort.pushes.discriminator(
        scores["real"],
        scores["fake"],
        lambda: cohort.noise.uniform("push probe", 0, 2 * count),
    )
    both = torch.cat(list(scores.values()), dim=1)
    low, high = both.aminmax(dim=1)
    real, fake = pushes.chunk(2, dim=1)
    return {
        "coherence_real": coherence(real),
        "coherence_fake": coherence(fake),
        "term_balance": real.mean(1).abs() / fake.mean(1).abs(),
        "place": (low + high) / 2 / (high - low),
    }


def _sigma(weight: Tensor) -> Tensor:
    """Largest singular value per member, (E,); NaN where a weight is not finite."""
    matrix = weight.flatten(2)
    sound = torch.isfinite(matrix).flatten(1).all(1)
    norms = torch.linalg.matrix_norm(matrix.nan_to_num(0, 0, 0), 2)  # SVD refuses NaN
    return torch.where(sound, norms, math.nan)
