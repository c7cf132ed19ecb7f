"""What a loss does on a domain: the slopes it attains, and how samples share them."""

import torch
from torch import Tensor

from lipgan.gan.losses import Term, scaled_term


def largest_curvature(term: Term, low: float, high: float, points: int = 2001) -> float:
    """M = max |L''| of a loss term on [low, high], on a grid that has both ends.

    Raises:
        ValueError: the term gives no second derivative, as scaled ones do not, and as
            the hinge has none at its kink.
    """
    x = torch.linspace(low, high, points, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(term(x).sum(), x, create_graph=True)
    if not slope.requires_grad:  # a linear term: its slope does not depend on x
        if slope.min() != slope.max():
            raise ValueError("term: its slope varies, but has no derivative")
        return 0.0
    (curvature,) = torch.autograd.grad(slope.sum(), x)
    return float(curvature.abs().max())


def slope_interval_bound(term: Term, low: float, high: float, width: float) -> float:
    """Bound on the width of the slopes that a loss term attains on [low, high].

    Args:
        term: a loss term L.
        low: lower end of the domain on which L'' is bounded.
        high: upper end.
        width: bound on the width of the domain, see ``domain_bound``.

    Raises:
        ValueError: see ``largest_curvature``.

    Source: Qin et al. 2020, Corollary 1, Eq. 7: M times the bound on the domain.
    """
    return largest_curvature(term, low, high) * width


def attained_slopes(term: Term, low: float, high: float) -> tuple[float, float]:
    """The interval of L' on one domain [low, high], from a grid that has both ends."""
    ends = torch.tensor([[low], [high]], dtype=torch.float64)
    least, most = slope_intervals(term, *ends)
    return least.item(), most.item()


def slope_intervals(term: Term, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The intervals of L' on domains [low, high], from grids that have both ends.

    Args:
        term: a loss term L.
        low: lower ends, float64 (n,).
        high: upper ends, float64 (n,).

    Returns:
        Smallest and largest slope per domain, (n,) each.
    """
    grid = torch.lerp(low, high, torch.linspace(0, 1, 2001, dtype=low.dtype)[:, None])
    slopes = term.slope(grid)
    return slopes.amin(0), slopes.amax(0)


def tangent_distance(term: Term, alpha: float, reach: float) -> float:
    """How far a scaled loss is from its tangent at 0, relative to the reach.

    The largest |L_alpha(w) - L_alpha(0) - L'(0) w| over scores |w| <= reach, divided by
    the reach: an error in units of slope, alpha |L''(0)| reach / 2 to first order.

    Source: Qin et al. 2020, Eqs. 8 and 9.
    """
    w = torch.linspace(-reach, reach, 2001, dtype=torch.float64)
    tangent = term.slope(torch.zeros(1, dtype=torch.float64)) * w
    curve = scaled_term(term, alpha)(w)
    return float((curve - tangent).abs().max()) / reach


def written_out_slope(term: Term, scores: Tensor, alpha: float) -> Tensor:
    """Slope of L(alpha f) / alpha as plain autograd finds it, in the scores' dtype.

    What the formula gives when it is typed in as printed (Eq. 8): the factor 1/alpha
    must be representable. Training here uses ``Term.slope``, which never forms it.
    """
    leaf = scores.detach().requires_grad_()
    return torch.autograd.grad((term(alpha * leaf) / alpha).sum(), leaf)[0]


def evenness(slopes: Tensor) -> Tensor:
    """How evenly samples share the gradient that flows back, (E,), 1/n to 1.

    (mean |s|)^2 / mean s^2: 1 where all n samples push alike, 1/n where a single one
    does all the pushing, NaN where none pushes. Qin et al. 2020 (end of Sec. 4.3)
    conjecture that weak regularization unbalances these gradients.

    Args:
        slopes: loss gradient per sample, (E, n).
    """
    size = slopes.abs().double()
    size = size / size.amax(1, keepdim=True)  # squares must not overflow
    return (size.mean(1).square() / size.square().mean(1)).float()


def class_push(slopes: Tensor, labels: Tensor) -> Tensor:
    """Mean |slope| of the most favored class over that of all classes, (E,).

    1 where no class is preferred, up to the number of classes; NaN where no sample
    pushes.

    Args:
        slopes: loss gradient per real sample, (E, n).
        labels: class of each sample, int64 (E, n).
    """
    size = slopes.abs().double()
    size = size / size.amax(1, keepdim=True)
    members = torch.nn.functional.one_hot(labels).double()
    means = torch.einsum("en,enc->ec", size, members) / members.sum(1)
    return (means.nan_to_num(0).amax(1) / means.nanmean(1)).float()
