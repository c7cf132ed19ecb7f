"""Colors, markers and the look that all figures share."""

import seaborn as sns

_HUES = sns.color_palette("colorblind", 8)
COLORS = dict(zip(("ns", "ls", "wgan", "cos", "exp", "ls_sharp"), _HUES, strict=False))
MARKERS = dict(zip(COLORS, "osD^vP", strict=True))
OMEGA = "#c8102e"  # the attained domain, red as in the paper's Figure 1
sns.set_theme(
    style="ticks", context="notebook", rc={"figure.dpi": 110, "svg.hashsalt": "lipgan"}
)
