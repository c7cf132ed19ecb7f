"""Other Lipschitz regularizers, held against the paper's thesis."""

from lipgan.claims.base import Claim
from lipgan.claims.roads.criteria import CLAIMS as CRITERIA
from lipgan.claims.roads.question import QUESTIONS
from lipgan.claims.roads.scaled import CLAIMS as SCALED

CLAIMS: dict[str, Claim] = CRITERIA | SCALED

__all__ = ["CLAIMS", "QUESTIONS"]
