"""Numbers and formulas as a reader reads them: three digits, powers, Greek letters."""

import math
import re

RAISED = str.maketrans("-0123456789n", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ")
SYMBOLS = {"alpha": "α", "Omega": "Ω", "Psi": "Ψ", "sqrt(d)": "√d"}
VERBATIM = re.compile(r"(`[^`]*`|\$[^$]*\$)")  # code and formulas
NAMED = re.compile("|".join(rf"\b{re.escape(name)}(?!\w)" for name in SYMBOLS))
PRODUCT = re.compile(r"(?<=\w) \* (?=\w)")
POWER = re.compile(r"(?<=\w)\^(-?\d+|n)\b")
EXPONENT = re.compile(r"(?<![\w.])(\d(?:\.\d+)?)e([+-]?\d+)\b")


def digits(value: float) -> str:
    """Three significant digits, no more and no fewer, so that a column lines up.

    There is an exponent only where a table has no room.
    """
    if 999.5 <= abs(value) < 99950:
        return f"{float(f'{value:.3g}'):.0f}"
    return f"{value:#.3g}".rstrip(".") if value else "0"


def number(value: float) -> str:
    """Three significant digits; powers of ten as such where zeros would pile up."""
    if value < 0:
        return f"\N{MINUS SIGN}{number(-value)}"
    if value == 0 or 1e-3 < value < 1e4 or not math.isfinite(value):
        return f"{value:.3g}" if value < 999.5 else f"{value:.0f}"
    front, _, power = f"{value:.2e}".partition("e")
    return _power(front.rstrip("0").rstrip("."), power)


def in_symbols(text: str) -> str:
    """A sentence with 10⁻⁹ for ``1e-09``, α for ``alpha`` and kⁿ for ``k^n``.

    Code in backticks and formulas in dollars stay as they are.
    """
    parts = VERBATIM.split(text)
    parts[::2] = map(_with_symbols, parts[::2])
    return "".join(parts)


def _with_symbols(text: str) -> str:
    text = NAMED.sub(lambda found: SYMBOLS[found[0]], text)
    text = POWER.sub(lambda found: found[1].translate(RAISED), PRODUCT.sub("·", text))
    return EXPONENT.sub(lambda found: _power(*found.groups()), text)


def _power(front: str, power: str) -> str:
    times = "" if front == "1" else f"{front}·"
    return f"{times}10{str(int(power)).translate(RAISED)}"
