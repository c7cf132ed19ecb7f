"""Lipschitz regularizers: hooks on a cohort that default to doing nothing.

A new regularizer is one class with the hooks it needs, in the file of its kind
(``weights.py``: acts on weights, ``penalties.py`` and ``adversarial.py``: add a loss
term, ``outputs.py``: acts on the scores), and one line in ``REGULARIZERS``. Several
are joined by name: ``REGULARIZERS["sn+gp"]``.
"""

from lipgan.gan.regularizers.adversarial import AdversarialLipschitzPenalty
from lipgan.gan.regularizers.base import Regularizer
from lipgan.gan.regularizers.joined import Joined, Registry
from lipgan.gan.regularizers.outputs import GradientNormalization, GraN, GraNTinyEps
from lipgan.gan.regularizers.penalties import (
    R1,
    R2,
    GradientPenalty,
    MaxGradientPenalty,
    ZeroCenteredPenalty,
)
from lipgan.gan.regularizers.weights import (
    SpectralNormalization,
    StableRankNormalization,
    WeightClipping,
)

REGULARIZERS = Registry(
    {
        "none": Regularizer(),
        "sn": SpectralNormalization(),
        "srn": StableRankNormalization(),
        "clip": WeightClipping(),
        "gp": GradientPenalty(),
        "gp0": ZeroCenteredPenalty(),
        "r1": R1(),
        "r2": R2(),
        "maxgp": MaxGradientPenalty(),
        "maxgp_memory": MaxGradientPenalty(share=0.25),
        "alp": AdversarialLipschitzPenalty(),
        "gran": GraN(),
        "gn": GradientNormalization(),
        "gran_tiny_eps": GraNTinyEps(),
    }
)

__all__ = ["REGULARIZERS", "Joined", "Regularizer"]
