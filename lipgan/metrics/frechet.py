"""Fréchet distances between sets of features seen as Gaussians."""

import torch
from torch import Tensor

from lipgan.metrics.inputs import Array, as_numbers


def moments(features: Array) -> tuple[Tensor, Tensor]:
    """Sample mean and unbiased covariance (divisor n - 1) in float64.

    Args:
        features: (..., n, d), n at least 2.

    Returns:
        Mean (..., d) and covariance (..., d, d).

    Raises:
        ValueError: If there are fewer than two samples or fewer than two axes, or a
            value is not finite.
    """
    mean, centered = _center(features, "features")
    return mean, centered.mT @ centered


def frechet_distance(features_a: Array, features_b: Array) -> Tensor:
    """Fréchet distance of two feature sets seen as Gaussians.

    |mu_a - mu_b|^2 + tr S_a + tr S_b - 2 tr (S_a S_b)^(1/2), in float64. Equals
    pytorch-fid's `calculate_frechet_distance` of the two sets' moments, without its
    matrix square root; for n < d it works on n x n matrices instead of d x d.

    Args:
        features_a: (..., n, d); leading axes broadcast against those of `features_b`.
        features_b: (..., m, d).

    Returns:
        Distance (...), float64, at least 0.

    Raises:
        ValueError: If a set has fewer than two samples, a value is not finite or the
            dimensions differ.

    Source:
        Heusel et al., GANs Trained by a Two Time-Scale Update Rule, 2017, Eq. 6.
    """
    mean_a, factor_a = _center(features_a, "features_a")
    mean_b, factor_b = _center(features_b, "features_b")
    if factor_a.shape[-1] != factor_b.shape[-1]:
        raise ValueError(
            f"features_a, features_b: dimensions {factor_a.shape[-1]} and "
            f"{factor_b.shape[-1]} differ"
        )
    if factor_a.shape[-2] > factor_b.shape[-2]:  # the distance is symmetric
        mean_a, factor_a, mean_b, factor_b = mean_b, factor_b, mean_a, factor_a
    n, m, d = factor_a.shape[-2], factor_b.shape[-2], factor_a.shape[-1]
    if n > d:
        covariance_a, covariance_b = factor_a.mT @ factor_a, factor_b.mT @ factor_b
        return frechet_distance_from_moments(mean_a, covariance_a, mean_b, covariance_b)
    spread = _square_sum(factor_a, (-2, -1)) + _square_sum(factor_b, (-2, -1))
    if m < d:
        product = factor_a @ factor_b.mT
        product = product @ product.mT
    else:
        product = factor_a @ (factor_b.mT @ factor_b) @ factor_a.mT
    # centered rows are dependent: one eigenvalue is 0, and the root of its rounding
    # error would be the largest error of all
    return _combine(mean_a - mean_b, spread, product, known_zeros=1)


def frechet_distance_to_moments(
    features: Tensor, mean: Tensor, covariance: Tensor
) -> Tensor:
    """``frechet_distance`` to a set of which the moments are known, in float64.

    For a set that many others are judged against: nothing here grows with its size.

    Args:
        features: (..., n, d).
        mean: (d,), of the other set, see ``moments``.
        covariance: (d, d).

    Returns:
        Distance (...), float64, at least 0. It is nan where features are not finite.

    Raises:
        ValueError: If there are fewer than two samples or the dimensions differ.
    """
    own, factor = _center(features, "features")
    n, d = factor.shape[-2:]
    if n > d or mean.shape[-1] != d:  # a wrong shape is refused there
        own_covariance = factor.mT @ factor
        return frechet_distance_from_moments(own, own_covariance, mean, covariance)
    spread = _square_sum(factor, (-2, -1)) + _trace(covariance)
    product = factor @ covariance @ factor.mT
    return _combine(own - mean, spread, product, known_zeros=1)  # see above


