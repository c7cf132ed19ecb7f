"""How fast the discriminator's biases move beside its weights.

Spectral normalization multiplies the weights of every layer by k and leaves the biases
alone, so at large k they are small beside what they are added to. With steps of k^i in
layer i, from i = 1, they keep their proportion, and k and alpha are one knob.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from lipgan.gan.optimizers import Parameters

Factor = Callable[[float, int], float]

# (k, number of the layer from 1) to what a bias and its steps are multiplied by.
BIASES: dict[str, Factor] = {
    "own": lambda k, layer: 1.0,
    "frozen": lambda k, layer: 0.0,
    "scaled": lambda k, layer: k**layer,
}


def bias_factors(
    parameters: Parameters, kinds: Sequence[str], ks: Sequence[float]
) -> Parameters:
    """Name of each bias to its factor per member, (E,); empty if nobody has one.

    Args:
        parameters: of the discriminators, layer by layer, (E, ...).
        kinds: key of ``BIASES`` per member.
        ks: k per member.
    """
    if set(kinds) == {"own"}:
        return {}
    names = [name for name in parameters if name.endswith("bias")]
    return {
        name: torch.tensor(
            [BIASES[kind](k, layer) for kind, k in zip(kinds, ks, strict=True)],
            dtype=parameters[name].dtype,
            device=parameters[name].device,
        )
        for layer, name in enumerate(names, 1)
    }


def step_sizes(lr: Tensor, parameters: Parameters, factors: Parameters) -> Parameters:
    """Name of each parameter to its members' learning rates, (E,)."""
    return {name: lr * factors[name] if name in factors else lr for name in parameters}
