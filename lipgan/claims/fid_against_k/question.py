"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

from lipgan.claims import measures
from lipgan.claims.base import Question
from lipgan.runs import Run


def _cosine_at_five(runs: Sequence[Run]) -> float:
    medians = measures.cell_medians(runs)
    return medians["cos", 5.0] / medians["cos", 1.0]


QUESTIONS: dict[str, Question] = {
    "fid-against-k-sn": Question(
        _cosine_at_five, "the table of ratios has it, row COS.", within=0.02
    ),
}
