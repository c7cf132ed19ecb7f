"""Figures of critics on the plane: their fields, directions, and drift."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from torch import Tensor

from lipgan import metrics
from lipgan.claims import domains, measures
from lipgan.claims.draw import finish, legend, loss_names, panel_each, panels
from lipgan.claims.style import COLORS, FAINT, HUES
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

Critic = Callable[[Tensor], Tensor]
REACH = 1.6  # half side of the plane
ARROWS, LEVELS = 13, 81  # points of the grids along a side
SHOWN_WAYS = 24  # generated points whose way to the data is drawn


def critic_fields(
    critics: Mapping[tuple[str, str], Critic | None], real: Tensor, fake: Tensor
) -> Figure:
    """Level lines and gradient directions of critics, one panel each.

    Blue where the score is high, that is where the critic expects real points; thin
    gray lines lead from generated points to their partners under the best assignment.

    Args:
        critics: (regularizer, loss) -> scores of points (n, 2), None if it diverged.
        real: real points (n, 2).
        fake: as many generated ones.
    """
    rows = list(dict.fromkeys(loss for _, loss in critics))
    columns = list(dict.fromkeys(name for name, _ in critics))
    figure, grid = panels(len(rows), len(columns), 0.3 + 2.2 * len(rows))
    for (name, loss), critic in critics.items():
        ax = grid[rows.index(loss), columns.index(name)]
        ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[], yticks=[])
        ax.set_aspect("equal")
        if critic is None:
            ax.text(0, 0, "diverged", ha="center", va="center")
            continue
        _field(ax, critic)
        _points(ax, real, fake)
    for ax, name in zip(grid[0], columns, strict=True):
        ax.set_title(REGULARIZERS[name].label)
    for ax, loss in zip(grid[:, 0], rows, strict=True):
        ax.set_ylabel(LOSSES[loss].label)
    return figure


def _plane(points: int) -> Tensor:
    line = torch.linspace(-REACH, REACH, points)
    return torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1).view(-1, 2)


def _field(ax: Axes, critic: Critic) -> None:
    plane = _plane(LEVELS)
    with torch.no_grad():
        scores = critic(plane).view(LEVELS, LEVELS).double().numpy()
    x, y = plane.view(LEVELS, LEVELS, 2).permute(2, 0, 1).numpy()
    if scores.max() > scores.min():
        levels = ax.contourf(x, y, scores, levels=12, cmap="RdBu", alpha=0.55)
        levels.set_rasterized(True)
    at = _plane(ARROWS).requires_grad_()
    (grad,) = torch.autograd.grad(critic(at).sum(), at)
    way = torch.nn.functional.normalize(grad, dim=1)
    ends = (*at.detach().T.numpy(), *way.T.numpy())
    ax.quiver(*ends, color="0.25", pivot="mid", scale=20, width=0.007)


def _points(ax: Axes, real: Tensor, fake: Tensor) -> None:
    ways = metrics.transport_directions(fake, real)[:SHOWN_WAYS]
    ends = fake[:SHOWN_WAYS] + 0.5 * ways
    for start, end in zip(fake[:SHOWN_WAYS].tolist(), ends.tolist(), strict=True):
        ax.plot(*zip(start, end, strict=True), color="0.6", lw=0.6)
    for points, color in ((real, "black"), (fake, "tab:orange")):
        # All of them: modes take turns, and every other point would leave modes out.
        ax.plot(*points.T.numpy(), "o", color=color, ms=2, rasterized=True)


def direction_by_loss(runs: Sequence[Run]) -> Figure:
    """Cosine with the transport direction, and gradient norm, per loss and regularizer.

    Bars mark medians over seeds, dots single seeds; a run that diverged has no dot.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    names = list(dict.fromkeys(r.config.regularizer for r in runs))
    figure, ((left, right),) = panels(1, 2, 0.5 * len(losses) + 1, sharey=True)
    colors = dict(zip(names, HUES, strict=False))
    measured = {"gradient_cosine": left, "gradient_norm": right}
    for family, ax in measured.items():
        for i, name in enumerate(names):
            for row, loss in enumerate(losses):
                place = row + 0.75 * ((i + 0.5) / len(names) - 0.5)
                own = [
                    measures.metric(r, family)
                    for r in runs
                    if (r.config.loss, r.config.regularizer) == (loss, name)
                    and not r.diverged
                ]
                _spread(ax, own, place, colors[name])
    left.set(xlabel="cosine with the way to the data")
    left.set_xlim(min(-0.1, left.get_xlim()[0]), 1.02)
    right.set(xlabel="gradient norm at generated points", xscale="log")
    left.axvline(0, color="0.5", lw=0.8)
    left.set_yticks(range(len(losses)), [LOSSES[k].label for k in losses])
    left.set_ylim(len(losses) - 0.5, -0.5)
    for ax in (left, right):
        ax.tick_params(axis="y", length=0)
        for row in range(0, len(losses), 2):  # which marks belong together
            ax.axhspan(row - 0.5, row + 0.5, color="0.95", lw=0, zorder=0)
    handles = [Line2D([], [], color=c, lw=4) for c in colors.values()]
    legend(figure, handles, [REGULARIZERS[k].label for k in names])
    return finish(figure)


def _spread(ax: Axes, values: Sequence[float], place: float, color: str) -> None:
    if values:
        ax.plot(values, [place] * len(values), "o", color=color, ms=3.5, alpha=0.6)
        ax.plot([median(values)], [place], "|", color=color, ms=9, mew=2.5)


def drift_of_critics(runs: Sequence[Run]) -> Figure:
    """Center of the scores over training, in widths of Omega, one panel per loss.

    Measured from where it ends, so that a critic which has settled lies on 0; one line
    per seed. What is farther than a width away is cut off.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    options = {"sharex": True, "sharey": True}
    figure, places = panel_each(loss_names(losses), 1.35, **options)
    for loss, ax in places.items():
        for run in runs:
            if run.config.loss == loss and not run.diverged:
                center, width = domains.centers(run), domains.late_width(run)
                moved = (center - center[-1]) / width
                ax.plot(run.history["step"], moved, color=COLORS[loss], lw=1.2)
        ax.axhline(0, color=FAINT, lw=0.8, zorder=0)
        ax.set(xlabel="step", ylim=(-1, 1))
    figure.supylabel("center of Ω, in its widths", fontsize="medium")
    return finish(figure)
