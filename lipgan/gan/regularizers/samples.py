"""Arithmetic per sample of a batch (E, B, *shape)."""

from torch import Tensor

TINY = 1e-12  # keeps the root's derivative finite where the gradient vanishes


def over_samples(values: Tensor, samples: Tensor) -> Tensor:
    """Numbers (E, B) as a view that broadcasts against samples (E, B, *shape)."""
    return values.view(*values.shape, *[1] * (samples.ndim - 2))


def squared_norms(x: Tensor) -> Tensor:
    """Squared L2 norm of every sample, (E, B, *shape) to (E, B)."""
    return x.flatten(2).square().sum(2)


def norms(x: Tensor) -> Tensor:
    """L2 norm of every sample, (E, B, *shape) to (E, B), differentiable at 0."""
    return (squared_norms(x) + TINY).sqrt()
