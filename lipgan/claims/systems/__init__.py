"""Three other systems: ALR, Lipschitz GANs, GraN-GAN."""

from lipgan.claims.base import Claim
from lipgan.claims.systems.criteria import CLAIMS as CRITERIA
from lipgan.claims.systems.gran import CLAIMS as GRAN
from lipgan.claims.systems.question import QUESTIONS

CLAIMS: dict[str, Claim] = CRITERIA | GRAN

__all__ = ["CLAIMS", "QUESTIONS"]
