"""The two players of a GAN: weights and all that is carried along with them.

Every tensor has a leading member axis E, for E GANs that play side by side; one GAN is
E = 1. How a network is run on the weights of all members is not known here: whoever
makes the players supplies it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from lipgan.gan.optimizers import Optimizer, Rates
from lipgan.gan.regularizers.base import Critic, Regularizer, Strength

Tensors = dict[str, Tensor]


class Network(Protocol):
    """A network of E members, run on any weights of theirs."""

    def __call__(self, tensors: Tensors, x: Tensor, training: bool = False) -> Tensor:
        """Inputs (E, B, *) to outputs (E, B, *).

        Args:
            tensors: parameters and running statistics, (E, ...) each.
            x: inputs.
            training: batch normalization uses the batch and updates its statistics.
        """


@dataclass
class Discriminators:
    """The discriminators of E members, and their regularizer.

    Attributes:
        network: samples (E, B, *shape) to raw scores (E, B).
        weights: trainable parameters, name -> (E, ...).
        state: what the regularizer carries along per weight.
        memory: what its penalty keeps from one update to the next.
        moments: what the optimizer carries along.
        strength: of the regularizer.
        rates: of learning.
    """

    network: Network
    weights: Tensors
    regularizer: Regularizer
    optimizer: Optimizer
    strength: Strength
    rates: Rates
    state: Tensors = field(default_factory=dict)
    memory: Tensors = field(default_factory=dict)
    moments: Tensors = field(init=False)

    def __post_init__(self) -> None:
        """Start the optimizer; the regularizer needs noise, see ``start``."""
        self.moments = self.optimizer.init(self.weights)

    def _matrices(self) -> Tensors:
        """The weights as matrices (E, outputs, inputs x area)."""
        return {
            k: w.flatten(2) for k, w in self.weights.items() if k.endswith("weight")
        }

    @torch.no_grad()
    def start(self, noise: Callable[[str, int], Tensor]) -> None:
        """Start the regularizer.

        Args:
            noise: name of a weight and a number n to N(0, 1) numbers (E, n).
        """
        for name, matrix in self._matrices().items():
            drawn = noise(name, matrix.shape[1])
            self.state[name] = self.regularizer.start(matrix, drawn)

    @torch.no_grad()
    def advance(self) -> None:
        """Move the regularizer's state on, once per update."""
        for name, matrix in self._matrices().items():
            self.state[name] = self.regularizer.advance(matrix, self.state[name])

    @torch.no_grad()
    def project(self) -> None:
        """Let the regularizer put the updated parameters back where they may be."""
        for parameter in self.weights.values():
            allowed = self.regularizer.project(parameter, self.strength)
            if allowed is not parameter:
                parameter.copy_(allowed)

    def regularized_weights(self) -> Tensors:
        """All parameters as the regularizer leaves them."""
        weights = dict(self.weights)
        for name, matrix in self._matrices().items():
            normal = self.regularizer.weight(matrix, self.state[name], self.strength)
            weights[name] = normal.view_as(self.weights[name])
        return weights

    def critic(self, for_generators: bool = False) -> Critic:
        """The score function of the present weights: (E, B, *shape) to (E, B).

        ``for_generators`` gives scores differentiable in the samples only.
        """
        weights = self.regularized_weights()
        if for_generators:  # biases too, or their gradients would be computed in vain
            weights = {k: w.detach() for k, w in weights.items()}
        own = self.regularizer
        hook = own.generator_scores if for_generators else own.scores

        def raw(x: Tensor) -> Tensor:
            return self.network(weights, x)

        return lambda x: hook(raw, x, self.strength)


@dataclass
class Generators:
    """The generators of E members.

    Attributes:
        network: noise (E, B, z_dim) to samples (E, B, *shape).
        weights: trainable parameters, name -> (E, ...).
        buffers: running statistics of batch normalization.
        frozen: whether they stay as they are.
        ema_decay: of the moving average of the weights, per step; 0 for none.
        averaged: moving average of weights and statistics; empty without averaging.
        moments: what the optimizer carries along.
        rates: of learning.
    """

    network: Network
    weights: Tensors
    buffers: Tensors
    optimizer: Optimizer
    rates: Rates
    frozen: bool
    ema_decay: float
    averaged: Tensors = field(default_factory=dict)
    moments: Tensors = field(init=False)

    def __post_init__(self) -> None:
        """Start the optimizer and the moving average."""
        self.moments = self.optimizer.init(self.weights)
        if self.ema_decay:
            self.averaged = {k: v.detach().clone() for k, v in self.last.items()}

    @property
    def last(self) -> Tensors:
        """Weights and statistics as the last update left them."""
        return self.weights | self.buffers

    @property
    def judged(self) -> Tensors:
        """Weights and statistics of the generators that are judged."""
        return self.averaged or self.last

    def sampler(
        self, training: bool, averaged: bool = False
    ) -> Callable[[Tensor], Tensor]:
        """Noise (E, B, z_dim) to samples (E, B, *shape).

        In training mode batch normalization uses the batch and updates its statistics.
        ``averaged`` takes the moving average of the weights, where there is one.
        """
        tensors = self.judged if averaged else self.last
        return lambda z: self.network(tensors, z, training=training)

    @torch.no_grad()
    def average(self, step: int | Tensor) -> None:
        """Move the average on, after step number ``step``, from 1.

        The decay grows from 0 to ``ema_decay``, so that the average forgets the initial
        weights.
        """
        if not self.averaged:
            return
        moved: float | Tensor
        if isinstance(step, Tensor):  # float64 up to here, as Python's
            share = step.double() / (step + 10)
            moved = (1 - share.clamp(max=self.ema_decay)).float()
        else:
            moved = 1 - min(self.ema_decay, step / (step + 10))
        for name, tensor in self.last.items():
            self.averaged[name].lerp_(tensor, moved)
