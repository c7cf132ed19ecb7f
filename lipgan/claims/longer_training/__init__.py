"""Whether short training of narrow networks misleads: Table 3 trained otherwise."""

from lipgan.claims.longer_training.criteria import CLAIMS

__all__ = ["CLAIMS"]
