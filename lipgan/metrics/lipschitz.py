"""How steep a network is: norms of its layers, gradients, and Theorem 1's bound.

The matrix that spectral normalization sees underestimates a convolution by up to 2x.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

SVD_LIMIT = 2**17  # entries of the dense matrix up to which its SVD is taken


def domain_bound(k: float, num_inputs: int) -> float:
    """Largest width of the range of a k-Lipschitz function on [-1, 1]^d: 2 k sqrt(d).

    Args:
        k: Lipschitz constant with respect to the L2 norm.
        num_inputs: d, for instance 3 m n for a color image of m x n pixels.

    Source: Qin et al. 2020, Theorem 1, where d = 3 m n gives k sqrt(12 m n).
    """
    return 2 * k * math.sqrt(num_inputs)


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
