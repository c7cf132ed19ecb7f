"""The hooks that a Lipschitz regularizer may fill in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

Critic = Callable[[Tensor], Tensor]  # (E, B, *shape) -> raw scores (E, B)


@dataclass(frozen=True)
class Strength:
    """What members may differ in. Every tensor is (E,).

    Attributes:
        k: the target Lipschitz constant (k_SN per layer, or k_GP of the network).
        weight: the factor of the penalty, lambda.
    """

    k: Tensor
    weight: Tensor


class Regularizer:
    """Does nothing. E members, B samples; members must never mix.

    Subclasses override the hooks they need; ``training.py`` calls all of them.
    """

    label: ClassVar[str] = "none"
    uses_k: ClassVar[bool] = False

    def start(self, matrix: Tensor, noise: Tensor) -> Tensor:
        """State carried along for one weight, (E, ...); ``noise`` is N(0, 1), (E, m).

        Args:
            matrix: a weight as a matrix, (E, m, n), m outputs.
            noise: as many random numbers as there are outputs.
        """
        return noise[:, :0]

    def advance(self, matrix: Tensor, state: Tensor) -> Tensor:
        """New state after a weight has changed; called without gradients."""
        return state

    def weight(self, matrix: Tensor, state: Tensor, strength: Strength) -> Tensor:
        """The weight (E, m, n) that the discriminator uses, differentiable."""
        return matrix

    def penalty(
        self,
        critic: Critic,
        x_real: Tensor,
        x_fake: Tensor,
        uniform: Tensor,
        strength: Strength,
    ) -> Tensor | None:
        """A term (E,) added to the discriminator's loss, or None.

        Args:
            critic: raw scores of any batch (E, B, *shape).
            x_real: (E, B, *shape).
            x_fake: (E, B, *shape), without gradient.
            uniform: U[0, 1) numbers of this step, (E, B).
            strength: k and weight of the members.
        """
        return None

    def project(self, matrix: Tensor, strength: Strength) -> Tensor:
        """The weight after an update of the discriminator; called without gradients."""
        return matrix
