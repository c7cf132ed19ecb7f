"""What replaces the slopes of a batch before they reach the networks.

Both networks are trained by L'(alpha f) of each sample alone: its *push*. A push has a
size and a sign, and a loss that bends can do three things with them: push some samples
harder than others, push one term harder than the other, or push some samples the wrong
way. Each entry of ``PUSHES`` takes some of that away and leaves the rest; what becomes
of training then says which of it did the harm.

A slope at score 0, L'(0), is a straight loss's: the *tangent*.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from lipgan.gan.losses import LOSSES, RowLosses

Draw = Callable[[], Tensor]


class Setting(NamedTuple):
    """What a config says of pushes; see ``Config``."""

    push: str
    balance: str
    pinned_width: float


class Slopes(NamedTuple):
    """Slopes of one term on a batch of n samples, split into sizes and signs.

    Attributes:
        log_size: log |L'(alpha f)|, (E, n); logarithms, for exp(f) overflows.
        sign: of L'(alpha f), (E, n).
        at_zero: L'(0), (E, 1).
    """

    log_size: Tensor
    sign: Tensor
    at_zero: Tensor


@dataclass(frozen=True)
class Push:
    """A choice of sizes and of signs.

    Attributes:
        label: short text for tables.
        sizes: logarithms of a term's own sizes (E, n) and a draw of U[0, 1) numbers
            (E, n) to the logarithms of those to be used.
        own_signs: whether each sample keeps the sign of its slope; else it gets that
            of L'(0).
        raw: whether sizes are left as they are, where terms need no balance; else
            their mean over the batch, real and generated samples together, is made
            that of |L'(0)|.
    """

    label: str
    sizes: Callable[[Tensor, Draw], Tensor]
    own_signs: bool
    raw: bool = False


def own_sizes(log_size: Tensor, draw: Draw) -> Tensor:
    """As they are."""
    return log_size


def equal_sizes(log_size: Tensor, draw: Draw) -> Tensor:
    """All the same; 0 * x keeps a score that is not finite visible."""
    return torch.where(log_size == -torch.inf, 0.0, 0.0 * log_size)


def shuffled_sizes(log_size: Tensor, draw: Draw) -> Tensor:
    """The same sizes, dealt out at random among the samples of the term."""
    return log_size.gather(1, draw().argsort(1))


def replaced(
    push: Push, balanced: bool, terms: Sequence[Slopes], draw: Draw
) -> list[Tensor]:
    """What the samples of each term are pushed by, (E, n) each.

    Args:
        push: sizes and signs; not ``raw`` unless balanced.
        balanced: whether every term gets the same mean size; else all samples of all
            terms share one mean, so that the terms stay as unequal as they are.
        terms: slopes of the terms that one network is trained by.
        draw: U[0, 1) numbers (E, n), all terms side by side.
    """
    counts = [term.log_size.shape[1] for term in terms]
    starts = [sum(counts[:i]) for i in range(len(counts))]
    logs = [
        push.sizes(t.log_size, _part(draw, (slice(None), slice(a, a + n))))
        for t, a, n in zip(terms, starts, counts, strict=True)
    ]
    together = torch.cat(logs, dim=1)
    if balanced:
        shares = [log.softmax(1) * log.shape[1] for log in logs]
    else:
        shares = list((together.softmax(1) * together.shape[1]).split(counts, dim=1))
    mean = torch.stack([t.at_zero.abs() for t in terms]).mean(0)
    signs = [t.sign if push.own_signs else t.at_zero.sign() for t in terms]
    return [mean * w * s for w, s in zip(shares, signs, strict=True)]


def _part(draw: Draw, index: Any) -> Draw:
    return lambda: draw()[index]


def coherence(pushes: Tensor) -> Tensor:
    """Whether samples push alike and the same way: (mean s)^2 / mean s^2, (E,).

    1 where all pushes (E, n) are equal, 0 where they cancel. ``metrics.evenness`` is
    the same of their sizes and does not see a wrong way.
    """
    wide = pushes.double()
    wide = wide / wide.abs().amax(1, keepdim=True)  # squares must not overflow
    return (wide.mean(1).square() / wide.square().mean(1)).float()


class RowPushes:
    """The pushes of all members of a cohort, each by its own config."""

    def __init__(
        self, losses: RowLosses, settings: Sequence[Setting], device: torch.device
    ) -> None:
        """Group the members by what is done to their slopes."""
        self.losses, self.alphas = losses, losses.alphas
        rows: dict[tuple[str, str], list[int]] = {}
        for row, c in enumerate(settings):
            if not (PUSHES[c.push].raw and not BALANCES[c.balance]):
                rows.setdefault((c.push, c.balance), []).append(row)
        self.arms = [
            (PUSHES[push], BALANCES[balance], torch.tensor(members, device=device))
            for (push, balance), members in rows.items()
        ]
        widths = [[c.pinned_width] for c in settings]
        self.pinned = (
            torch.tensor(widths, device=device)
            if any(width for (width,) in widths)
            else None
        )

    def discriminator(self, real: Tensor, fake: Tensor, draw: Draw) -> Tensor:
        """Pushes of the discriminators' terms, (E, 2 B), real samples first.

        Args:
            real: scores, (E, B).
            fake: scores, (E, B).
            draw: U[0, 1) numbers (E, 2 B).
        """
        self._pin(real, fake)
        return self._pushes({"d_real": real, "d_fake": fake}, draw)

    def generator(self, fake: Tensor, draw: Draw) -> Tensor:
        """Pushes of the generators' term, (E, B), on the last pinned domain."""
        return self._pushes({"g_fake": fake}, draw)

    def _pin(self, real: Tensor, fake: Tensor) -> None:
        """Scale and shift each pinned member's scores so that they span its width."""
        if self.pinned is None:
            return
        low, high = torch.cat([real, fake], dim=1).aminmax(dim=1, keepdim=True)
        held = self.pinned > 0
        own = self.losses
        own.alphas = torch.where(held, self.pinned / (high - low), self.alphas)
        own.centers = torch.where(held, (low + high) / 2, 0.0)

    def _pushes(self, scores: dict[str, Tensor], draw: Draw) -> Tensor:
        raw = [self.losses.slope(term, f) for term, f in scores.items()]
        pushes = torch.cat(raw, dim=1)
        if not self.arms:
            return pushes
        split = [
            self._split(term, f, own)
            for (term, f), own in zip(scores.items(), raw, strict=True)
        ]
        for push, balanced, rows in self.arms:
            terms = [Slopes(*(part[rows] for part in slopes)) for slopes in split]
            made = replaced(push, balanced, terms, _part(draw, rows))
            pushes[rows] = torch.cat(made, dim=1)
        return pushes

    def _split(self, term: str, scores: Tensor, slopes: Tensor) -> Slopes:
        """Sizes and signs of a term's slopes; exact where these under- or overflow."""
        groups = self.losses.groups.items()
        zeros = ((name, scores.new_zeros(len(rows), 1)) for name, rows in groups)
        at_zero = torch.cat([LOSSES[name].terms[term].slope(z) for name, z in zeros])
        at_zero = at_zero[self.losses.back]
        smallest = torch.finfo(slopes.dtype).tiny
        log_size, sign = slopes.abs().clamp_min(smallest).log(), slopes.sign()
        inner = self.losses.alphas * self.losses.shifted(scores)
        for name, rows in groups:
            exact = LOSSES[name].terms[term].log_size
            if exact is not None:
                log_size[rows] = exact(inner[rows])
                sign[rows] = at_zero[rows].sign()
        return Slopes(log_size, sign, at_zero)


PUSHES: dict[str, Push] = {
    "own": Push("as the loss has it", own_sizes, own_signs=True, raw=True),
    "norm": Push("own sizes, their mean held", own_sizes, own_signs=True),
    "perm": Push("own sizes, shuffled", shuffled_sizes, own_signs=True),
    "even": Push("equal sizes, own signs", equal_sizes, own_signs=True),
    "mono": Push("own sizes, signs of L'(0)", own_sizes, own_signs=False),
    "tangent": Push("equal sizes, signs of L'(0)", equal_sizes, own_signs=False),
}
BALANCES = {"own": False, "equal": True}
