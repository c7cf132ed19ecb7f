"""Distance against k: Table 3."""

from lipgan.claims.fid_against_k.criteria import CLAIMS
from lipgan.claims.fid_against_k.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
