"""What a discriminator does to its loss: domains, slopes, and its true norms.

Bounds of Theorem 1 and Corollary 1, exact operator norms of layers (the matrix that
spectral normalization sees underestimates a convolution by up to 2x), and slopes found
at sample points.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lipgan.losses import Term, scaled_term

SVD_LIMIT = 2**17  # entries of the dense matrix up to which its SVD is taken


def domain_bound(k: float, num_inputs: int) -> float:
    """Largest width of the range of a k-Lipschitz function on [-1, 1]^d: 2 k sqrt(d).

    Args:
        k: Lipschitz constant with respect to the L2 norm.
        num_inputs: d, for instance 3 m n for a color image of m x n pixels.

    Source: Qin et al. 2020, Theorem 1, where d = 3 m n gives k sqrt(12 m n).
    """
    return 2 * k * math.sqrt(num_inputs)


def largest_curvature(term: Term, low: float, high: float, points: int = 2001) -> float:
    """M = max |L''| of a loss term on [low, high], on a grid that has both ends."""
    x = torch.linspace(low, high, points, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(term(x).sum(), x, create_graph=True)
    if not slope.requires_grad:  # a linear term: its slope does not depend on x
        return 0.0
    (curvature,) = torch.autograd.grad(slope.sum(), x)
    return float(curvature.abs().max())


def slope_interval_bound(term: Term, low: float, high: float, width: float) -> float:
    """Bound on the width of the slopes that a loss term attains on [low, high].

    Args:
        term: a loss term L.
        low: lower end of the domain on which L'' is bounded.
        high: upper end.
        width: bound on the width of the domain, see ``domain_bound``.

    Source: Qin et al. 2020, Corollary 1, Eq. 7: M times the bound on the domain.
    """
    return largest_curvature(term, low, high) * width


def attained_slopes(term: Term, low: float, high: float) -> tuple[float, float]:
    """The interval of L' on one domain [low, high], from a grid that has both ends."""
    ends = torch.tensor([[low], [high]], dtype=torch.float64)
    least, most = slope_intervals(term, *ends)
    return least.item(), most.item()


