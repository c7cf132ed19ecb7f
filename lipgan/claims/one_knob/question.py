"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

from lipgan.claims.base import Question
from lipgan.claims.measures import discriminator_layers
from lipgan.runs import Run


def _same_training(runs: Sequence[Run]) -> float:
    return float(0.008 ** (1 / discriminator_layers(runs)))


QUESTIONS: dict[str, Question] = {
    "one-knob": Question(_same_training, "α kⁿ = 0.008 with three layers."),
}
