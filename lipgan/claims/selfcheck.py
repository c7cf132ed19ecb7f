"""Questions that a reader answers in a cell of a page, and what to say to an answer.

The right answers are computed, from the page's own runs or from the formulas that
train, and are never written down; every claim keeps its own in ``question.py``.
"""

import math
from collections.abc import Sequence

from lipgan.claims import rooms
from lipgan.claims.base import Question
from lipgan.runs import Run


def check(page: str, answer: object, runs: Sequence[Run] = ()) -> str:
    """Tell a reader whether an answer is right.

    Args:
        page: key of ``QUESTIONS``.
        answer: a number or a text; None as long as there is none.
        runs: the runs of the page, where the question is about them.

    Returns:
        One line: what to fill in, right, or not yet and a hint.

    Raises:
        ValueError: there is no question of this page.
    """
    if page not in QUESTIONS:
        raise ValueError(f"page: {page!r} is not one of {', '.join(QUESTIONS)}")
    if answer is None:
        return "Put your answer in the place of None and run this cell again."
    question = QUESTIONS[page]
    right = question.solve(runs)
    if isinstance(right, str):
        return _check_text(answer, right, question)
    return _check_number(answer, right, question)


def _check_text(answer: object, right: str, question: Question) -> str:
    if not right:
        return "These runs do not hold an answer; run the page at another scale."
    if str(answer).strip().casefold() == right.casefold():
        return f"Right: {right}."
    return f"Not yet: it is not {answer}. Hint: {question.hint}"


def _check_number(answer: object, right: float, question: Question) -> str:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return f"The answer is a number; {answer!r} is none."
    if not math.isfinite(right):
        return "These runs do not hold an answer; run the page at another scale."
    if math.isclose(answer, right, rel_tol=question.within):
        return f"Right: {right:.4g}."
    if answer * right < 0:
        wrong = "has the wrong sign"
    else:
        wrong = "is too small" if answer < right else "is too large"
    return f"Not yet: {answer:.4g} {wrong}. Hint: {question.hint}"


QUESTIONS: dict[str, Question] = {
    page: question
    for room in rooms()
    for page, question in getattr(room, "QUESTIONS", {}).items()
}
