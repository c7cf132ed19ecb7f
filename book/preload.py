"""What forked kernels find loaded; the fork server of `warm_kernel` imports this.

Only what does nothing but define: modules that look for the kernel around them when
they are imported (pyplot, `lipgan.claims.style` and the figures) are left to the pages.
"""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from importlib import import_module

PATH = [folder for folder in sys.path if folder]  # as ipykernel's launcher leaves it
NAMES = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell"),
    *("matplotlib.figure", "matplotlib.animation", "matplotlib.ticker"),
    *("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("torch", "pandas", "myst_nb.ext.glue", "seaborn", "sklearn.datasets"),
    *("scipy.optimize", "scipy.stats", "safetensors.numpy", "PIL.PngImagePlugin"),
    *("lipgan.claims.judge", "lipgan.claims.page", "lipgan.claims.selfcheck"),
    *("lipgan.claims.domains", "lipgan.experiments", "lipgan.sweep", "lipgan.training"),
    *("lipgan.runs.networks", "lipgan.features"),
)

for name in NAMES:
    with suppress(Exception):  # the page that needs it says why it cannot be imported
        import_module(name)
with suppress(Exception):  # pandas asks while it is imported whether there is a kernel
    import_module("pandas").set_option("display.max_columns", 20)
gc.freeze()  # the collector of a fork need not look at all this
