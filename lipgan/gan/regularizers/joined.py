"""Several regularizers at once, named ``a+b``."""

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from lipgan.gan.regularizers.base import Batch, Critic, Regularizer, Strength
from lipgan.support.messages import not_one_of

JOIN = "+"


class Joined(Regularizer):
    """Its parts one after the other: penalties add up, projections follow each other.

    At most one part acts on weights and one on scores; penalties see what these leave.
    The first part that uses k has ``Strength.k``, the others that of
    ``Strength.second``; likewise the first part that uses a weight. Parts draw the
    random numbers that they would draw alone.
    """

    def __init__(self, parts: Sequence[Regularizer]) -> None:
        """Of these parts, see ``part_names`` for what can be joined."""
        self.parts = tuple(parts)
        self.label = JOIN.join(part.label for part in parts)  # type: ignore[misc]
        self.k_users = [part for part in parts if part.uses_k]
        self.weight_users = [part for part in parts if part.uses_weight]
        self.uses_k = bool(self.k_users)  # type: ignore[misc]
        self.uses_weight = bool(self.weight_users)  # type: ignore[misc]
        self.k_per_layer = any(part.k_per_layer for part in parts)  # type: ignore[misc]
        self.normalizes_scores = any(part.normalizes_scores for part in parts)  # type: ignore[misc]
        nothing = Regularizer()
        self._on_weights = next((p for p in parts if _has(p, "weight")), nothing)
        self._on_scores = next((p for p in parts if _has(p, "scores")), nothing)

    def strength_of(self, part: Regularizer, strength: Strength) -> Strength:
        """K and weight of one part."""
        second = strength.second or strength
        k = strength.k if part in self.k_users[:1] else second.k
        weight = strength.weight if part in self.weight_users[:1] else second.weight
        return replace(strength, k=k, weight=weight)

    def start(self, matrix: Tensor, noise: Tensor) -> Tensor:
        """State of the part that acts on weights."""
        return self._on_weights.start(matrix, noise)

    def advance(self, matrix: Tensor, state: Tensor) -> Tensor:
        """New state of the part that acts on weights."""
        return self._on_weights.advance(matrix, state)

    def weight(self, matrix: Tensor, state: Tensor, strength: Strength) -> Tensor:
        """The weight (E, m, n) as the part that acts on weights leaves it."""
        own = self.strength_of(self._on_weights, strength)
        return self._on_weights.weight(matrix, state, own)

    def scores(self, raw: Critic, x: Tensor, strength: Strength) -> Tensor:
        """Scores (E, B) as the part that acts on scores leaves them."""
        own = self.strength_of(self._on_scores, strength)
        return self._on_scores.scores(raw, x, own)

    def generator_scores(self, raw: Critic, x: Tensor, strength: Strength) -> Tensor:
        """The same scores, differentiable in the samples only."""
        own = self.strength_of(self._on_scores, strength)
        return self._on_scores.generator_scores(raw, x, own)

    def penalty(
        self, critic: Critic, batch: Batch, strength: Strength
    ) -> Tensor | None:
        """Sum of the parts' penalties, (E,); None if no part has one."""
        total: Tensor | None = None
        for part in self.parts:
            term = part.penalty(critic, batch, self.strength_of(part, strength))
            if term is not None:
                total = term if total is None else total + term
        return total

    def project(self, parameter: Tensor, strength: Strength) -> Tensor:
        """Any parameter (E, ...), projected by one part after the other."""
        for part in self.parts:
            parameter = part.project(parameter, self.strength_of(part, strength))
        return parameter


class Registry(dict[str, Regularizer]):
    """Regularizers by name; ``a+b`` is looked up as both of them, joined."""

    def __missing__(self, name: str) -> Regularizer:
        """The parts of a joined name, as one regularizer."""
        if JOIN not in name:
            raise KeyError(name)
        return Joined(self.parts(name))

    def parts(self, name: str) -> list[Regularizer]:
        """What a name joins; one regularizer where it joins nothing."""
        return [self[part] for part in name.split(JOIN)]

    def check(self, name: object) -> None:
        """Refuse a name, single or joined, that makes no regularizer.

        Raises:
            ValueError: a part is unknown or there twice, two parts act on the same
                thing, or the parts are not in the order of the registry, so that
                there would be two names for one regularizer.
        """
        names = name.split(JOIN) if isinstance(name, str) else []
        unknown = [part for part in names if part not in self]
        if unknown or not names:
            wrong = unknown[0] if unknown else name
            accepted = [*self, f"several joined by {JOIN}, such as sn+gp"]
            raise ValueError(not_one_of("regularizer", wrong, accepted))
        if len(names) == 1:
            return
        ordered = [part for part in self if part in names]
        if "none" in names:
            raise ValueError(f"regularizer: {name!r} joins 'none' to others")
        for hook, what in (("weight", "weights"), ("scores", "scores")):
            both = [part for part in ordered if _has(self[part], hook)]
            if len(both) > 1:
                raise ValueError(
                    f"regularizer: {name!r} has more than one part that acts on "
                    f"{what}: {', '.join(both)}"
                )
        if names != ordered:
            raise ValueError(f"regularizer: {name!r} is spelled {JOIN.join(ordered)!r}")


def _has(part: Regularizer, hook: str) -> bool:
    return getattr(type(part), hook) is not getattr(Regularizer, hook)
