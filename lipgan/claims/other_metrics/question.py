"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

from lipgan.claims import measures, published
from lipgan.claims.base import Question
from lipgan.runs import Run


def _border_of_broken(runs: Sequence[Run]) -> float:
    return published.BROKEN_SHARE * measures.constant_distance(runs)


QUESTIONS: dict[str, Question] = {
    "other-metrics": Question(
        _border_of_broken, "a third of what the black image has."
    ),
}
