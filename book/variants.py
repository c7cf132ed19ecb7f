"""Pages made from a notebook whose own page shows other data.

Several pages may come from one notebook (`pages.yml`). All but the first leave out what
does not depend on the data, exercises and figures with knobs, and carry labels of their
own, for a label may stand once in a book.
"""

from __future__ import annotations

import re
from typing import Any

LABELS = re.compile(r"^\(([\w-]+)\)=$|^:(?:name|label): ([\w-]+)$", re.M)
KNOBS = re.compile(r"^```\{figure\} \.\./figures/.*?^```\n*", re.M | re.S)
EXERCISES = re.compile(r"^## (?:Check yourself|Exercises)$.*?(?=^## |\Z)", re.M | re.S)
TITLE = re.compile(r"^# (.+)$", re.M)


def as_variant(notebook: dict[str, Any], page: str, on: str) -> dict[str, Any]:
    """A page on other data than that of its notebook's own page.

    Args:
        notebook: executed.
        page: name of the page, which its labels end with.
        on: how the data are called, for the title.
    """
    texts = [
        _own_part("".join(cell["source"]))
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
    ]
    labels = {a or b for text in texts for a, b in LABELS.findall(text)}
    suffix = page.replace("_", "-")
    cells = []
    for cell in notebook["cells"]:
        if "self-check" in cell["metadata"].get("tags", []):
            continue
        if cell["cell_type"] == "markdown":
            text = _relabelled(_own_part("".join(cell["source"])), labels, suffix)
            if not text.strip():
                continue
            cell = {**cell, "source": text}
        cells.append(cell)
    first = cells[0]
    cells[0] = {**first, "source": TITLE.sub(rf"# \1: {on}", first["source"], count=1)}
    return {**notebook, "cells": cells}


def _own_part(text: str) -> str:
    """A text without exercises and without figures that have knobs."""
    return KNOBS.sub("", EXERCISES.sub("", text))


def _relabelled(text: str, labels: set[str], suffix: str) -> str:
    """The text with every label that the page defines made its own."""
    if not labels:
        return text
    names = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    places = re.compile(rf"(?<![\w-])({names})(?![\w-])")
    return places.sub(rf"\1-{suffix}", text)
