"""Figures of what training costs, from `benchmarks/growth.json`."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from lipgan.claims.draw import finish, label_lines, panels
from lipgan.claims.style import FAINT


def growth(measured: Mapping[str, Any]) -> Figure:
    """Milliseconds and megabytes per member and step, against members and width.

    Dashed: the multiply-adds of a step at the rate at which the machine multiplies
    matrices.

    Args:
        measured: what ``python -m benchmarks.growth`` writes.
    """
    figure, axes = panels(2, 2, 4.2, sharex="col")
    rate = measured["products_per_second"]
    for column, name in enumerate(("members", "widths")):
        rows, key = measured[name], name if name == "members" else "width"
        x = [row[key] for row in rows]
        limit = [1e3 * row["multiply_adds"] / rate for row in rows]
        time, memory = axes[:, column]
        time.loglog(x, [1e3 * row["seconds"] for row in rows], "o-", label="measured")
        time.plot(x, limit, "--", color=FAINT, lw=1.2, label="limit of\nthe products")
        memory.loglog(x, [row["step_bytes"] / 1e6 for row in rows], "o-")
        memory.set_xticks(x, [f"{value:g}" for value in x])
        label_lines(time)
    axes[0, 0].set(ylabel="ms per member and step", title="digits, 8 × 8 pixels")
    axes[0, 1].set(title="MNIST, 32 × 32, 4 members")
    axes[1, 0].set(ylabel="MB per member", xlabel="members of the cohort")
    axes[1, 1].set(xlabel="width (channels of the first layer)")
    return finish(figure)
