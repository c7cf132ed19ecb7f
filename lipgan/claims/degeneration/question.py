"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

import torch

from lipgan.claims.base import Question
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def _scaled_slope(runs: Sequence[Run]) -> float:
    alpha, score = 0.1, torch.tensor(2.0, dtype=torch.float64)
    return float(LOSSES["ns"].d_real.slope(alpha * score))


QUESTIONS: dict[str, Question] = {
    "degenerate-a-loss": Question(
        _scaled_slope, "the slope of the scaled loss at f is L'(α f), and L' = -σ(-·)."
    ),
}
