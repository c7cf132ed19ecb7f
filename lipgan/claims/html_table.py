"""Tables for reading: three digits, decimals aligned, one mark for divergence.

Plain HTML that a notebook, the book and a screen reader understand without a style
sheet; pandas' ``Styler`` writes a style sheet per table and no ``scope``.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from statistics import median
from typing import Any

import pandas as pd

from lipgan.claims.numerals import digits, in_symbols

FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"  # as wide as a digit, as a point
LOST = '<span role="img" aria-label="diverged">×</span>'
NONE = '<span role="img" aria-label="no value">–</span>'
PLAIN = re.compile(r"-?\d+(?:\.(\d+))?")
NOTES = {
    "<small>": "Medians, below them the smallest and the largest.",
    LOST: f"{LOST} diverged.",
    NONE: f"{NONE} no value.",
}


class HtmlTable:
    """A frame as a notebook shows it.

    The name of its columns is the caption. A cell is a text, a number, or a list of
    numbers, one per seed, of which the median, the range and how many diverged are
    shown. Infinite: it diverged; NaN: there is none.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        """Of this frame."""
        self.frame = frame

    def __repr__(self) -> str:
        """As pandas prints it, where there is no HTML."""
        return self.frame.to_string()

    def _repr_html_(self) -> str:
        columns = [self.frame.iloc[:, i].tolist() for i in range(self.frame.shape[1])]
        cells = zip(*map(_column, columns), strict=True)
        rows = zip(_row_heads(self.frame.index), cells, strict=True)
        body = "\n".join(f"<tr>{head}{''.join(own)}</tr>" for head, own in rows)
        notes = [escape(self.frame.columns.name or "")]
        notes += [note for sign, note in NOTES.items() if sign in body]
        caption = " ".join(filter(None, notes))
        return in_symbols(
            '<table class="numbers">\n'
            + (f"<caption>{caption}</caption>\n" if caption else "")
            + f"<thead>\n{_column_heads(self.frame)}\n</thead>\n"
            + f"<tbody>\n{body}\n</tbody>\n</table>"
        )


def _column(cells: Sequence[Any]) -> list[str]:
    """The cells of one column, their decimals below one another."""
    if all(isinstance(cell, str) for cell in cells):
        return [f'<td class="words">{escape(cell)}</td>' for cell in cells]
    texts = [escape(c) if isinstance(c, str) else _number(c) for c in cells]
    places = max(len(_decimals(text)) for text in texts)
    return [
        f"<td>{_padded(text, places)}{_seeds(cell)}</td>"
        for cell, text in zip(cells, texts, strict=True)
    ]


def _number(cell: Any) -> str:
    """The median of a cell's numbers, or what became of them."""
    if isinstance(cell, int):
        return str(cell)
    values = _values(cell)
    finite = [value for value in values if math.isfinite(value)]
    if finite:
        return digits(median(finite))
    return LOST if any(map(math.isinf, values)) else NONE


def _seeds(cell: Any) -> str:
    """The range of a cell's numbers, and how many diverged, if not all did."""
    values = [] if isinstance(cell, str) else _values(cell)
    finite = [value for value in values if math.isfinite(value)]
    words = list(dict.fromkeys(digits(end(finite)) for end in (min, max) if finite))
    notes = [" to ".join(words)] if len(words) > 1 else []
    for sign, is_lost in ((LOST, math.isinf), (NONE, math.isnan)):
        lost = sum(map(is_lost, values))
        if lost and finite:
            notes.append(f"{lost} of {len(values)} {sign}")
    return f"<br><small>{', '.join(notes)}</small>" if notes else ""


def _values(cell: Any) -> list[float]:
    return list(cell) if isinstance(cell, Iterable) else [cell]


def _decimals(text: str) -> str:
    found = PLAIN.fullmatch(text)
    return (found[1] or "") if found else ""


def _padded(text: str, places: int) -> str:
    """Spaces in place of the decimals that others in the column have."""
    own = len(_decimals(text))
    if own == places or not (text in (LOST, NONE) or PLAIN.fullmatch(text)):
        return text
    return text + POINT_SPACE * (not own) + FIGURE_SPACE * (places - own)


def _label(name: Any) -> str:
    return escape(f"{name:g}" if isinstance(name, float) else str(name))


def _row_heads(index: pd.Index) -> list[str]:
    """Headings of every row; one of an outer level stands once for all its rows."""
    heads = [""] * len(index)
    for level in range(index.nlevels):
        for first, name, count in _spans(index, level):
            span = f' rowspan="{count}"' if count > 1 else ""
            heads[first] += f'<th scope="row"{span}>{name}</th>'
    return heads


def _column_heads(frame: pd.DataFrame) -> str:
    """One row per level of the columns; names of the index stand in the last."""
    rows = []
    for level in range(frame.columns.nlevels):
        inner = level == frame.columns.nlevels - 1
        scope = "col" if inner else "colgroup"
        row = [
            f'<th scope="col">{_label(name)}</th>' if inner and name else "<td></td>"
            for name in frame.index.names
        ]
        for _, name, count in _spans(frame.columns, level):
            span = f' colspan="{count}"' if count > 1 else ""
            row.append(f'<th scope="{scope}"{span}>{name}</th>')
        rows.append(f"<tr>{''.join(row)}</tr>")
    return "\n".join(rows)


def _spans(index: pd.Index, level: int) -> Iterator[tuple[int, str, int]]:
    """Place, name and number of entries of what is alike down to a level."""
    keys = [key if isinstance(key, tuple) else (key,) for key in index]
    for alike, group in groupby(range(len(keys)), lambda i: keys[i][: level + 1]):
        first, *others = group
        yield first, _label(alike[-1]), 1 + len(others)
