"""What sets of generated samples have in common with the real ones.

Sets are taken as they are, without subsampling, so that every value is a function of
its arguments alone. ``block`` bounds the memory and changes values by rounding only.
"""

import torch
from torch import Tensor

from lipgan.metrics.inputs import Array, as_numbers, as_tensor

SUM_TOLERANCE = 1e-3  # float32 softmax over a thousand classes stays far below


def kernel_distance(
    features_a: Array,
    features_b: Array,
    *,
    block: int = 1000,
    mean_b: Tensor | None = None,
) -> Tensor:
    """Unbiased squared maximum mean discrepancy (KID on Inception features).

    The mean kernel within a plus that within b, both over pairs of distinct rows, minus
    twice the mean kernel between a and b, in float64. The kernel is (x.y / d + 1)^3.
    All pairs are used; the source averages over random subsets, which has the same
    expectation and a larger variance.

    Args:
        features_a: (n, d), n at least 2.
        features_b: (m, d), m at least 2.
        block: Rows per pass; memory is three matrices of block x max(n, m) numbers.
        mean_b: ``kernel_mean(features_b)``, where many sets are judged against b.

    Returns:
        The distance, float64 (), in units of the kernel. Unbiased, hence slightly
        negative for about half of all pairs of equal distributions.

    Raises:
        ValueError: If the shapes do not fit, a value is not finite or block is not
            positive.

    Source:
        Binkowski et al., Demystifying MMD GANs, 2018, Sec. 3 and 4.
    """
    a = features_of(features_a, "features_a", 2)
    b = features_of(features_b, "features_b", 2)
    check_pair(a, b, ("features_a", "features_b"), block)
    within_b = kernel_mean(b, block=block) if mean_b is None else mean_b
    between = sum(_kernel(rows, b).sum() for rows in a.split(block))
    return kernel_mean(a, block=block) + within_b - 2 * between / (len(a) * len(b))


def kernel_mean(features: Array, *, block: int = 1000) -> Tensor:
    """Mean of the kernel (x.y / d + 1)^3 over pairs of distinct rows.

    Args:
        features: (n, d), n at least 2.
        block: Rows per pass.

    Returns:
        The mean, float64 ().

    Raises:
        ValueError: If the shape does not fit, a value is not finite or block is not
            positive.
    """
    x = features_of(features, "features", 2)
    check_block(block)
    total = x.new_zeros(())
    for start in range(0, len(x), block):
        rows = x[start : start + block]
        square = _kernel(rows, rows)
        total += square.sum() - square.diagonal().sum()
        total += 2 * _kernel(rows, x[start + block :]).sum()  # pairs of other blocks
    return total / (len(x) * (len(x) - 1))


def inception_style_score(probabilities: Array) -> Tensor:
    """Exp of the mean KL divergence of p(y|x) from p(y), which is their mean.

    On a classifier of our own this is an Inception-style score: only with the class
    probabilities of the Inception network is it the Inception score, and even then
    values from different weights do not compare. One value of all samples; the source
    averages over ten parts.

    Args:
        probabilities: p(y|x) per sample, (..., n, classes), rows that sum to 1.

    Returns:
        Score (...), float64, from 1 (all rows equal) to the number of classes or n,
        whichever is smaller.

    Raises:
        ValueError: If the shape does not fit or a row is no distribution of finite
            numbers.

    Source:
        Salimans et al., Improved Techniques for Training GANs, 2016, Sec. 4.
    """
    p = as_numbers(probabilities, "probabilities")
    if p.ndim < 2 or 0 in p.shape:
        raise ValueError(
            f"probabilities: shape {tuple(p.shape)} is not "
            "(..., n, classes), n at least 1"
        )
    error = (p.sum(-1) - 1).abs()
    if bool((p < 0).any()) or bool((error > SUM_TOLERANCE).any()):
        raise ValueError(
            "probabilities: a row is no distribution; values of at least 0 with sum 1 "
            "are needed, such as a softmax of the class scores"
        )
    spread = torch.special.entr(p.mean(-2)).sum(-1)
    doubt = torch.special.entr(p).sum(-1).mean(-1)
    return (spread - doubt).clamp(min=0).exp()  # below 0 is rounding


def class_coverage(
    predicted: Array, num_classes: int, min_share: float = 0.1
) -> Tensor:
    """Count the classes that get at least `min_share` of their fair share n / K.

    Args:
        predicted: Class of each generated image, integers in [0, K), (..., n).
        num_classes: K.
        min_share: Fraction of the fair share, above 0 and at most 1.

    Returns:
        Number of classes covered, int64 (...).

    Raises:
        ValueError: If a class is out of range, or there are no predictions.
    """
    if not 0 < min_share <= 1:
        raise ValueError(f"min_share: {min_share!r} is not in (0, 1]")
    predicted = as_tensor(predicted, "predicted")
    if predicted.ndim == 0 or predicted.numel() == 0 or predicted.is_floating_point():
        raise ValueError(
            f"predicted: {predicted.dtype} of shape {tuple(predicted.shape)} are not "
            "class indices (..., n)"
        )
    low, high = int(predicted.min()), int(predicted.max())
    if low < 0 or high >= num_classes:
        raise ValueError(
            f"predicted: classes from {low} to {high} are not within 0 to "
            f"{num_classes - 1}"
        )
    index = predicted.long()
    zeros = index.new_zeros(*index.shape[:-1], num_classes)
    counts = zeros.scatter_add(-1, index, torch.ones_like(index))
    needed = min_share * index.shape[-1] / num_classes
    return (counts >= needed - 1e-9).sum(-1)  # 0.1 * 1000 / 10 must not exceed 10


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    """(x.y / d + 1)^3 of all pairs, (n, m)."""
    base = (x @ y.mT).div_(x.shape[1]).add_(1)
    return base * base * base  # the general power is several times slower


def features_of(values: Array, name: str, least: int) -> Tensor:
    """Rows (n, d) in float64 without gradient."""
    features = as_numbers(values, name)
    if features.ndim != 2 or len(features) < least or features.shape[1] < 1:
        raise ValueError(
            f"{name}: shape {tuple(features.shape)} is not (n, d), n at least {least}"
        )
    return features


def check_pair(a: Tensor, b: Tensor, names: tuple[str, str], block: int) -> None:
    """Refuse, with ValueError, features of different dimensions."""
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"{', '.join(names)}: dimensions {a.shape[1]} and {b.shape[1]} differ"
        )
    check_block(block)


def check_block(block: int) -> None:
    """Refuse, with ValueError, a block of no rows."""
    if block < 1:
        raise ValueError(f"block: {block!r} is not a positive number of rows")
