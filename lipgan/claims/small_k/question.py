"""What the page asks its reader, and how the answer is found."""

import math
from collections.abc import Sequence

from lipgan.claims.base import Question
from lipgan.gan.optimizers import OPTIMIZERS, RMSProp
from lipgan.runs import Run


def _half_step(runs: Sequence[Run]) -> float:
    optimizer = OPTIMIZERS["rmsprop_eps_inside"]
    assert isinstance(optimizer, RMSProp)
    return math.sqrt(optimizer.eps / 3)  # sqrt(v / (v + eps)) = 1/2


QUESTIONS: dict[str, Question] = {
    "why-small-k-is-slower": Question(
        _half_step, "s = 1/2 means v / (v + ε) = 1/4; ε is in the table of optimizers."
    ),
}
