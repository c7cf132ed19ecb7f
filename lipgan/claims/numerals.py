"""Numbers as a reader reads them: three digits, and powers of ten as such."""

import math
import re

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
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


def raised(text: str) -> str:
    """A text with ``1e-09`` as 10⁻⁹ and ``5e-05`` as 5·10⁻⁵, wherever it says so."""
    return EXPONENT.sub(lambda found: _power(*found.groups()), text)


def _power(front: str, power: str) -> str:
    times = "" if front == "1" else f"{front}·"
    return f"{times}10{str(int(power)).translate(RAISED)}"
