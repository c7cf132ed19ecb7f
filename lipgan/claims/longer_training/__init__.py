"""Whether short training of narrow networks misleads: Table 3 trained otherwise."""

from lipgan.claims.longer_training.criteria import CLAIMS
from lipgan.claims.longer_training.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
