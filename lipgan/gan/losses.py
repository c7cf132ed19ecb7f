"""GAN losses, those of the paper's Table 1 first, and domain scaling (Eq. 8).

One sign convention for all of them: a high score means "real". Everybody minimizes

    loss_d = mean(d_real(scores_real)) + mean(d_fake(scores_fake))
    loss_g = mean(g_fake(scores_fake))

The paper writes WGAN and EXP with the opposite orientation; ``f -> -f`` is an exact
symmetry of the game, so they are mirrored here. The curves drawn in the book are
these very functions.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

Elementwise = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Term:
    """One elementwise term L(f) of a loss.

    Attributes:
        value: L itself, differentiable, any shape to the same shape.
        centered: L(x) - L(0) without cancellation near 0, for logging at tiny alpha;
            None means that the plain difference in float64 is good enough.
        log_size: log |L'(x)| of a term whose slope never changes its sign but may
            over- or underflow; None for all others.
    """

    value: Elementwise
    centered: Elementwise | None = None
    log_size: Elementwise | None = None

    def __call__(self, scores: Tensor) -> Tensor:
        """Return L(scores), elementwise."""
        return self.value(scores)

    def slope(self, scores: Tensor) -> Tensor:
        """Return L'(scores), elementwise: the gradient that trains both networks."""
        with torch.enable_grad():
            leaf = scores.detach().requires_grad_()
            return torch.autograd.grad(self.value(leaf).sum(), leaf)[0]

    def above_zero(self, scores: Tensor) -> Tensor:
        """Return L(scores) - L(0), accurate in relative terms."""
        if self.centered is not None:
            return self.centered(scores)
        wide = scores.double()
        return (self.value(wide) - self.value(torch.zeros_like(wide))).to(scores.dtype)


@dataclass(frozen=True)
class Loss:
    """Three elementwise terms of the raw score f; see the module's sign convention."""

    label: str
    d_real: Term
    d_fake: Term
    g_fake: Term

    @property
    def terms(self) -> dict[str, Term]:
        """The three terms by name."""
        return {"d_real": self.d_real, "d_fake": self.d_fake, "g_fake": self.g_fake}


class _ScaledTerm(torch.autograd.Function):
    """L_alpha(f) = (L(alpha f) - L(0)) / alpha, with the exact slope L'(alpha f).

    The value drops the constant L(0)/alpha, which at alpha = 1e-25 would bury every
    digit that depends on f. The slope never passes through 1/alpha.
    """

    @staticmethod
    def forward(ctx: Any, scores: Tensor, alpha: Tensor, term: Term) -> Tensor:
        inner = alpha * scores
        ctx.save_for_backward(term.slope(inner))
        return term.above_zero(inner) / alpha

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (slope,) = ctx.saved_tensors
        return grads[0] * slope, None, None


def scaled_term(term: Term, alpha: Tensor | float) -> Elementwise:
    """Scale the domain of one term: f -> (L(alpha f) - L(0)) / alpha.

    Args:
        term: the term L.
        alpha: positive number or tensor that broadcasts against the scores.

    Returns:
        A differentiable function of the scores. Its slope is L'(alpha f); second
        derivatives with respect to the scores are not provided.

    Source: Qin et al. 2020, Eq. 8, minus the constant L(0)/alpha.
    """

    def apply(scores: Tensor) -> Tensor:
        factor = torch.as_tensor(alpha, dtype=scores.dtype, device=scores.device)
        return _ScaledTerm.apply(scores, factor, term)

    return apply


def scaled(loss: Loss, alpha: float) -> Loss:
    """Return the domain-scaled loss L_alpha(f) = L(alpha f) / alpha, up to a constant.

    Args:
        loss: any entry of ``LOSSES``.
        alpha: scale of the domain, positive and finite; the paper uses 1e-25 to 1e11.

    Raises:
        ValueError: alpha is not a positive finite number.

    Source: Qin et al. 2020, Eq. 8.
    """
    if not (alpha > 0 and math.isfinite(alpha)):
        raise ValueError(f"alpha: {alpha!r} is not a positive finite number")
    terms = {
        name: Term(f := scaled_term(term, alpha), centered=f)
        for name, term in loss.terms.items()
    }
    return Loss(label=f"{loss.label}, α = {alpha:g}", **terms)


