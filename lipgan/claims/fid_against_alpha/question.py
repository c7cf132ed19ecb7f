"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

import torch

from lipgan.claims.base import Question
from lipgan.claims.measures import discriminator_layers
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def _repairing_alpha(runs: Sequence[Run]) -> float:
    return float(50.0 ** -discriminator_layers(runs))


def _steeper(runs: Sequence[Run]) -> float:
    zero = torch.zeros(1, dtype=torch.float64)
    sharp, ns = (LOSSES[name].d_real.slope(zero) for name in ("ls_sharp", "ns"))
    return float(sharp / ns)


QUESTIONS: dict[str, Question] = {
    "fid-against-alpha": Question(
        _repairing_alpha, "α K = 1 with K = 50 to the number of layers."
    ),
    "all-losses-are-one": Question(
        _steeper, "the row of c in the table of the idea: divide."
    ),
}
