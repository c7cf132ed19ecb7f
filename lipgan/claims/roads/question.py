"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

import torch

from lipgan import metrics
from lipgan.claims.base import Question
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def _bend(runs: Sequence[Run]) -> float:
    ends = torch.tensor([[-2.0], [2.0]], dtype=torch.float64)
    least, most = metrics.slope_intervals(LOSSES["ns"].d_fake, *ends)
    return float((most - least) / torch.maximum(least.abs(), most.abs()))


QUESTIONS: dict[str, Question] = {
    "other-roads-to-lipschitz": Question(
        _bend, "the slope is σ(f): its value at both ends, and the larger one."
    ),
}
