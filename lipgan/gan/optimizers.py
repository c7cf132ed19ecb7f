"""Optimizers over stacked parameters: every member has its own learning rate.

``torch.optim`` takes one learning rate per parameter tensor; here the members of a
cohort share the tensors, so the elementwise rules are written out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Parameters = dict[str, Tensor]
Rates = Tensor | Mapping[str, Tensor]  # per member, (E,); or so for each parameter

_LABELS = {
    "rmsprop": "RMSProp, as in torch",
    "rmsprop_tiny_eps": "ε = 1e-16",
    "rmsprop_eps_inside": "ε = 1e-10 under the root",
    "rmsprop_fast_decay": "decay 0.9",
    "rmsprop_tf": "as in TensorFlow 1",
    "adam": "Adam",
}


def optimizer_label(name: str) -> str:
    """What a key of ``OPTIMIZERS`` is called in tables and figures."""
    return _LABELS.get(name, name)


class Optimizer(Protocol):
    """State is a dict of tensors with a leading member axis, so members can leave."""

    def init(self, parameters: Parameters) -> Parameters:
        """Return the state for these parameters (E, ...)."""

    def step(
        self, parameters: Parameters, grads: Parameters, state: Parameters, lr: Rates
    ) -> None:
        """Update parameters and state in place."""

    def step_share(self, state: Parameters) -> Tensor:
        """How much of a step epsilon leaves, 0 to 1, mean over all weights, (E,)."""


def rate_of(lr: Rates, name: str) -> Tensor:
    """The learning rates (E,) of one parameter."""
    return lr if isinstance(lr, Tensor) else lr[name]


def per_member(values: Tensor, like: Tensor) -> Tensor:
    """Shape (E,) values so that they broadcast against (E, ...)."""
    return values.view(-1, *[1] * (like.ndim - 1))


@dataclass(frozen=True)
class RMSProp:
    """v <- decay v + (1 - decay) g^2; p <- p - lr g / (sqrt(v) + eps).

    The defaults are those of ``torch.optim.RMSprop``. TensorFlow 1, which came out
    with the first GANs, divides by sqrt(v + eps) with eps = 1e-10 (a floor of 1e-5),
    decays by 0.9 and starts v at 1.

    Source: Tieleman & Hinton 2012.

    Attributes:
        decay: of the running average of squared gradients.
        eps: keeps the denominator away from zero.
        inside: whether eps stands under the root.
        start: first value of v.
    """

    decay: float = 0.99
    eps: float = 1e-8
    inside: bool = False
    start: float = 0.0

    def init(self, parameters: Parameters) -> Parameters:
        """Running averages of the squared gradients at their first value."""
        return {
            name: torch.full_like(p, self.start, requires_grad=False)
            for name, p in parameters.items()
        }

    @torch.no_grad()
    def step(
        self, parameters: Parameters, grads: Parameters, state: Parameters, lr: Rates
    ) -> None:
        """Apply the rule to every parameter, in place."""
        for name, p in parameters.items():
            g, v = grads[name], state[name]
            v.mul_(self.decay).addcmul_(g, g, value=1 - self.decay)
            rate = per_member(rate_of(lr, name), p)
            p.sub_(rate * g / self._denominator(v))

    def _denominator(self, v: Tensor) -> Tensor:
        if self.inside:
            return v.add(self.eps).sqrt_()
        return v.sqrt().add_(self.eps)

    @torch.no_grad()
    def step_share(self, state: Parameters) -> Tensor:
        """Mean of sqrt(v) over the denominator, (E,)."""
        return _mean(state.values(), lambda v: v.sqrt() / self._denominator(v))


@dataclass(frozen=True)
class Adam:
    """Kingma & Ba 2015, bias-corrected; the betas are those of DCGAN.

    The two averages are named ``mean NAME`` and ``square NAME`` in the state, beside
    one step count per member.
    """

    beta1: float = 0.5
    beta2: float = 0.999
    eps: float = 1e-8

    def init(self, parameters: Parameters) -> Parameters:
        """Zero averages and a step count of zero."""
        zeros = {
            n: torch.zeros_like(p, requires_grad=False) for n, p in parameters.items()
        }
        first = next(iter(zeros.values()))
        return {
            "count": first.new_zeros(len(first)),
            **{f"mean {name}": z for name, z in zeros.items()},
            **{f"square {name}": z.clone() for name, z in zeros.items()},
        }

    @torch.no_grad()
    def step(
        self, parameters: Parameters, grads: Parameters, state: Parameters, lr: Rates
    ) -> None:
        """Apply the rule to every parameter, in place."""
        state["count"] += 1
        start = 1 - self.beta1 ** state["count"]
        correction = 1 - self.beta2 ** state["count"]
        for name, p in parameters.items():
            g, m, v = grads[name], state[f"mean {name}"], state[f"square {name}"]
            m.mul_(self.beta1).add_(g, alpha=1 - self.beta1)
            v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
            root = (v / per_member(correction, v)).sqrt_()
            rate = rate_of(lr, name) / start
            p.sub_(per_member(rate, p) * m / root.add_(self.eps))

    @torch.no_grad()
    def step_share(self, state: Parameters) -> Tensor:
        """Mean of the root over the denominator, (E,)."""
        correction = 1 - self.beta2 ** state["count"]
        squares = [v for name, v in state.items() if name.startswith("square ")]
        roots = [(v / per_member(correction, v)).sqrt() for v in squares]
        return _mean(roots, lambda root: root / (root + self.eps))


@dataclass(frozen=True)
class SGD:
    """p <- p - lr g: the one that sees how large a gradient is.

    Source: Robbins & Monro 1951.
    """

    def init(self, parameters: Parameters) -> Parameters:
        """A step count of zero, for nothing else says how many members there are."""
        first = next(iter(parameters.values()))
        return {"count": first.detach().new_zeros(len(first))}

    @torch.no_grad()
    def step(
        self, parameters: Parameters, grads: Parameters, state: Parameters, lr: Rates
    ) -> None:
        """Apply the rule to every parameter, in place."""
        state["count"] += 1
        for name, p in parameters.items():
            p.sub_(per_member(rate_of(lr, name), p) * grads[name])

    def step_share(self, state: Parameters) -> Tensor:
        """There is no epsilon: all of every step."""
        return torch.ones_like(state["count"])


def _mean(tensors: Iterable[Tensor], function: Callable[[Tensor], Tensor]) -> Tensor:
    """Mean per member of an elementwise function over all tensors (E, ...), (E,)."""
    return torch.cat([function(t).flatten(1) for t in tensors], dim=1).mean(1)


OPTIMIZERS: dict[str, Optimizer] = {
    "rmsprop": RMSProp(),
    "rmsprop_tiny_eps": RMSProp(eps=1e-16),
    "rmsprop_eps_inside": RMSProp(eps=1e-10, inside=True),
    "rmsprop_fast_decay": RMSProp(decay=0.9),
    "rmsprop_tf": RMSProp(decay=0.9, eps=1e-10, inside=True, start=1.0),
    "adam": Adam(),
    "sgd": SGD(),
}