class RowLosses:
    """The scaled losses of all members, applied to scores (E, B) row by row."""

    def __init__(
        self, names: Sequence[str], alphas: Sequence[float], device: torch.device
    ) -> None:
        """Of members in any order: those of one loss are picked and put back.

        Args:
            names: key of ``LOSSES`` per member.
            alphas: domain scaling per member.
            device: of the scores.
        """
        self.alphas = torch.tensor([[alpha] for alpha in alphas], device=device)
        self.centers: Tensor | None = None  # what is taken for score 0, (E, 1)
        places: dict[str, list[int]] = {}
        for row, name in enumerate(names):
            places.setdefault(name, []).append(row)
        order = [row for rows in places.values() for row in rows]
        self.order = torch.tensor(order, device=device)  # rows of one loss together
        self.back = torch.argsort(self.order)  # where each row is among these
        self.counts = [len(rows) for rows in places.values()]
        self.groups = dict(zip(places, self.order.split(self.counts), strict=True))

    def value(self, term: str, scores: Tensor) -> Tensor:
        """(L(alpha f) - L(0)) / alpha of the term, (E, B), differentiable."""
        pairs = self._by_loss(self.alphas), self._by_loss(self.shifted(scores))
        parts = [
            scaled_term(LOSSES[name].terms[term], alphas)(own)
            for name, alphas, own in zip(self.groups, *pairs, strict=True)
        ]
        return torch.cat(parts)[self.back]

    def slope(self, term: str, scores: Tensor) -> Tensor:
        """L'(alpha f) of the term, (E, B): what trains both networks."""
        with torch.enable_grad():
            inner = (self.alphas * self.shifted(scores)).detach().requires_grad_()
            parts = [
                LOSSES[name].terms[term].value(own)
                for name, own in zip(self.groups, self._by_loss(inner), strict=True)
            ]
            return torch.autograd.grad(torch.cat(parts).sum(), inner)[0]

    def _by_loss(self, rows: Tensor) -> Sequence[Tensor]:
        """Rows (E, ...) as a part for every loss."""
        return rows[self.order].split(self.counts)

    def shifted(self, scores: Tensor) -> Tensor:
        """Scores (E, B) as they are, or from the center of a pinned domain."""
        return scores if self.centers is None else scores - self.centers


def _ns_above_zero(x: Tensor) -> Tensor:
    """softplus(x) - log 2 = max(x, 0) + log(1 + expm1(-|x|) / 2)."""
    return x.clamp(min=0) + torch.log1p(torch.expm1(-x.abs()) / 2)


def _hyperbola(x: Tensor) -> Tensor:
    """sqrt(x^2 + 1), which does not overflow."""
    return torch.hypot(x, torch.ones_like(x))


def _hyperbola_above_zero(x: Tensor) -> Tensor:
    """sqrt(x^2 + 1) - 1 = x * x / (sqrt(x^2 + 1) + 1)."""
    return x * (x / (_hyperbola(x) + 1))


def _cos_above_zero(x: Tensor, shift: float) -> Tensor:
    """-cos(x + shift) + cos(shift), as a product."""
    return 2 * torch.sin(x / 2 + shift) * torch.sin(x / 2)


NS_UP = Term(
    lambda f: softplus(-f), lambda f: _ns_above_zero(-f), lambda f: logsigmoid(-f)
)
NS_DOWN = Term(softplus, _ns_above_zero, logsigmoid)
LS_TO_ONE = Term(lambda f: (f - 1) ** 2, lambda f: f * (f - 2))
LS_TO_ZERO = Term(torch.square, torch.square)
LS_TO_MINUS_ONE = Term(lambda f: (f + 1) ** 2, lambda f: f * (f + 2))
LINEAR_UP = Term(torch.neg, torch.neg)
LINEAR_DOWN = Term(lambda f: 1 * f, lambda f: 1 * f)
COS_UP = Term(lambda f: -torch.cos(f - 1), lambda f: _cos_above_zero(f, -1.0))
COS_DOWN = Term(lambda f: -torch.cos(f + 1), lambda f: _cos_above_zero(f, 1.0))
EXP_UP = Term(lambda f: torch.exp(-f), lambda f: torch.expm1(-f), torch.neg)
EXP_DOWN = Term(torch.exp, torch.expm1, lambda f: 1 * f)
SQRT_UP = Term(lambda f: _hyperbola(f) - f, lambda f: _hyperbola_above_zero(f) - f)
SQRT_DOWN = Term(lambda f: _hyperbola(f) + f, lambda f: _hyperbola_above_zero(f) + f)
HINGE_UP = Term(lambda f: (1 - f).clamp(min=0), lambda f: (-f).clamp(min=-1))
HINGE_DOWN = Term(lambda f: (1 + f).clamp(min=0), lambda f: f.clamp(min=-1))

# Order of the terms: d_real, d_fake, g_fake. Source of the six: Qin et al. 2020,
# Table 1. Of the lgan_ family, whose generators see a linear loss: Zhou et al. 2019
# (Lipschitz GANs) and their released code. Of the hinge: Miyato et al. 2018.
TABLE1: dict[str, Loss] = {
    "ns": Loss("NS", NS_UP, NS_DOWN, NS_UP),
    "ls": Loss("LS", LS_TO_ONE, LS_TO_ZERO, LS_TO_ONE),
    "ls_sharp": Loss("LS#", LS_TO_ONE, LS_TO_MINUS_ONE, LS_TO_ONE),
    "wgan": Loss("WGAN", LINEAR_UP, LINEAR_DOWN, LINEAR_UP),
    "cos": Loss("COS", COS_UP, COS_DOWN, COS_UP),
    "exp": Loss("EXP", EXP_UP, EXP_DOWN, EXP_UP),
}
LOSSES: dict[str, Loss] = {
    **TABLE1,
    "lgan_log": Loss("LGAN-log", NS_UP, NS_DOWN, LINEAR_UP),
    "lgan_sqrt": Loss("LGAN-sqrt", SQRT_UP, SQRT_DOWN, LINEAR_UP),
    "lgan_exp": Loss("LGAN-exp", EXP_UP, EXP_DOWN, LINEAR_UP),
    "hinge": Loss("hinge", HINGE_UP, HINGE_DOWN, LINEAR_UP),
}
