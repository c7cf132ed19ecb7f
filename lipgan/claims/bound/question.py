"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

from lipgan import metrics
from lipgan.claims.base import Question
from lipgan.runs import Run


def _bound(runs: Sequence[Run]) -> float:
    return metrics.domain_bound(k=1.0, num_inputs=28 * 28)


QUESTIONS: dict[str, Question] = {
    "bound-the-domain": Question(
        _bound, "Theorem 1 with K = 1 and d numbers per image; gray means one channel."
    ),
}