def frechet_distance_from_moments(
    mean_a: Array, covariance_a: Array, mean_b: Array, covariance_b: Array
) -> Tensor:
    """Fréchet distance of two Gaussians given by their moments, in float64.

    The eigenvalues of S_a S_b are those of the symmetric L' S_b L with S_a = L L', so
    no matrix square root is needed. L is the Cholesky factor, or, where S_a is
    singular, its eigenvectors times the square roots of its eigenvalues.

    Args:
        mean_a: (..., d); leading axes broadcast.
        covariance_a: (..., d, d), symmetric and positive semidefinite.
        mean_b: (..., d).
        covariance_b: (..., d, d).

    Returns:
        Distance (...), float64, at least 0.

    Raises:
        ValueError: If the shapes do not fit or a value is not finite.
    """
    mean_a, mean_b = as_numbers(mean_a, "mean_a"), as_numbers(mean_b, "mean_b")
    covariance_a = as_numbers(covariance_a, "covariance_a")
    covariance_b = as_numbers(covariance_b, "covariance_b")
    d = mean_a.shape[-1]
    for name, matrix in {"a": covariance_a, "b": covariance_b}.items():
        if matrix.shape[-2:] != (d, d) or mean_b.shape[-1] != d:
            raise ValueError(
                f"covariance_{name}: shape {tuple(matrix.shape)} does not fit means of "
                f"lengths {d} and {mean_b.shape[-1]}; (..., {d}, {d}) is needed"
            )
    spread = _trace(covariance_a) + _trace(covariance_b)
    factor = _square_factor(covariance_a)
    product = factor.mT @ covariance_b @ factor
    return _combine(mean_a - mean_b, spread, product)


def constant_distance(features_real: Array, features_constant: Array) -> Tensor:
    """Fréchet distance of real images to one image repeated for ever.

    The repeated image has no covariance, which leaves |mu_c - mu_r|^2 + tr S_r: the
    score of a generator that has collapsed to that image, a yardstick for "broken".

    Args:
        features_real: (..., n, d).
        features_constant: Features of the one image, (d,) or (1, d).

    Returns:
        Distance (...), float64.

    Raises:
        ValueError: If the shapes do not fit or a value is not finite.
    """
    constant = as_numbers(features_constant, "features_constant")
    mean, centered = _center(features_real, "features_real")
    shape = tuple(constant.shape)
    if shape not in ((mean.shape[-1],), (1, mean.shape[-1])):
        raise ValueError(
            f"features_constant: shape {shape} is not ({mean.shape[-1]},), the "
            "features of one image"
        )
    shift = constant.reshape(-1) - mean
    return _square_sum(shift, (-1,)) + _square_sum(centered, (-2, -1))


def _center(values: Array, name: str) -> tuple[Tensor, Tensor]:
    """Mean (..., d) and rows F (..., n, d) with covariance F' F, in float64."""
    features = as_numbers(values, name)
    if features.ndim < 2 or features.shape[-2] < 2:
        raise ValueError(
            f"{name}: shape {tuple(features.shape)} is not (..., n, d), n at least 2"
        )
    mean = features.mean(-2)
    return mean, (features - mean[..., None, :]) / (features.shape[-2] - 1) ** 0.5


def _square_factor(covariance: Tensor) -> Tensor:
    """L (..., d, d) with L L' = covariance; nan where the covariance is not finite."""
    lower, info = torch.linalg.cholesky_ex(covariance)
    singular = info != 0
    if bool(singular.any()):
        rest = covariance[singular]
        finite = rest.isfinite().all(-1).all(-1)[:, None, None]
        values, vectors = torch.linalg.eigh(torch.where(finite, rest, 0.0))
        # negative eigenvalues of a covariance are rounding
        factor = vectors * values.clamp(min=0).sqrt()[:, None, :]
        lower[singular] = torch.where(finite, factor, torch.nan)
    return lower


def _combine(
    shift: Tensor, spread: Tensor, product: Tensor, known_zeros: int = 0
) -> Tensor:
    """|shift|^2 + spread - 2 * (sum of the roots of the eigenvalues of product)."""
    finite = product.isfinite().all(-1).all(-1)
    safe = torch.where(finite[..., None, None], product, 0.0)
    values = torch.linalg.eigvalsh(safe)[..., known_zeros:]
    overlap = values.clamp(min=0).sqrt().sum(-1)
    distance = _square_sum(shift, (-1,)) + spread - 2 * overlap
    usable = finite & distance.isfinite()
    return torch.where(usable, distance.clamp(min=0), torch.nan)


def _square_sum(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    return x.square().sum(axes)


def _trace(matrix: Tensor) -> Tensor:
    return matrix.diagonal(dim1=-2, dim2=-1).sum(-1)
