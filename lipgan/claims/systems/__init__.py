"""Three other systems: ALR, Lipschitz GANs, GraN-GAN."""

from lipgan.claims.systems.criteria import CLAIMS
from lipgan.claims.systems.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
