"""What a recorded history says about the domain Omega and the slopes Psi of a loss."""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lipgan.gan.losses import LOSSES, Loss
from lipgan.metrics import slope_intervals
from lipgan.runs import Run

Series = NDArray[np.float64]
LARGEST = 1e300
LATE = 0.5  # the second half of training


def omega(run: Run) -> tuple[Series, Series]:
    """Lowest and highest score on real and fake samples, at every recorded moment."""
    history = {k: np.asarray(v, float) for k, v in run.history.items() if "score_" in k}
    low = np.fmin(history["score_real_min"], history["score_fake_min"])
    return low, np.fmax(history["score_real_max"], history["score_fake_max"])


def widths(run: Run) -> Series:
    """Width of Omega at every recorded moment."""
    low, high = omega(run)
    with np.errstate(invalid="ignore"):  # all scores infinite: no width
        return high - low


def late_width(run: Run) -> float:
    """Median width of Omega over the second half of training."""
    width = widths(run)
    return float(np.median(width[len(width) // 2 :]))


def union_over_widest(run: Run) -> float:
    """Width of the union of all recorded domains over that of the widest of them."""
    low, high = omega(run)
    return float((high.max() - low.min()) / (high - low).max())


def centers(run: Run) -> Series:
    """Where Omega lies: midway between the mean scores of real and fake samples."""
    real, fake = run.history["score_real_mean"], run.history["score_fake_mean"]
    return (np.asarray(real, float) + np.asarray(fake, float)) / 2


def wander(run: Run, start: float = 0.0, end: float = 1.0) -> float:
    """How far Omega's center moves, in widths of Omega.

    Range of the center over a part of training, divided by the median width of Omega
    over the same part: below 1, the domains of all moments overlap.

    Args:
        run: a run with history.
        start: of the part, as a fraction of the recorded moments.
        end: of the part.
    """
    count = len(run.history["step"])
    part = slice(
        round(start * count), max(round(end * count), round(start * count) + 1)
    )
    center, width = centers(run)[part], widths(run)[part]
    return float((center.max() - center.min()) / np.median(width))


def nonlinearity(run: Run) -> float:
    """How far from linear the scaled loss is on its attained domain, 0 to 2.

    Relative variation of the slope, (max L' - min L') / max |L'| over Omega: 0 for a
    linear loss, 1 where it falls to nothing, more than 1 exactly where its sign turns
    around, 2 where it is as steep the other way. Largest of the
    loss's three terms; median over the second half of what was recorded. NaN if no
    moment of that half has a finite domain.
    """
    low, high = (run.config.alpha * ends for ends in omega(run))
    return _nonlinearity(run.config.loss, low.tobytes(), high.tobytes())


@lru_cache(maxsize=4096)
def _nonlinearity(loss: str, lows: bytes, highs: bytes) -> float:
    """Of domains with these ends, float64: criteria ask for the same run many times."""
    low, high = (torch.from_numpy(np.frombuffer(e).copy()) for e in (lows, highs))
    late = torch.arange(len(low)) >= len(low) // 2
    chosen = late & low.isfinite() & high.isfinite()
    if not chosen.any():
        return float("nan")
    variations = slope_variation(LOSSES[loss], low[chosen], high[chosen])
    return float(np.median(variations.numpy()))


def slope_variation(loss: Loss, low: Tensor, high: Tensor) -> Tensor:
    """Relative variation of a loss's slope on intervals, that of its worst term.

    Args:
        loss: unscaled; with alpha, multiply the ends by it.
        low: lower ends of N intervals, (N,).
        high: upper ends, (N,).

    Returns:
        (max L' - min L') / max |L'|, (N,).
    """
    terms = set(loss.terms.values())  # the generator's is often one of the others
    variations = [_variation(*slope_intervals(term, low, high)) for term in terms]
    return torch.stack(variations).amax(0)


def _variation(least: Tensor, most: Tensor) -> Tensor:
    """(most - least) / max(|least|, |most|), also where an exponential overflows."""
    least, most = least.clamp(-LARGEST, LARGEST), most.clamp(-LARGEST, LARGEST)
    size = torch.maximum(least.abs(), most.abs())
    return torch.where(size > 0, most / size - least / size, torch.zeros_like(size))


def slope_interval(run: Run, term: str) -> tuple[float, float]:
    """Attained interval Psi of the loss gradient at the last recorded moment.

    Args:
        run: a run with history.
        term: ``d_real`` or ``d_fake``.
    """
    side = term.removeprefix("d_")
    history = run.history
    return history[f"slope_{side}_min"][-1], history[f"slope_{side}_max"][-1]


def typical(run: Run, name: str) -> float:
    """Median of one recorded quantity over training, moments without a value left out.

    NaN where no moment has a value.
    """
    values = np.asarray(run.history.get(name, []), float)
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else float("nan")