def slope_intervals(term: Term, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The intervals of L' on domains [low, high], from grids that have both ends.

    Args:
        term: a loss term L.
        low: lower ends, float64 (n,).
        high: upper ends, float64 (n,).

    Returns:
        Smallest and largest slope per domain, (n,) each.
    """
    grid = torch.lerp(low, high, torch.linspace(0, 1, 2001, dtype=low.dtype)[:, None])
    slopes = term.slope(grid)
    return slopes.amin(0), slopes.amax(0)


def tangent_distance(term: Term, alpha: float, reach: float) -> float:
    """How far a scaled loss is from its tangent at 0, relative to the reach.

    The largest |L_alpha(w) - L_alpha(0) - L'(0) w| over scores |w| <= reach, divided by
    the reach: an error in units of slope, alpha |L''(0)| reach / 2 to first order.

    Source: Qin et al. 2020, Eqs. 8 and 9.
    """
    w = torch.linspace(-reach, reach, 2001, dtype=torch.float64)
    tangent = term.slope(torch.zeros(1, dtype=torch.float64)) * w
    curve = scaled_term(term, alpha)(w)
    return float((curve - tangent).abs().max()) / reach


def written_out_slope(term: Term, scores: Tensor, alpha: float) -> Tensor:
    """Slope of L(alpha f) / alpha as plain autograd finds it, in the scores' dtype.

    What the formula gives when it is typed in as printed (Eq. 8): the factor 1/alpha
    must be representable. Training here uses ``Term.slope``, which never forms it.
    """
    leaf = scores.detach().requires_grad_()
    return torch.autograd.grad((term(alpha * leaf) / alpha).sum(), leaf)[0]


def conv_norm(layer: nn.Module, shape: tuple[int, ...]) -> float:
    """Operator norm of a linear layer or convolution on inputs of this shape.

    Args:
        layer: ``nn.Linear``, ``nn.Conv2d`` or ``nn.ConvTranspose2d``; its bias does
            not matter.
        shape: shape of one input, (features,) or (C, H, W).

    Returns:
        The largest singular value in float64: by SVD of the dense matrix while that is
        small, else by ARPACK on the map and its adjoint.
    """
    weights = {
        name: (p.detach() if name == "weight" else torch.zeros_like(p)).double().cpu()
        for name, p in layer.named_parameters()
    }

    def apply(x: Tensor) -> Tensor:
        return torch.func.functional_call(layer, weights, (x,))

    inputs = math.prod(shape)
    with torch.no_grad():
        outputs = apply(torch.zeros(1, *shape, dtype=torch.float64)).numel()
        if inputs * outputs <= SVD_LIMIT:
            basis = torch.eye(inputs, dtype=torch.float64).view(-1, *shape)
            return float(torch.linalg.matrix_norm(apply(basis).flatten(1), 2))
    return _largest_singular_value(apply, shape, outputs)


def _largest_singular_value(
    apply: Callable[[Tensor], Tensor], shape: tuple[int, ...], outputs: int
) -> float:
    """ARPACK needs a few dozen products where plain power iteration needs thousands."""
    import numpy as np
    from scipy.sparse.linalg import LinearOperator, svds

    def forward(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return apply(torch.from_numpy(x).view(1, *shape)).flatten().numpy()

    def adjoint(y: np.ndarray) -> np.ndarray:
        with torch.enable_grad():
            x = torch.zeros(1, *shape, dtype=torch.float64, requires_grad=True)
            image = apply(x).flatten()
            (grad,) = torch.autograd.grad(image, x, torch.from_numpy(y).flatten())
        return grad.flatten().numpy()

    if outputs == 1:  # a single row, which ARPACK refuses
        return float(np.linalg.norm(adjoint(np.ones(1))))
    size = (outputs, math.prod(shape))
    operator = LinearOperator(size, matvec=forward, rmatvec=adjoint, dtype=np.float64)
    start = np.random.default_rng(0).standard_normal(min(size))
    return float(svds(operator, k=1, v0=start, return_singular_vectors=False)[0])


def layer_norms(network: nn.Sequential, shape: tuple[int, ...]) -> list[float]:
    """Exact operator norm of every linear layer of a network, in order.

    Args:
        network: layers of ``nn.Linear``, convolutions, 1-Lipschitz activations.
        shape: shape of one input of the network.

    Returns:
        One norm per linear layer. Their product bounds the Lipschitz constant, if the
        network has no batch normalization.
    """
    norms = []
    x = torch.zeros(2, *shape, device=next(network.parameters()).device)
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
                norms.append(conv_norm(layer, tuple(x.shape[1:])))
            x = layer(x)
    return norms


def matrix_norms(network: nn.Module) -> list[float]:
    """sigma(W) per layer, of the kernel reshaped to (outputs, inputs x area)."""
    return [
        float(torch.linalg.matrix_norm(p.detach().double().flatten(1), 2))
        for name, p in network.named_parameters()
        if name.endswith("weight") and p.ndim > 1
    ]


def input_gradient_norms(network: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """|grad_x f(x)| per sample, (B, *shape) to (B,).

    The maximum is a lower bound on the Lipschitz constant of f.
    """
    x = x.detach().requires_grad_()
    (grad,) = torch.autograd.grad(network(x).sum(), x)
    return grad.flatten(1).norm(dim=1)


def evenness(slopes: Tensor) -> Tensor:
    """How evenly samples share the gradient that flows back, (E,), 1/n to 1.

    (mean |s|)^2 / mean s^2: 1 where all n samples push alike, 1/n where a single one
    does all the pushing, NaN where none pushes. Qin et al. 2020 (end of Sec. 4.3)
    conjecture that weak regularization unbalances these gradients.

    Args:
        slopes: loss gradient per sample, (E, n).
    """
    size = slopes.abs().double()
    size = size / size.amax(1, keepdim=True)  # squares must not overflow
    return (size.mean(1).square() / size.square().mean(1)).float()


def class_push(slopes: Tensor, labels: Tensor) -> Tensor:
    """Mean |slope| of the most favored class over that of all classes, (E,).

    1 where no class is preferred, up to the number of classes; NaN where no sample
    pushes.

    Args:
        slopes: loss gradient per real sample, (E, n).
        labels: class of each sample, int64 (E, n).
    """
    size = slopes.abs().double()
    size = size / size.amax(1, keepdim=True)
    members = torch.nn.functional.one_hot(labels).double()
    means = torch.einsum("en,enc->ec", size, members) / members.sum(1)
    return (means.nan_to_num(0).amax(1) / means.nanmean(1)).float()
