"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

import torch

from lipgan.claims.base import Question
from lipgan.gan.push import coherence
from lipgan.runs import Run


def _coherence(runs: Sequence[Run]) -> float:
    return float(coherence(torch.tensor([[1.0, 1.0, 1.0, -1.0]])))


QUESTIONS: dict[str, Question] = {
    "what-the-bend-does": Question(
        _coherence, "square of the mean over mean of the squares, signs kept."
    ),
}
