"""Optimizers over stacked parameters: every member has its own learning rate.

``torch.optim`` takes one learning rate per parameter tensor; here the members of a
cohort share the tensors, so the elementwise rules are written out.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


class Optimizer(Protocol):
    """State is a dict of tensors with a leading member axis, so members can leave."""

    def init(self, parameters: Parameters) -> Parameters:
        """Return the state for these parameters (E, ...)."""

    def step(
        self, parameters: Parameters, grads: Parameters, state: Parameters, lr: Tensor
    ) -> None:
        """Update parameters and state in place; lr is (E,)."""


def per_member(values: Tensor, like: Tensor) -> Tensor:
    """Shape (E,) values so that they broadcast against (E, ...)."""
    return values.view(-1, *[1] * (like.ndim - 1))


@dataclass(frozen=True)
class RMSProp:
    """v <- decay v + (1 - decay) g^2; p <- p - lr g / (sqrt(v) + eps), v starts at 0.

    Source: Tieleman & Hinton 2012, with the defaults of ``torch.optim.RMSprop``.
    """

    decay: float = 0.99
    eps: float = 1e-8

    def init(self, parameters: Parameters) -> Parameters:
        """Zero running averages of the squared gradients."""
        return {
            name: torch.zeros_like(p, requires_grad=False)
            for name, p in parameters.items()
        }

    @torch.no_grad()
    def step(
        self, parameters: Parameters, grads: Parameters, state: Parameters, lr: Tensor
    ) -> None:
        """Apply the rule to every parameter, in place."""
        for name, p in parameters.items():
            g, v = grads[name], state[name]
            v.mul_(self.decay).addcmul_(g, g, value=1 - self.decay)
            p.sub_(per_member(lr, p) * g / v.sqrt().add_(self.eps))


OPTIMIZERS: dict[str, Optimizer] = {"rmsprop": RMSProp()}
