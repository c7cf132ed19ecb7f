"""Colors, markers and the look that all figures share."""

from collections.abc import Sequence

import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_HUES = sns.color_palette("colorblind", 10)
_TABLE_1 = ("ns", "ls", "wgan", "cos", "exp", "ls_sharp")
_LGAN = ("lgan_log", "lgan_sqrt", "lgan_exp", "hinge")
COLORS = dict(zip(_TABLE_1, _HUES, strict=False))
COLORS |= dict(zip(_LGAN, (*_HUES[6:8], _HUES[9], (0.15,) * 3), strict=True))
MARKERS = dict(zip(COLORS, "osD^vP<>ph", strict=True))
OMEGA = "#c8102e"  # the attained domain, red as in the paper's Figure 1
sns.set_theme(
    style="ticks", context="notebook", rc={"figure.dpi": 110, "svg.hashsalt": "lipgan"}
)


def legend_below(
    figure: Figure,
    handles: Sequence[Artist],
    labels: Sequence[str] | None = None,
    columns: int = 0,
) -> None:
    """One legend for all panels, under them.

    Args:
        figure: laid out already.
        handles: what the legend explains.
        labels: by default the handles' own.
        columns: by default all in one line.
    """
    figure.legend(
        handles=list(handles),
        labels=list(labels or [str(handle.get_label()) for handle in handles]),
        ncols=columns or len(handles),
        fontsize="small",
        loc="upper center",
        bbox_to_anchor=(0.5, 0.03),
        frameon=False,
    )


def legend_of(figure: Figure, ax: Axes, columns: int = 0) -> None:
    """The entries of one panel as the legend below all of them."""
    legend_below(figure, *ax.get_legend_handles_labels(), columns)
