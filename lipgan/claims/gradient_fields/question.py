"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

import torch

from lipgan.claims.base import Question
from lipgan.runs import Run


def _cosine_of_directions(runs: Sequence[Run]) -> float:
    gradient, way = torch.tensor([3.0, 0.0]), torch.tensor([1.0, 1.0])
    return float(torch.cosine_similarity(gradient, way, dim=0))


QUESTIONS: dict[str, Question] = {
    "gradients-that-inform": Question(
        _cosine_of_directions, "the length of the gradient does not matter."
    ),
}
