"""Questions that a reader answers in a cell of a page, and what to say to an answer.

The right answers are computed, from the page's own runs or from the formulas that
train, and are never written down here.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch

from lipgan import domains, measures, probes
from lipgan.losses import LOSSES
from lipgan.optimizers import OPTIMIZERS, RMSProp
from lipgan.push import coherence
from lipgan.regularizers import REGULARIZERS
from lipgan.regularizers.base import Strength
from lipgan.regularizers.outputs import GraN
from lipgan.runs import Run

Answer = float | str


@dataclass(frozen=True)
class Question:
    """What a page asks; its text stands on the page.

    Attributes:
        solve: the runs of the page to the right answer; NaN or an empty text where
            these runs do not hold one.
        hint: where to look, for a wrong answer.
        within: relative error that still counts as right, for a number.
    """

    solve: Callable[[Sequence[Run]], Answer]
    hint: str
    within: float = 0.02


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


def _bound(runs: Sequence[Run]) -> float:
    return probes.domain_bound(k=1.0, num_inputs=28 * 28)


def _scaled_slope(runs: Sequence[Run]) -> float:
    alpha, score = 0.1, torch.tensor(2.0, dtype=torch.float64)
    return float(LOSSES["ns"].d_real.slope(alpha * score))


def _diverged_on_the_point(runs: Sequence[Run]) -> str:
    lost = {r.config.loss for r in runs if r.diverged and r.config.dataset == "toy2d"}
    return LOSSES[lost.pop()].label if len(lost) == 1 else ""


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


def _cosine_at_five(runs: Sequence[Run]) -> float:
    medians = measures.cell_medians(runs)
    return medians["cos", 5.0] / medians["cos", 1.0]


def _repairing_alpha(runs: Sequence[Run]) -> float:
    return float(50.0 ** -_layers(runs))


def _steeper(runs: Sequence[Run]) -> float:
    zero = torch.zeros(1, dtype=torch.float64)
    sharp, ns = (LOSSES[name].d_real.slope(zero) for name in ("ls_sharp", "ns"))
    return float(sharp / ns)


def _evenness(runs: Sequence[Run]) -> float:
    slopes = torch.cat([torch.ones(1, 48), torch.zeros(1, 16)], dim=1)
    return float(probes.evenness(slopes))


def _border_of_broken(runs: Sequence[Run]) -> float:
    return measures.BROKEN_SHARE * measures.constant_distance(runs)


def _half_step(runs: Sequence[Run]) -> float:
    optimizer = OPTIMIZERS["rmsprop_eps_inside"]
    assert isinstance(optimizer, RMSProp)
    return math.sqrt(optimizer.eps / 3)  # sqrt(v / (v + eps)) = 1/2


def _bend(runs: Sequence[Run]) -> float:
    ends = torch.tensor([[-2.0], [2.0]], dtype=torch.float64)
    least, most = probes.slope_intervals(LOSSES["ns"].d_fake, *ends)
    return float((most - least) / torch.maximum(least.abs(), most.abs()))


def _cosine_of_directions(runs: Sequence[Run]) -> float:
    gradient, way = torch.tensor([3.0, 0.0]), torch.tensor([1.0, 1.0])
    return float(torch.cosine_similarity(gradient, way, dim=0))


def _same_training(runs: Sequence[Run]) -> float:
    return float(0.008 ** (1 / _layers(runs)))


def _coherence(runs: Sequence[Run]) -> float:
    return float(coherence(torch.tensor([[1.0, 1.0, 1.0, -1.0]])))


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


def _layers(runs: Sequence[Run]) -> float:
    """Layers of the discriminator, from a record; NaN without one."""
    counts = {len(run.history["sigma"][0]) for run in runs if run.history.get("sigma")}
    return float(counts.pop()) if len(counts) == 1 else math.nan


QUESTIONS: dict[str, Question] = {
    "bound-the-domain": Question(
        _bound, "Theorem 1 with K = 1 and d numbers per image; gray means one channel."
    ),
    "degenerate-a-loss": Question(
        _scaled_slope, "the slope of the scaled loss at f is L'(α f), and L' = -σ(-·)."
    ),
    "toy-in-two-dimensions": Question(
        _diverged_on_the_point, "which loss grows without bound, slope and all?"
    ),
    "domain-against-k": Question(
        _widening,
        "the logarithm to base 2 of the ratio of two widths of the table.",
        within=0.03,
    ),
    "fid-against-k-sn": Question(
        _cosine_at_five, "the table of ratios has it, row COS.", within=0.02
    ),
    "fid-against-alpha": Question(
        _repairing_alpha, "α K = 1 with K = 50 to the number of layers."
    ),
    "all-losses-are-one": Question(
        _steeper, "the row of c in the table of the idea: divide."
    ),
    "two-ways-to-fail": Question(
        _evenness, "square of the mean over mean of the squares."
    ),
    "other-metrics": Question(
        _border_of_broken, "a third of what the black image has."
    ),
    "why-small-k-is-slower": Question(
        _half_step, "s = 1/2 means v / (v + ε) = 1/4; ε is in the table of optimizers."
    ),
    "other-roads-to-lipschitz": Question(
        _bend, "the slope is σ(f): its value at both ends, and the larger one."
    ),
    "gradients-that-inform": Question(
        _cosine_of_directions, "the length of the gradient does not matter."
    ),
    "one-knob": Question(_same_training, "α kⁿ = 0.008 with three layers."),
    "what-the-bend-does": Question(
        _coherence, "square of the mean over mean of the squares, signs kept."
    ),
    "system-alr": Question(
        _charge, "λ max(0, |f(x) - f(y)| / |x - y| - K)²; λ stands under 'In lipgan'."
    ),
    "system-gran": Question(
        _slope_of_gran, "K n² / (n² + ε); ε stands under 'The idea'."
    ),
    "system-lgan": Question(_cost_of_one, "φ(1) + φ(-1) with φ(t) = exp(t)."),
}
