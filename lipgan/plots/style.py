"""Colors, markers and the look that all figures share."""

import seaborn as sns

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
