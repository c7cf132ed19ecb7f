"""What the page asks its reader, and how the answer is found."""

import math
from collections.abc import Sequence

import torch

from lipgan.claims.base import Question
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.gan.regularizers.base import Strength
from lipgan.gan.regularizers.outputs import GraN
from lipgan.runs import Run


def _charge(runs: Sequence[Run]) -> float:
    weights = {r.config.penalty_weight for r in runs if r.config.regularizer == "alp"}
    return weights.pop() * (3.0 / 2.0 - 1.0) ** 2 if len(weights) == 1 else math.nan


def _slope_of_gran(runs: Sequence[Run]) -> float:
    gran, one = REGULARIZERS["gran"], torch.ones(1)
    assert isinstance(gran, GraN)
    n = torch.ones(1, 1)
    return float(n * gran.slope(n, n, Strength(k=one, weight=one)))


def _cost_of_one(runs: Sequence[Run]) -> float:
    loss, score = LOSSES["lgan_exp"], torch.ones(1, dtype=torch.float64)
    return float(loss.d_real(score) + loss.d_fake(score))


QUESTIONS: dict[str, Question] = {
    "system-alr": Question(
        _charge, "λ max(0, |f(x) - f(y)| / |x - y| - K)²; λ stands under 'In lipgan'."
    ),
    "system-gran": Question(
        _slope_of_gran, "K n² / (n² + ε); ε stands under 'The idea'."
    ),
    "system-lgan": Question(_cost_of_one, "φ(1) + φ(-1) with φ(t) = exp(t)."),
}
