"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

import torch

from lipgan import metrics
from lipgan.claims.base import Question
from lipgan.runs import Run


def _evenness(runs: Sequence[Run]) -> float:
    slopes = torch.cat([torch.ones(1, 48), torch.zeros(1, 16)], dim=1)
    return float(metrics.evenness(slopes))


QUESTIONS: dict[str, Question] = {
    "two-ways-to-fail": Question(
        _evenness, "square of the mean over mean of the squares."
    ),
}
