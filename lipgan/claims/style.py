"""Colors, markers, sizes and the file format that all figures share.

Figures stand on a white card in both themes (the dark one dims it), so that one set of
colors serves. Each is drawn at the width of the book's column, so that a point of text
stays a point; on a phone ``figures.css`` shows figures at three quarters of that.
"""

from itertools import chain, cycle
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler

from lipgan.gan.losses import LOSSES

WIDTH = 7.0  # inches: the 672 pixels of the theme's column in a window of 1280
TEXT = 9.0  # points, the smallest used: 12 pixels, and 9 on a phone
INK, FAINT = "#262626", "#595959"  # text, and notes beside it

# Dark enough for words in these colors: 4.5 : 1 on the card of either theme.
HUES = (
    *("#0b62a8", "#b35c00", "#00785a", "#c2185b", "#7b4bb3", "#6b6b00"),
    *("#1f7f9c", "#8f5a2b", "#5f6b73", INK),
)
_TABLE_1 = ("ns", "ls", "wgan", "cos", "exp", "ls_sharp")
_LGAN = ("lgan_log", "lgan_sqrt", "lgan_exp", "hinge")
_ORDER = dict.fromkeys((*_TABLE_1, *_LGAN, *LOSSES))  # a new loss comes last
COLORS = dict(zip(_ORDER, cycle(HUES), strict=False))
MARKERS = dict(zip(_ORDER, chain("osD^vP<>ph", cycle("X*dH8")), strict=False))
OMEGA = "#c8102e"  # the attained domain, red as in the paper's Figure 1

_FONTS = ("Arial", "DejaVu Sans", "Liberation Sans", "Bitstream Vera Sans")
_SIZES = ("font.size", "axes.labelsize", "xtick.labelsize", "ytick.labelsize")
RC: dict[Any, Any] = {
    **dict.fromkeys((*_SIZES, "legend.fontsize", "legend.title_fontsize"), TEXT),
    **{"axes.titlesize": TEXT + 1, "axes.titleweight": "bold", "legend.frameon": False},
    **{"axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8},
    **{"text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": FAINT},
    **{"xtick.color": INK, "ytick.color": INK, "axes.prop_cycle": cycler(color=HUES)},
    **{"xtick.major.size": 3, "ytick.major.size": 3, "lines.linewidth": 1.6},
    **{"xtick.major.width": 1.25, "xtick.minor.size": 4, "xtick.minor.width": 1},
    **{"ytick.major.width": 1.25, "ytick.minor.size": 4, "ytick.minor.width": 1},
    **{"axes.axisbelow": True, "grid.linewidth": 1, "lines.solid_capstyle": "round"},
    **{"patch.edgecolor": "white", "patch.force_edgecolor": True},
    "font.sans-serif": [*_FONTS, "sans-serif"],
    **{"figure.constrained_layout.use": True, "image.interpolation": "none"},
    # Same data, same file; words stay words, which a reader can search and enlarge.
    **{"svg.hashsalt": "lipgan", "svg.fonttype": "none", "savefig.dpi": 192},
}
mpl.rcParams.update(RC)


def shades(count: int) -> list[tuple]:
    """Colors for numbers that grow: dark to light, but none too pale."""
    places = np.linspace(0, 1, count + 3)[1:-2]
    return [tuple(color[:3]) for color in mpl.colormaps["viridis"](places)]


def show_as_svg() -> None:
    """In a notebook, figures become SVG of the size drawn; elsewhere nothing happens.

    Dense marks are pixels inside of it, twice as fine as a screen's.
    """
    try:
        from IPython import get_ipython
        from IPython.core.pylabtools import select_figure_formats
        from matplotlib_inline.config import InlineBackend
    except ImportError:
        return
    shell = get_ipython()
    if shell is None:
        return
    backend: Any = InlineBackend.instance(parent=shell)
    backend.print_figure_kwargs = {
        "bbox_inches": None,
        "metadata": {"Date": None},
        "dpi": mpl.rcParams["savefig.dpi"],
    }
    backend.figure_formats = {"svg"}
    # The inline backend does this when it is used; the book's kernels use another.
    select_figure_formats(shell, {"svg"}, **backend.print_figure_kwargs)


show_as_svg()
