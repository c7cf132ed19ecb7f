"""k and alpha are one knob: the plane of both, and what breaks it."""

from lipgan.claims.one_knob.criteria import CLAIMS
from lipgan.claims.one_knob.question import QUESTIONS

__all__ = ["CLAIMS", "QUESTIONS"]
