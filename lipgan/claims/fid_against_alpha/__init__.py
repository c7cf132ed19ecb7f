"""Distance against alpha: Tables 4 and 5."""

from lipgan.claims.fid_against_alpha.criteria import CLAIMS
from lipgan.claims.fid_against_alpha.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
