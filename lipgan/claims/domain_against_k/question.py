"""What the page asks its reader, and how the answer is found."""

import math
from collections.abc import Sequence
from statistics import median

from lipgan.claims import domains
from lipgan.claims.base import Question
from lipgan.runs import Run


def _widening(runs: Sequence[Run]) -> float:
    """Power of k with which the domain of NS under SN grows from 0.5 to 1."""
    by_k = {
        k: [
            domains.late_width(run)
            for run in runs
            if (run.config.loss, run.config.regularizer) == ("ns", "sn")
            and run.config.lipschitz_k == k
            and not run.diverged
        ]
        for k in (0.5, 1.0)
    }
    if not all(by_k.values()):
        return math.nan
    return math.log2(median(by_k[1.0]) / median(by_k[0.5]))


QUESTIONS: dict[str, Question] = {
    "domain-against-k": Question(
        _widening,
        "the logarithm to base 2 of the ratio of two widths of the table.",
        within=0.03,
    ),
}
