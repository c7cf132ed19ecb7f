"""Why a bent loss fails: interventions on its slopes."""

from lipgan.claims.what_the_bend_does.criteria import CLAIMS
from lipgan.claims.what_the_bend_does.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
