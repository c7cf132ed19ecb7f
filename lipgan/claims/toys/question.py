"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

from lipgan.claims.base import Question
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def _diverged_on_the_point(runs: Sequence[Run]) -> str:
    lost = {r.config.loss for r in runs if r.diverged and r.config.dataset == "toy2d"}
    return LOSSES[lost.pop()].label if len(lost) == 1 else ""


QUESTIONS: dict[str, Question] = {
    "toy-in-two-dimensions": Question(
        _diverged_on_the_point, "which loss grows without bound, slope and all?"
    ),
}
