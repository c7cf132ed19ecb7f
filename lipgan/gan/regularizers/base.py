"""The hooks that a Lipschitz regularizer may fill in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from torch import Tensor

Critic = Callable[[Tensor], Tensor]  # (E, B, *shape) -> scores (E, B)


class Uniform(Protocol):
    """U[0, 1) numbers (E, *shape) of the present update, a stream per purpose."""

    def __call__(self, *shape: int, purpose: str = "penalty") -> Tensor:
        """Equal for members of equal seed, whatever their company."""


@dataclass(frozen=True)
class Strength:
    """What members may differ in. Every tensor is (E,).

    Attributes:
        k: the target Lipschitz constant (k_SN per layer; k_GP or K of the network), or
            what stands in its place, see the regularizer.
        weight: the factor of the penalty, lambda.
        second: k and weight of further parts of a joined regularizer, see ``Joined``;
            None: as the first ones.
    """

    k: Tensor
    weight: Tensor
    second: "Strength | None" = None

    def of(self, row: int) -> "Strength":
        """Of one member, on the CPU."""
        second = None if self.second is None else self.second.of(row)
        k, weight = (s[row : row + 1].cpu() for s in (self.k, self.weight))
        return Strength(k, weight, second)


@dataclass(frozen=True)
class Batch:
    """The samples of one discriminator update, none of them with gradient.

    Attributes:
        x_real: (E, B, *shape).
        x_fake: (E, B, *shape).
        uniform: where a penalty takes its random numbers from.
        memory: tensors (E, ...) that a penalty keeps from one update to the next,
            empty at the first; a member that leaves the cohort takes its rows along.
    """

    x_real: Tensor
    x_fake: Tensor
    uniform: Uniform
    memory: dict[str, Tensor]


class Regularizer:
    """Does nothing. E members, B samples; members must never mix.

    Subclasses override the hooks they need; the players and the two
    steps of ``lipgan.gan`` call all of them.
    """

    label: ClassVar[str] = "none"
    uses_k: ClassVar[bool] = False
    uses_weight: ClassVar[bool] = False
    k_per_layer: ClassVar[bool] = False  # then the network's constant is a power of k
    normalizes_scores: ClassVar[bool] = False  # then layer norms bound nothing

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

    def scores(self, raw: Critic, x: Tensor, strength: Strength) -> Tensor:
        """Scores (E, B) of samples (E, B, *shape), differentiable in the weights.

        Args:
            raw: the network's own output.
            x: samples; where they require a gradient, they get one.
            strength: k and weight of the members.
        """
        return raw(x)

    def generator_scores(self, raw: Critic, x: Tensor, strength: Strength) -> Tensor:
        """The same scores, differentiable in the samples only."""
        return self.scores(raw, x, strength)

    def penalty(
        self, critic: Critic, batch: Batch, strength: Strength
    ) -> Tensor | None:
        """A term (E,) added to the discriminator's loss, or None.

        Args:
            critic: scores of any samples (E, n, *shape).
            batch: what the discriminators have just been shown.
            strength: k and weight of the members.
        """
        return None

    def project(self, parameter: Tensor, strength: Strength) -> Tensor:
        """Any parameter (E, ...) after an update; called without gradients."""
        return parameter
