"""Figures of what training costs, from `benchmarks/growth.json`."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, ScalarFormatter


def growth(measured: Mapping[str, Any]) -> Figure:
    """Milliseconds and megabytes per member and step, against members and width.

    Dashed: the multiply-adds of a step at the rate at which the machine multiplies
    matrices.

    Args:
        measured: what ``python -m benchmarks.growth`` writes.
    """
    figure, axes = plt.subplots(
        2, 2, figsize=(9, 6), sharex="col", layout="constrained"
    )
    rate = measured["products_per_second"]
    for column, name in enumerate(("members", "widths")):
        rows, key = measured[name], name if name == "members" else "width"
        x = [row[key] for row in rows]
        _line(axes[0, column], x, [1e3 * row["seconds"] for row in rows])
        limit = [1e3 * row["multiply_adds"] / rate for row in rows]
        axes[0, column].plot(x, limit, "k--", lw=1, label="limit of the products")
        _line(axes[1, column], x, [row["step_bytes"] / 1e6 for row in rows])
        axes[0, column].legend(frameon=False, fontsize="small")
    axes[0, 0].set(ylabel="ms per member and step", title="digits, 8 × 8 pixels")
    axes[0, 1].set(title="MNIST, 32 × 32 pixels, 4 members")
    axes[1, 0].set(ylabel="MB per member", xlabel="members of the cohort")
    axes[1, 1].set(xlabel="width (channels of the first layer)")
    sns.despine(figure)
    return figure


def _line(ax: Axes, x: Sequence[float], y: Sequence[float]) -> None:
    ax.loglog(x, y, "o-", label="measured")
    ax.set_xticks(x, [f"{value:g}" for value in x])
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter(ScalarFormatter())
    ax.yaxis.set_minor_formatter(NullFormatter())
