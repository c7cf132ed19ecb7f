"""What the page asks its reader, and how the answer is found."""

from collections.abc import Sequence

from lipgan.claims.base import Question
from lipgan.claims.longer_training.criteria import TABLE, of_the_table, way_of
from lipgan.runs import Run


def _path_length(runs: Sequence[Run]) -> float:
    """Learning rate times steps of the longest other training, over the table's."""
    own = of_the_table(runs)[0].config
    others = [r.config for r in runs if way_of(r.config) != TABLE]
    longest = max(c.lr_g * c.num_steps for c in others)
    return longest / (own.lr_g * own.num_steps)


QUESTIONS: dict[str, Question] = {
    "longer-training": Question(
        _path_length, "32,000 steps at 2e-4 against 4,000; what of 100,000 at 5e-5?"
    ),
}
